//go:build integration

package mixed

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

var (
	kafka  = kafkabroker.NewShared()
	binary millrace.Binary
)

func TestMain(m *testing.M) { os.Exit(binary.Main(kafka.Main(m))) }

const window = 90 * time.Second

// group is the workers of one test that are running, by any name.
type group struct {
	t        testing.TB
	settings millrace.Settings
	workers  []*member
	feeds    []*feed
}

type member struct {
	*millrace.Worker
	name string
	java bool
}

func newGroup(t testing.TB) *group {
	return &group{t: t, settings: millrace.Settings{
		Bootstrap: kafka.Broker(t).Bootstrap(), Group: kafkabroker.UniqueName(t),
		Props: map[string]string{
			"scheduled.rebalance.max.delay.ms": "1000", "offset.storage.partitions": "5",
			"session.timeout.ms": "6000", "heartbeat.interval.ms": "1000", "offset.flush.interval.ms": "500",
		},
	}}
}

// start adds a worker.
func (g *group) start(name string, java bool) *member {
	g.t.Helper()
	m := &member{name: name, java: java}
	if java {
		m.Worker = millrace.Java(g.t, g.settings)
	} else {
		m.Worker = binary.Worker(g.t, g.settings)
	}
	m.Start(g.t)
	g.workers = append(g.workers, m)
	return m
}

// stop takes a worker out, as an administrator does.
func (g *group) stop(name string) {
	g.t.Helper()
	for i, m := range g.workers {
		if m.name == name {
			m.Terminate(g.t)
			g.workers = append(g.workers[:i:i], g.workers[i+1:]...)
			return
		}
	}
	g.t.Fatalf("there is no worker %s", name)
}

// leader returns the worker that leads: it alone answers a request that may not be
// passed on.
func (g *group) leader() (m *member) {
	g.t.Helper()
	millrace.Await(g.t, window, "a leader", func() error {
		for _, m = range g.workers {
			if code, _ := m.Call(g.t, http.MethodDelete, "/connectors/there-is-none?forward=false", nil); code == http.StatusNotFound {
				return nil
			}
		}
		return fmt.Errorf("nobody leads")
	})
	return m
}

type expanded map[string]struct {
	Status struct {
		Connector place   `json:"connector"`
		Tasks     []place `json:"tasks"`
	} `json:"status"`
}

type place struct {
	State  string `json:"state"`
	Worker string `json:"worker_id"`
}

// awaitBalance waits until every connector and task runs, on workers that are there,
// and none has more than one more than another, by the account of every worker.
func (g *group) awaitBalance() {
	g.t.Helper()
	millrace.Await(g.t, window, "balance", func() error {
		for _, m := range g.workers {
			if err := g.balanced(m); err != nil {
				return fmt.Errorf("by the account of %s: %w", m.name, err)
			}
		}
		return nil
	})
}

func (g *group) balanced(m *member) error {
	code, answer := m.Call(g.t, http.MethodGet, "/connectors?expand=status", nil)
	var all expanded
	if err := json.Unmarshal([]byte(answer), &all); err != nil || code != http.StatusOK {
		return fmt.Errorf("status %d, %s, %v", code, answer, err)
	}
	connectors, tasks := map[string]int{}, map[string]int{}
	for name, c := range all {
		if len(c.Status.Tasks) != 1 || c.Status.Tasks[0].State != millrace.Running || c.Status.Connector.State != millrace.Running {
			return fmt.Errorf("connector %s is %+v", name, c.Status)
		}
		connectors[c.Status.Connector.Worker]++
		tasks[c.Status.Tasks[0].Worker]++
	}
	if len(all) != len(g.feeds) {
		return fmt.Errorf("there are %d connectors, not %d", len(all), len(g.feeds))
	}
	for _, w := range g.workers {
		for _, share := range []int{connectors[w.ID()], tasks[w.ID()]} {
			if least := len(g.feeds) / len(g.workers); share < least || share > least+1 {
				return fmt.Errorf("connectors %v, tasks %v", connectors, tasks)
			}
		}
	}
	return nil
}

// feed is a file source that is always being written to.
type feed struct {
	name, file, topic string

	mu    sync.Mutex
	lines int
}

// create creates a file source through a worker.
func (g *group) create(through *member, name string) {
	g.t.Helper()
	f := &feed{
		name: name, file: filepath.Join(g.t.TempDir(), name), topic: g.settings.Group + "-" + name,
	}
	f.write(g.t, 1)
	through.Create(g.t, name, map[string]string{
		"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "tasks.max": "1",
		"file": f.file, "topic": f.topic,
	})
	g.feeds = append(g.feeds, f)
}

func (f *feed) write(t testing.TB, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w, err := os.OpenFile(f.file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Error(err)
		return
	}
	defer w.Close()
	for range n {
		fmt.Fprintf(w, "%s %d\n", f.name, f.lines)
		f.lines++
	}
}

// flow writes to all feeds until the returned function is called.
func (g *group) flow() (stop func()) {
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
				for _, f := range g.feeds {
					f.write(g.t, 1)
				}
			}
		}
	})
	return sync.OnceFunc(func() { close(done); wg.Wait() })
}

// requireAll waits until the topics have every line that was ever written.
func (g *group) requireAll() {
	g.t.Helper()
	for _, f := range g.feeds {
		millrace.Await(g.t, window, "all lines of "+f.name, func() error {
			seen := kafkabroker.Values(g.t, g.settings.Bootstrap, f.topic)
			for i := range f.lines {
				if seen[fmt.Sprintf("%s %d", f.name, i)] == 0 {
					return fmt.Errorf("line %d of %d is missing", i, f.lines)
				}
			}
			return nil
		})
	}
}
