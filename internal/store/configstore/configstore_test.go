package configstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/state"
)

// feed applies records written key=value, a key alone being a tombstone, at offsets
// from 0 on. It returns the kinds and connectors of their events.
func feed(t *testing.T, s *Store, records ...string) []string {
	t.Helper()
	var events []string
	for _, text := range records {
		key, value, ok := strings.Cut(text, "=")
		r := Record{Offset: s.Snapshot().Offset, Key: []byte(key)}
		r.Offset = max(r.Offset, 0)
		if ok {
			r.Value = []byte(value)
		}
		e, err := s.Apply(r)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if e.Kind != None {
			events = append(events, fmt.Sprintf("%d %s%v", e.Kind, e.Connector, e.Tasks))
		}
	}
	return events
}

const (
	connectorC = `connector-c={"properties":{"name":"c"}}`
	task0      = `task-c-0={"properties":{"i":"0"}}`
	task1      = `task-c-1={"properties":{"i":"1"}}`
)

func TestCommitAppliesDeferredTasks(t *testing.T) {
	s := New()
	s.Start()
	feed(t, s, connectorC, task0, task1)
	before := s.Snapshot()
	if got := s.Deferred("c"); len(got) != 2 || len(before.Tasks("c")) != 0 {
		t.Fatalf("deferred %v, tasks %v before the commit", got, before.Tasks("c"))
	}
	events := feed(t, s, `commit-c={"tasks":2}`)
	if want := []string{fmt.Sprintf("%d c[c-0 c-1]", TasksUpdated)}; !slices.Equal(events, want) {
		t.Errorf("events %q, want %q", events, want)
	}
	after := s.Snapshot()
	c := after.Connector("c")
	if c.TaskCount != 2 || !c.PendingFencing || c.Generation != (Count{0, true}) || c.Applied != c.Config {
		t.Errorf("after the commit: %+v", c)
	}
	config := after.TaskConfig(state.TaskID{Connector: "c", Task: 1})
	if got := Strings(config); got["i"] != "1" {
		t.Errorf("the configuration of task 1 is %v", got)
	}
	if before.TaskConfig(state.TaskID{Connector: "c", Task: 1}) != nil || before.Offset != 3 || after.Offset != 4 {
		t.Error("the older snapshot changed")
	}
}

func TestIncompleteCommitIsRepaired(t *testing.T) {
	s := New()
	s.Start()
	feed(t, s, connectorC, task1, `commit-c={"tasks":2}`)
	snap := s.Snapshot()
	if c := snap.Connector("c"); !c.Inconsistent || c.TaskCount != 2 || len(c.TaskConfigs) != 0 || snap.Tasks("c") != nil {
		t.Fatalf("after an incomplete commit: %+v, tasks %v", c, snap.Tasks("c"))
	}
	feed(t, s, task0, `commit-c={"tasks":1}`)
	snap = s.Snapshot()
	if c := snap.Connector("c"); c.Inconsistent || len(snap.Tasks("c")) != 1 {
		t.Errorf("after a complete commit: %+v", c)
	}
}

func TestRemovalKeepsWhatOutlivesIt(t *testing.T) {
	s := New()
	s.Start()
	feed(t, s, connectorC, task0, `commit-c={"tasks":1}`, `tasks-fencing-c={"task-count":1}`)
	events := feed(t, s, "connector-c", "target-state-c")
	if want := []string{fmt.Sprintf("%d c[]", ConnectorRemoved)}; !slices.Equal(events, want) {
		t.Errorf("events %q, want %q", events, want)
	}
	snap := s.Snapshot()
	c := snap.Connector("c")
	if snap.Contains("c") || len(snap.Connectors()) != 0 || len(c.TaskConfigs) != 0 || c.TaskCountRecord != (Count{1, true}) || !c.Generation.Known {
		t.Errorf("after the removal: %+v", c)
	}
}

func TestNoEventsBeforeStart(t *testing.T) {
	s := New()
	events := feed(t, s, connectorC, task0, `commit-c={"tasks":1}`, `target-state-c={"state":"PAUSED"}`,
		`restart-connector-c={"include-tasks":true}`, `logger-cluster-x={"level":"DEBUG"}`)
	if len(events) != 0 {
		t.Errorf("events %q", events)
	}
	if got := s.Snapshot().Connector("c").Target; got != state.TargetPaused {
		t.Errorf("the target state is %s", got)
	}
}

func TestUnreadableRecords(t *testing.T) {
	cases := map[string]struct {
		record string
		offset int64
		want   string
	}{
		"no JSON keeps the offset": {"connector-c={", -1, "not JSON"},
		"unknown key":              {"nonsense={}", 1, "invalid key"},
		"no object":                {"connector-c=[]", 1, "not an object"},
		"no properties":            {"connector-c={}", 1, "properties"},
		"no task number":           {"task-c-x={}", 1, "names no task"},
		"unknown target":           {`target-state-c={"state":"GONE"}`, 1, "unknown"},
		"commit alone":             {`commit-c={"tasks":1}`, 1, "does not exist"},
		"half a session key":       {`session-key={"key":"AQID"}`, 1, "session key"},
	}
	for name, c := range cases {
		s := New()
		key, value, _ := strings.Cut(c.record, "=")
		e, err := s.Apply(Record{Key: []byte(key), Value: []byte(value)})
		if err != nil || !strings.Contains(e.Discarded, c.want) {
			t.Errorf("%s: discarded because %q (%v), want %q", name, e.Discarded, err, c.want)
		}
		if snap := s.Snapshot(); snap.Offset != c.offset || len(snap.Known()) != 0 {
			t.Errorf("%s: offset %d, known %v", name, snap.Offset, snap.Known())
		}
	}
}

