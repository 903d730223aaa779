package operate

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/restclient"
)

const (
	readyAgain  = 20 * time.Millisecond
	readyRarely = 250 * time.Millisecond // for one that is waited for already for long
	readyCall   = 5 * time.Second
	hopeless    = 2 // deaths in a row of a worker that is waited for
	lastLines   = 3
	maxLineText = 500
)

// Watch stands between a fleet driver and an [Engine]: its methods are the driver's
// Ready and Events.
type Watch struct {
	log *slog.Logger

	mu     sync.Mutex
	deaths map[string]deaths // by worker
	lost   func(fleet.Event)
}

// deaths are those since a worker was started on purpose.
type deaths struct {
	count int
	last  fleet.Event
}

// NewWatch returns a Watch that logs what happens to workers.
func NewWatch(log *slog.Logger) *Watch {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Watch{log: log, deaths: map[string]deaths{}}
}

// onLoss has do called for every process that ended against its will. It must return
// soon.
func (w *Watch) onLoss(do func(fleet.Event)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost = do
}

// Event takes note of what happened to a worker.
func (w *Watch) Event(e fleet.Event) {
	level := slog.LevelInfo
	if e.Kind == fleet.Died || e.Kind == fleet.TooLarge {
		level = slog.LevelWarn
	}
	w.log.Log(context.Background(), level, "A worker of a managed connector", "event", e.Kind, "fleet", e.Fleet, "worker", e.Worker, "pid", e.PID, "reason", e.Reason)
	if lost := w.note(e); lost != nil {
		lost(e)
	}
}

// note returns whom to tell of a process that is gone.
func (w *Watch) note(e fleet.Event) func(fleet.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e.Kind {
	case fleet.Started, fleet.Adopted, fleet.Removed:
		delete(w.deaths, e.Worker)
	case fleet.Died, fleet.TooLarge:
		w.deaths[e.Worker] = deaths{w.deaths[e.Worker].count + 1, e}
		return w.lost
	}
	return nil
}

// Ready blocks until a worker has joined its group, has died again and again, or ctx
// ends.
func (w *Watch) Ready(ctx context.Context, at fleet.Worker) error {
	client, err := restclient.New(restclient.Settings{URL: at.URL, Timeout: readyCall})
	if err != nil {
		return err
	}
	defer client.Close()
	for again := readyAgain; ; again = min(again+again/16, readyRarely) {
		if _, err = client.Health(ctx); err == nil {
			return nil
		}
		if f := w.gaveUp(at.ID); f != nil {
			return f
		}
		if !sleep(ctx, again) {
			return fmt.Errorf("it is not ready: %w", err)
		}
	}
}

// gaveUp returns why a worker will not get ready, nil when it may.
func (w *Watch) gaveUp(worker string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.deaths[worker]
	if d.count < hopeless {
		return nil
	}
	text := "the worker ended before it was ready: " + d.last.Reason
	if lines := d.last.Lines; len(lines) > 0 {
		for _, line := range lines[max(0, len(lines)-lastLines):] {
			text += "\n" + shorten(withoutPath(line), maxLineText)
		}
	}
	return Failed(model.ReasonNoWorkers, "%s", text)
}

// withoutPath leaves out of a line where on this machine the worker's properties are.
func withoutPath(line string) string {
	if _, after, ok := strings.Cut(line, "worker.properties: "); ok {
		return after
	}
	return strings.TrimSpace(line)
}
