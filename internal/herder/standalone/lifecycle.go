package standalone

import (
	"context"
	"maps"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/worker"
)

// ConnectorStatus returns what a connector and its tasks do.
func (h *Herder) ConnectorStatus(_ context.Context, name string) (herder.Status, error) {
	c, err := h.find(name)
	if err != nil {
		return herder.Status{}, err
	}
	h.mu.Lock()
	s := herder.Status{Name: name, Kind: c.kind}
	n := len(c.tasks)
	h.mu.Unlock()
	var ok bool
	if s.Connector, ok = h.statuses.Connector(name); !ok {
		s.Connector = state.Status{State: state.Unassigned, WorkerID: h.WorkerID}
	}
	s.Connector.Stuck = herder.StuckIn(h.worker.ConnectorCall(name))
	for i := range n {
		if t, ok := h.statuses.Task(state.TaskID{Connector: name, Task: i}); ok {
			s.Tasks = append(s.Tasks, h.taskStatus(state.TaskID{Connector: name, Task: i}, t))
		}
	}
	return s, nil
}

// TaskStatus returns what a task does.
func (h *Herder) TaskStatus(_ context.Context, id state.TaskID) (herder.TaskStatus, error) {
	if s, ok := h.statuses.Task(id); ok {
		return h.taskStatus(id, s), nil
	}
	return herder.TaskStatus{}, herder.Fail(herder.NotFound, "No status found for task %s", id)
}

func (h *Herder) taskStatus(id state.TaskID, s state.Status) herder.TaskStatus {
	s.Stuck = herder.StuckIn(h.worker.TaskCall(id))
	return herder.TaskStatus{ID: id.Task, Status: s}
}

// SetTarget pauses, resumes or stops a connector. It does not wait for it, except
// that the tasks of a stopped connector are stopped on return.
func (h *Herder) SetTarget(ctx context.Context, name string, target state.Target) error {
	c, err := h.find(name)
	if err != nil {
		return err
	}
	giveBack, err := h.take(ctx, name, c)
	if err != nil {
		return err
	}
	defer giveBack()
	h.mu.Lock()
	c.target = target
	epoch := c.epoch
	if target == state.TargetStopped {
		c.tasks = nil
	}
	h.mu.Unlock()
	switch target {
	case state.TargetStopped:
		h.stopTasks(name)
	case state.TargetPaused:
		h.worker.PauseTasks(name, true)
	default:
		h.worker.PauseTasks(name, false)
	}
	return h.worker.SetTarget(name, target, func(err error) {
		if err == nil && target == state.TargetStarted {
			h.background(func(ctx context.Context) {
				if err := h.updateTasks(ctx, name, c, epoch); err != nil {
					h.log.Error("Resuming a connector failed", "connector", name, "err", err)
				}
			})
		}
	})
}

// Restart restarts what the request names and waits for the connector to start.
func (h *Herder) Restart(ctx context.Context, r herder.RestartRequest) (herder.Status, error) {
	c, err := h.find(r.Connector)
	if err != nil {
		return herder.Status{}, err
	}
	before, err := h.ConnectorStatus(ctx, r.Connector)
	if err != nil {
		return before, err
	}
	plan := planRestart(before, r)
	if plan.connector {
		if err := h.restartConnector(ctx, r.Connector, c); err != nil {
			return before, startFailed(r.Connector, h.targetOf(c), err)
		}
	}
	for _, n := range plan.tasks {
		if err := h.RestartTask(ctx, state.TaskID{Connector: r.Connector, Task: n}); err != nil {
			return before, err
		}
	}
	return plan.status, nil
}

// restartPlan is what a restart concerns, and how it shows until it is done
// (KIP-745).
type restartPlan struct {
	connector bool
	tasks     []int
	status    herder.Status
}

func planRestart(s herder.Status, r herder.RestartRequest) restartPlan {
	concerned := func(st state.State) bool { return !r.OnlyFailed || st == state.Failed }
	p := restartPlan{status: s}
	if concerned(s.Connector.State) {
		p.connector = true
		p.status.Connector.State = state.Restarting
	}
	p.status.Tasks = nil
	for _, t := range s.Tasks {
		if r.IncludeTasks && concerned(t.State) {
			p.tasks = append(p.tasks, t.ID)
			t.State = state.Restarting
		}
		p.status.Tasks = append(p.status.Tasks, t)
	}
	return p
}

// restartConnector restarts a connector, not its tasks; they follow if the connector
// now wants others.
func (h *Herder) restartConnector(ctx context.Context, name string, c *connector) error {
	giveBack, err := h.take(ctx, name, c)
	if err != nil {
		return err
	}
	h.mu.Lock()
	c.epoch++
	epoch := c.epoch
	h.mu.Unlock()
	h.worker.StopConnector(name)
	return h.launch(ctx, name, c, epoch, giveBack)
}

// RestartTask restarts one task.
func (h *Herder) RestartTask(ctx context.Context, id state.TaskID) error {
	h.forgetFailures(id)
	return h.restartTask(ctx, id)
}

func (h *Herder) restartTask(ctx context.Context, id state.TaskID) error {
	c, err := h.find(id.Connector)
	if err != nil {
		return err
	}
	giveBack, err := h.take(ctx, id.Connector, c)
	if err != nil {
		return err
	}
	defer giveBack()
	h.mu.Lock()
	if id.Task < 0 || id.Task >= len(c.tasks) {
		h.mu.Unlock()
		return herder.Fail(herder.NotFound, "Task %s not found", id)
	}
	config, task, target, count := maps.Clone(c.config), maps.Clone(c.tasks[id.Task]), c.target, len(c.tasks)
	h.mu.Unlock()
	h.worker.StopTasks(id)
	return h.worker.StartTask(worker.TaskStart{ID: id, Connector: config, Task: task, Target: target, Tasks: count})
}

// Topics returns the topics that a connector has used.
func (h *Herder) Topics(_ context.Context, name string) ([]string, error) {
	if !h.TopicTracking {
		return nil, herder.Fail(herder.Forbidden, "Topic tracking is disabled.")
	}
	if _, err := h.find(name); err != nil {
		return nil, err
	}
	return h.statuses.Topics(name), nil
}

// ResetTopics forgets them.
func (h *Herder) ResetTopics(_ context.Context, name string) error {
	switch {
	case !h.TopicTracking:
		return herder.Fail(herder.Forbidden, "Topic tracking is disabled.")
	case !h.TopicReset:
		return herder.Fail(herder.Forbidden, "Topic tracking reset is disabled.")
	}
	if _, err := h.find(name); err != nil {
		return err
	}
	h.statuses.ResetTopics(name)
	h.worker.ForgetTopics(name)
	return nil
}