func TestFatalRecords(t *testing.T) {
	cases := map[string]struct {
		key, value string
		argument   bool // or else ErrNotInteger
	}{
		"text":          {"commit-c", `{"tasks":"1"}`, false},
		"no count":      {"tasks-fencing-c", `{}`, false},
		"negative":      {"commit-c", `{"tasks":-1}`, true},
		"empty secret":  {"session-key", `{"key":"","algorithm":"HmacSHA256","creation-timestamp":1}`, true},
		"broken secret": {"session-key", `{"key":"!secret!","algorithm":"HmacSHA256","creation-timestamp":1}`, true},
	}
	for name, c := range cases {
		s := New()
		feed(t, s, connectorC)
		_, err := s.Apply(Record{Key: []byte(c.key), Value: []byte(c.value)})
		var argument *data.Error
		isArgument := errors.As(err, &argument) && argument.Kind == data.BadArgument
		if isArgument != c.argument || errors.Is(err, ErrNotInteger) == c.argument {
			t.Errorf("%s: the error is %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret!") {
			t.Errorf("%s: the error shows the key", name)
		}
	}
}

func TestStoppedForOldWorkers(t *testing.T) {
	r, err := TargetRecord("c", state.TargetStopped)
	const want = `{"state":"PAUSED","state.v2":"STOPPED"}`
	if err != nil || string(r.Key) != "target-state-c" || string(r.Value) != want {
		t.Errorf("%s=%s (%v), want %s", r.Key, r.Value, err, want)
	}
}

func TestConnectorRecordsBeginWithTarget(t *testing.T) {
	records, err := ConnectorRecords("c", Properties(map[string]string{"name": "c"}), state.TargetPaused)
	if err != nil || len(records) != 2 || string(records[0].Key) != "target-state-c" || string(records[1].Key) != "connector-c" {
		t.Errorf("%d records: %v (%v)", len(records), records, err)
	}
	if _, err := ConnectorRecords("c", nil, ""); err == nil {
		t.Error("a connector without configuration is written")
	}
}

func TestSessionKeyIsNotShown(t *testing.T) {
	k := SessionKey{Key: []byte("secret"), Algorithm: "HmacSHA256"}
	for _, text := range []string{fmt.Sprint(k), fmt.Sprintf("%+v", Event{Session: k}), fmt.Sprintf("%#v", k)} {
		if strings.Contains(text, "secret") || strings.Contains(text, "115 101") {
			t.Errorf("shown: %s", text)
		}
	}
}

// Whatever a record holds, it is taken in or refused, and what a configuration says
// can be written and read again.
func FuzzApply(f *testing.F) {
	for _, seed := range []string{
		connectorC, task0, `commit-c={"tasks":1}`, `commit-c={"tasks":2147483647}`, "connector-c", "target-state-c",
		`target-state-c={"state":"PAUSED","state.v2":"STOPPED"}`, `tasks-fencing-c={"task-count":3}`,
		`session-key={"key":"AQID","algorithm":"HmacSHA256","creation-timestamp":1}`,
		`restart-connector-c={"include-tasks":true,"only-failed":false}`, `logger-cluster-x={"level":"DEBUG"}`,
		`task--=`, `task-c-99999999999={}`, `connector-c={"properties":{"a":{"b":[1,2.5,null]}}}`,
	} {
		key, value, _ := strings.Cut(seed, "=")
		f.Add(key, []byte(value))
	}
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		s := New()
		feed(t, s, connectorC, task0)
		s.Start()
		if _, err := s.Apply(Record{Offset: 2, Key: []byte(key), Value: value}); err != nil {
			return
		}
		snap := s.Snapshot()
		for _, name := range snap.Connectors() {
			_ = snap.Tasks(name)
			checkRoundTrip(t, name, snap.Connector(name))
		}
	})
}

func checkRoundTrip(t *testing.T, name string, c Connector) {
	t.Helper()
	records, err := ConnectorRecords(name, c.Config, c.Target)
	if err != nil {
		t.Fatal(err)
	}
	again := New()
	for _, r := range records {
		if e, err := again.Apply(r); err != nil || e.Discarded != "" {
			t.Fatalf("%s=%s is not read: %s %v", r.Key, r.Value, e.Discarded, err)
		}
	}
	got := again.Snapshot().Connector(name)
	if got.Target != c.Target || !got.Config.Equal(c.Config) {
		t.Errorf("read again: %+v, want %+v", got, c)
	}
}
