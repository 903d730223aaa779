package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/statusstore"
)

type statusJSON struct {
	State                    state.State
	Trace, WorkerID, Version *string
	Generation               int
}

func (j statusJSON) status() state.Status {
	return state.Status{State: j.State, Trace: orEmpty(j.Trace), WorkerID: orEmpty(j.WorkerID), Version: orEmpty(j.Version), Generation: j.Generation}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// statusTopic reads every record back as soon as it is written.
func (c *Case) statusTopic() (any, error) {
	s := statusstore.NewShared()
	records := []any{}
	names := []string{"", "c", "d", "a-1"}
	for _, call := range into[[][]json.RawMessage](c.Input) {
		if into[string](call[0]) == "record" {
			s.Apply(statusstore.Record{Key: []byte(into[string](call[1])), Value: c.rawBytes(call[2])})
			continue
		}
		name, written, err := c.statusRecords(s, call)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		for _, r := range written {
			s.Apply(r)
			records = append(records, map[string]any{"key": string(r.Key), "value": Raw(r.Value)})
		}
	}
	return map[string]any{"records": records, "state": showStatuses(s, append(names, s.Connectors()...))}, nil
}

func (c *Case) statusRecords(s *statusstore.Shared, call []json.RawMessage) (connector string, _ []statusstore.Record, err error) {
	method, first, second := into[string](call[0]), into[string](call[1]), into[string](call[2])
	if method == "deleteTopic" {
		return first, []statusstore.Record{s.DeleteTopic(first, second)}, nil
	}
	var r statusstore.Record
	safe := true
	switch method + " " + first {
	case "put connector":
		r, err = s.PutConnector(second, into[statusJSON](call[3]).status())
	case "putSafe connector":
		r, safe, err = s.PutConnectorSafe(second, into[statusJSON](call[3]).status())
	case "put task":
		r, err = s.PutTask(state.TaskID{Connector: second, Task: into[int](call[3])}, into[statusJSON](call[4]).status())
	case "putSafe task":
		r, safe, err = s.PutTaskSafe(state.TaskID{Connector: second, Task: into[int](call[3])}, into[statusJSON](call[4]).status())
	case "put topic":
		connector = into[string](call[3])
		r, err = s.PutTopic(statusstore.TopicUse{Name: second, Connector: connector, Task: into[int](call[4]), Discovered: signed(into[string](call[5]), 64)})
		return connector, []statusstore.Record{r}, err
	default:
		return "", nil, malformed{fmt.Errorf("unknown call %s %s", method, first)}
	}
	if !safe {
		return second, nil, err
	}
	return second, []statusstore.Record{r}, err
}

func showStatuses(s *statusstore.Shared, names []string) map[string]any {
	connectors, known := map[string]any{}, []any{}
	for _, name := range s.Connectors() {
		known = append(known, name)
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		if shown := showConnectorStatus(s, name); len(shown) > 0 {
			connectors[name] = shown
		}
	}
	return map[string]any{"connectors": connectors, "known": known}
}

func showConnectorStatus(s *statusstore.Shared, name string) map[string]any {
	out := map[string]any{}
	if status, ok := s.Connector(name); ok {
		out["status"] = showStatus(status)
	}
	var tasks, topics []any
	for _, n := range s.Tasks(name) {
		status, _ := s.Task(state.TaskID{Connector: name, Task: n})
		shown := showStatus(status)
		shown["task"] = n
		tasks = append(tasks, shown)
	}
	for _, t := range s.Topics(name) {
		topics = append(topics, map[string]any{"topic": t.Name, "connector": t.Connector, "task": t.Task, "discoverTimestamp": strconv.FormatInt(t.Discovered, 10)})
	}
	if tasks != nil {
		out["tasks"] = tasks
	}
	if topics != nil {
		out["topics"] = topics
	}
	return out
}

func showStatus(s state.Status) map[string]any {
	return map[string]any{"state": string(s.State), "trace": nullable(s.Trace), "workerId": nullable(s.WorkerID), "generation": s.Generation, "version": nullable(s.Version)}
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}
