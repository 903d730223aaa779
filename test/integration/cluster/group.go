package cluster

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

const window = 90 * time.Second

// Group is the workers of one test that are running, by any name. Its methods are for
// one goroutine, except that feeds are written to by another.
type Group struct {
	t        testing.TB
	binary   *millrace.Binary
	settings millrace.Settings

	Workers []*Member
	Feeds   []*Feed
}

// Member is a worker of a group.
type Member struct {
	*millrace.Worker
	Name string
	Java bool
}

// New returns a group without workers, quick to notice that one is gone. props are
// worker properties over its own.
func New(t testing.TB, binary *millrace.Binary, bootstrap string, props map[string]string) *Group {
	own := map[string]string{
		"scheduled.rebalance.max.delay.ms": "1000", "offset.storage.partitions": "5",
		"session.timeout.ms": "6000", "heartbeat.interval.ms": "1000", "offset.flush.interval.ms": "500",
	}
	maps.Copy(own, props)
	return &Group{t: t, binary: binary, settings: millrace.Settings{
		Bootstrap: bootstrap, Group: kafkabroker.UniqueName(t), Props: own,
	}}
}

// Start adds a worker.
func (g *Group) Start(name string, java bool) *Member {
	g.t.Helper()
	m := &Member{Name: name, Java: java}
	if java {
		m.Worker = millrace.Java(g.t, g.settings)
	} else {
		m.Worker = g.binary.Worker(g.t, g.settings)
	}
	m.Start(g.t)
	g.Workers = append(g.Workers, m)
	return m
}

// Stop takes a worker out, as an administrator does.
func (g *Group) Stop(name string) {
	g.t.Helper()
	for i, m := range g.Workers {
		if m.Name == name {
			m.Terminate(g.t)
			g.Workers = append(g.Workers[:i:i], g.Workers[i+1:]...)
			return
		}
	}
	g.t.Fatalf("there is no worker %s", name)
}

// Leader returns the worker that leads: it alone answers a request that may not be
// passed on.
func (g *Group) Leader() (m *Member) {
	g.t.Helper()
	millrace.Await(g.t, window, "a leader", func() error {
		for _, m = range g.Workers {
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

// AwaitBalance waits until every connector and task runs, on workers that are there,
// and none has more than one more than another, by the account of every worker.
func (g *Group) AwaitBalance() {
	g.t.Helper()
	millrace.Await(g.t, window, "balance", func() error {
		for _, m := range g.Workers {
			if err := g.balanced(m); err != nil {
				return fmt.Errorf("by the account of %s: %w", m.Name, err)
			}
		}
		return nil
	})
}

func (g *Group) balanced(m *Member) error {
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
	if len(all) != len(g.Feeds) {
		return fmt.Errorf("there are %d connectors, not %d", len(all), len(g.Feeds))
	}
	for _, w := range g.Workers {
		for _, share := range []int{connectors[w.ID()], tasks[w.ID()]} {
			if least := len(g.Feeds) / len(g.Workers); share < least || share > least+1 {
				return fmt.Errorf("connectors %v, tasks %v", connectors, tasks)
			}
		}
	}
	return nil
}
