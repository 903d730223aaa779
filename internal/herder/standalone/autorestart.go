package standalone

import (
	"context"
	"time"

	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/store/state"
)

// taskRuns notes that a task runs, and with it when.
func (h *Herder) taskRuns(id state.TaskID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failures.Running(id, time.Now())
}

// taskFailed has a task started again later, if its connector asks for that.
func (h *Herder) taskFailed(id state.TaskID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.connectors[id.Connector]
	if !ok || h.stopping {
		return
	}
	policy, err := connectorconfig.ParseRestart(c.config)
	if err != nil {
		h.log.Warn("A failed task is not restarted: its connector's configuration is wrong", "connector", id.Connector, "task", id.Task, "err", err)
		return
	}
	pause, attempt, ok := h.failures.Failed(id, policy, time.Now())
	if !ok {
		return
	}
	h.log.Info("A failed task will be restarted", "connector", id.Connector, "task", id.Task, "attempt", attempt, "of", policy.Limit, "in", pause)
	epoch := c.epoch
	time.AfterFunc(pause, func() { h.restartFailed(id, c, epoch) })
}

// restartFailed starts a task again unless somebody has done something about it.
func (h *Herder) restartFailed(id state.TaskID, c *connector, epoch int) {
	h.background(func(ctx context.Context) {
		s, ok := h.statuses.Task(id)
		if !ok || s.State != state.Failed || h.epochOf(c) != epoch {
			return
		}
		h.restarts.Add(id)
		if err := h.restartTask(ctx, id); err != nil {
			h.log.Error("A failed task could not be restarted", "connector", id.Connector, "task", id.Task, "err", err)
		}
	})
}

// forgetFailures is called when somebody restarts a task.
func (h *Herder) forgetFailures(id state.TaskID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failures.Forget(id)
}
