package statusstore

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/store/state"
)

func status(s state.State, worker string, generation int) state.Status {
	return state.Status{State: s, WorkerID: worker, Generation: generation}
}

func TestSafeWrites(t *testing.T) {
	cases := map[string]struct {
		cached, new state.Status
		safe        bool
	}{
		"older of another worker": {status(state.Running, "w1", 5), status(state.Failed, "w2", 4), false},
		"older of the same":       {status(state.Running, "w1", 5), status(state.Failed, "w1", 4), true},
		"same generation":         {status(state.Running, "w1", 5), status(state.Unassigned, "w2", 5), true},
	}
	id := state.TaskID{Connector: "c", Task: 1}
	for name, c := range cases {
		s := NewShared()
		cr, _ := s.PutConnector("c", c.cached)
		tr, _ := s.PutTask(id, c.cached)
		if s.Apply(cr) != "" || s.Apply(tr) != "" {
			t.Fatalf("%s: what was written is not read", name)
		}
		if _, safe, err := s.PutConnectorSafe("c", c.new); safe != c.safe || err != nil {
			t.Errorf("%s: connector: safe %t (%v)", name, safe, err)
		}
		if _, safe, err := s.PutTaskSafe(id, c.new); safe != c.safe || err != nil {
			t.Errorf("%s: task: safe %t (%v)", name, safe, err)
		}
		if got, ok := s.Task(id); !ok || got != c.cached {
			t.Errorf("%s: a write changed the status to %v before it was read", name, got)
		}
	}
}

func TestLateUnassignedIsIgnored(t *testing.T) {
	id := state.TaskID{Connector: "c", Task: 0}
	cases := map[string]struct {
		cached, record state.Status
		ignored        bool
	}{
		"older":       {status(state.Running, "w1", 5), status(state.Unassigned, "w2", 4), true},
		"same":        {status(state.Running, "w1", 5), status(state.Unassigned, "w2", 5), true},
		"newer":       {status(state.Running, "w1", 5), status(state.Unassigned, "w2", 6), false},
		"not running": {status(state.Paused, "w1", 5), status(state.Unassigned, "w2", 4), false},
	}
	for name, c := range cases {
		s := NewShared()
		for _, st := range []state.Status{c.cached, c.record} {
			r, err := s.PutTask(id, st)
			if err != nil {
				t.Fatal(err)
			}
			s.Apply(r)
		}
		if got, _ := s.Task(id); (got == c.cached) != c.ignored {
			t.Errorf("%s: the status is %v", name, got)
		}
	}
}

func TestTombstones(t *testing.T) {
	s := NewShared()
	for key, value := range map[string]string{
		"status-connector-c":                `{"state":"RUNNING","worker_id":"w","generation":1}`,
		"status-task-c-0":                   `{"state":"RUNNING","worker_id":"w","generation":1}`,
		"status-topic-orders:connector-c":   `{"topic":{"name":"orders","connector":"c","task":0,"discoverTimestamp":7}}`,
		"status-topic-orders-2:connector-c": `{"topic":{"name":"orders-2","connector":"c","task":1,"discoverTimestamp":8}}`,
	} {
		if why := s.Apply(Record{[]byte(key), []byte(value)}); why != "" {
			t.Fatalf("%s: %s", key, why)
		}
	}
	if got := s.Topics("c"); len(got) != 2 || got[1] != (TopicUse{"orders-2", "c", 1, 8}) {
		t.Errorf("topics %v", got)
	}
	connector, _ := s.PutConnector("c", status(state.Destroyed, "w", 2))
	task, _ := s.PutTask(state.TaskID{Connector: "c"}, status(state.Destroyed, "w", 2))
	for _, r := range []Record{connector, task, s.DeleteTopic("c", "orders"), s.DeleteTopic("c", "orders-2")} {
		if r.Value != nil || s.Apply(r) != "" {
			t.Errorf("%s=%s is no tombstone", r.Key, r.Value)
		}
	}
	if len(s.Connectors())+len(s.Tasks("c"))+len(s.Topics("c")) != 0 {
		t.Errorf("left: %v %v %v", s.Connectors(), s.Tasks("c"), s.Topics("c"))
	}
}

func FuzzApply(f *testing.F) {
	for _, seed := range []string{
		`status-connector-c={"state":"RUNNING","trace":null,"worker_id":"w","generation":1,"version":"1"}`,
		`status-task-a-1-0={"state":"FAILED","trace":"t","worker_id":"w","generation":4294967297}`,
		`status-topic-a:connector-c={"topic":{"name":"a","connector":"c","task":0,"discoverTimestamp":1}}`,
		`status-task-=`, `status-topic-=`, `x={`,
	} {
		key, value, _ := strings.Cut(seed, "=")
		f.Add(key, []byte(value))
	}
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		s := NewShared()
		if s.Apply(Record{[]byte(key), value}) != "" {
			return
		}
		for _, name := range s.Connectors() {
			got, _ := s.Connector(name)
			if got.State == state.Destroyed {
				continue
			}
			r, err := s.PutConnector(name, got)
			if err != nil || s.Apply(r) != "" {
				t.Fatalf("%v of %q is not read again (%v)", got, name, err)
			}
			if again, _ := s.Connector(name); again != got {
				t.Errorf("read again: %v, want %v", again, got)
			}
		}
	})
}
