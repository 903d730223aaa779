package distributed

import (
	"context"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
)

// Connectors returns the names of all connectors, sorted.
func (h *Herder) Connectors(context.Context) ([]string, error) {
	return h.configs.Snapshot().Connectors(), nil
}

// Connector returns a connector.
func (h *Herder) Connector(_ context.Context, name string) (herder.Connector, error) {
	s := h.configs.Snapshot()
	c := s.Connector(name)
	if c.Config == nil {
		return herder.Connector{}, herder.NoConnector(name)
	}
	return herder.Connector{
		Name: name, Config: configstore.Strings(c.Config), Tasks: s.Tasks(name), Kind: h.kind(c), Target: target(c),
	}, nil
}

// TaskConfigs returns the configurations of a connector's tasks.
func (h *Herder) TaskConfigs(_ context.Context, name string) ([]herder.Task, error) {
	s := h.configs.Snapshot()
	if !s.Contains(name) {
		return nil, herder.NoConnector(name)
	}
	tasks := []herder.Task{}
	for _, id := range s.Tasks(name) {
		tasks = append(tasks, herder.Task{ID: id, Config: configstore.Strings(s.TaskConfig(id))})
	}
	return tasks, nil
}

// ConnectorStatus returns what a connector and its tasks do, as their workers last
// told.
func (h *Herder) ConnectorStatus(_ context.Context, name string) (herder.Status, error) {
	status, ok := h.statuses.Connector(name)
	if !ok {
		return herder.Status{}, herder.Fail(herder.NotFound, "No status found for connector %s", name)
	}
	if status.WorkerID == h.WorkerID { // which knows it before it was written
		status.Stuck = herder.StuckIn(h.worker.ConnectorCall(name))
	}
	s := herder.Status{Name: name, Connector: status, Kind: h.kind(h.configs.Snapshot().Connector(name))}
	for _, n := range h.statuses.Tasks(name) {
		if t, err := h.TaskStatus(context.Background(), state.TaskID{Connector: name, Task: n}); err == nil {
			s.Tasks = append(s.Tasks, t)
		}
	}
	return s, nil
}

// TaskStatus returns what a task does.
func (h *Herder) TaskStatus(_ context.Context, id state.TaskID) (herder.TaskStatus, error) {
	s, ok := h.statuses.Task(id)
	if !ok {
		return herder.TaskStatus{}, herder.Fail(herder.NotFound, "No status found for task %s", id)
	}
	if s.WorkerID == h.WorkerID {
		s.Stuck = herder.StuckIn(h.worker.TaskCall(id))
	}
	return herder.TaskStatus{ID: id.Task, Status: s}, nil
}

// Topics returns the topics that a connector has used, sorted.
func (h *Herder) Topics(_ context.Context, name string) ([]string, error) {
	if !h.TopicTracking {
		return nil, herder.Fail(herder.Forbidden, "Topic tracking is disabled.")
	}
	names := []string{}
	for _, t := range h.statuses.Topics(name) {
		names = append(names, t.Name)
	}
	return names, nil
}

// ResetTopics forgets them.
func (h *Herder) ResetTopics(_ context.Context, name string) error {
	switch {
	case !h.TopicTracking:
		return herder.Fail(herder.Forbidden, "Topic tracking is disabled.")
	case !h.TopicReset:
		return herder.Fail(herder.Forbidden, "Topic tracking reset is disabled.")
	}
	for _, t := range h.statuses.Topics(name) {
		h.statuses.DeleteTopic(name, t.Name)
	}
	h.worker.ForgetTopics(name)
	return nil
}
