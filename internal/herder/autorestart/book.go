// Package autorestart remembers how often tasks have failed and when they are to be
// started again, for connectors that ask for it with errors.restart.*.
//
// Floor 5. Connect: nothing; a failed task stays failed until somebody restarts it.
package autorestart

import (
	"time"

	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/store/state"
)

// Book has the failures of tasks. It is not safe for concurrent use.
type Book struct{ tasks map[state.TaskID]*history }

type history struct {
	failures int
	running  time.Time // since when it runs; zero when it does not
}

// New returns a book without failures.
func New() *Book { return &Book{tasks: map[state.TaskID]*history{}} }

// Running notes that a task runs.
func (b *Book) Running(id state.TaskID, now time.Time) {
	if h, ok := b.tasks[id]; ok {
		h.running = now
	}
}

// Failed notes that a task has failed. It returns after what pause it shall be
// started again, and which attempt that is; ok is false when it shall not.
func (b *Book) Failed(id state.TaskID, policy connectorconfig.Restart, now time.Time) (pause time.Duration, attempt int, ok bool) {
	if policy.Limit == 0 {
		delete(b.tasks, id)
		return 0, 0, false
	}
	h, known := b.tasks[id]
	if !known || !h.running.IsZero() && now.Sub(h.running) >= policy.Reset {
		h = &history{}
		b.tasks[id] = h
	}
	h.failures++
	h.running = time.Time{}
	pause, ok = policy.Pause(h.failures)
	return pause, h.failures, ok
}

// Forget drops what is known of a task: it is not run here any more, or was
// configured or restarted by somebody.
func (b *Book) Forget(id state.TaskID) { delete(b.tasks, id) }
