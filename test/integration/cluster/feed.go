package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

// Feed is a file source that is always being written to.
type Feed struct {
	Name, File, Topic string

	mu    sync.Mutex
	lines int
}

// Create creates a file source through a worker.
func (g *Group) Create(through *Member, name string) {
	g.t.Helper()
	f := &Feed{
		Name: name, File: filepath.Join(g.t.TempDir(), name), Topic: g.settings.Group + "-" + name,
	}
	f.write(g.t, 1)
	through.Create(g.t, name, map[string]string{
		"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "tasks.max": "1",
		"file": f.File, "topic": f.Topic,
	})
	g.Feeds = append(g.Feeds, f)
}

func (f *Feed) write(t testing.TB, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w, err := os.OpenFile(f.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Error(err)
		return
	}
	defer w.Close()
	for range n {
		fmt.Fprintln(w, f.line(f.lines))
		f.lines++
	}
}

// Flow writes to all feeds until the returned function is called.
func (g *Group) Flow() (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				for _, f := range g.Feeds {
					f.write(g.t, 1)
				}
			}
		}
	})
	return sync.OnceFunc(func() { close(done); wg.Wait() })
}

// RequireAll waits until the topics have every line that was ever written.
func (g *Group) RequireAll() {
	g.t.Helper()
	for _, f := range g.Feeds {
		millrace.Await(g.t, window, "all lines of "+f.Name, func() error {
			return f.complete(kafkabroker.Values(g.t, g.settings.Bootstrap, f.Topic))
		})
	}
}

// complete returns an error when a line is missing.
func (f *Feed) complete(seen map[string]int) error {
	for i := range f.lines {
		if seen[f.line(i)] == 0 {
			return fmt.Errorf("line %d of %d is missing", i, f.lines)
		}
	}
	return nil
}

// Lines returns how many lines were written.
func (f *Feed) Lines() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lines
}

// RequireOnce fails the test when the topics have a line twice, or one that was never
// written.
func (g *Group) RequireOnce() {
	g.t.Helper()
	for _, f := range g.Feeds {
		seen := kafkabroker.Values(g.t, g.settings.Bootstrap, f.Topic)
		for line, n := range seen {
			if n != 1 {
				g.t.Errorf("%q is there %d times", line, n)
			}
		}
		if len(seen) != f.Lines() {
			g.t.Errorf("topic %s has %d different lines, and %d were written", f.Topic, len(seen), f.Lines())
		}
	}
}

func (f *Feed) line(i int) string { return fmt.Sprintf("%s %d", f.Name, i) }
