package distributed

import (
	"context"
	"errors"
	"log/slog"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/worker"
)

// PutConnector creates a connector or gives it another configuration. It returns
// when the configuration is safe, not when the connector runs.
func (h *Herder) PutConnector(ctx context.Context, r herder.PutRequest) (c herder.Connector, created bool, err error) {
	v, err := h.Validate(ctx, r.Config)
	if err != nil {
		return c, false, err
	}
	if text := v.Problems(); text != "" {
		return c, false, herder.Fail(herder.BadRequest, "%s", text)
	}
	err = h.write(ctx, func(s *configstore.Snapshot) error {
		created = !s.Contains(r.Name)
		if r.Create && !created {
			return herder.Fail(herder.Conflict, "Connector %s already exists", r.Name)
		}
		return h.configs.PutConnector(ctx, r.Name, r.Config, r.Target)
	})
	if err != nil {
		return c, false, err
	}
	c, err = h.Connector(ctx, r.Name)
	return c, created, err
}

// PatchConnector changes single keys; nil removes one.
func (h *Herder) PatchConnector(ctx context.Context, name string, patch map[string]*string) (herder.Connector, error) {
	if _, err := h.requireLeader(ctx); err != nil {
		return herder.Connector{}, err
	}
	c, err := h.Connector(ctx, name)
	if err != nil {
		return c, err
	}
	for key, value := range patch {
		if value == nil {
			delete(c.Config, key)
		} else {
			c.Config[key] = *value
		}
	}
	c, _, err = h.PutConnector(ctx, herder.PutRequest{Name: name, Config: c.Config})
	return c, err
}

// DeleteConnector deletes a connector's configuration; the worker that runs it stops
// it. Its offsets stay.
func (h *Herder) DeleteConnector(ctx context.Context, name string) error {
	return h.write(ctx, func(s *configstore.Snapshot) error {
		if !s.Contains(name) {
			return herder.NoConnector(name)
		}
		return h.configs.RemoveConnector(ctx, name)
	})
}

// SetTarget pauses, resumes or stops a connector. It does not wait for it. A stopped
// connector has no tasks.
func (h *Herder) SetTarget(ctx context.Context, name string, target state.Target) error {
	if target != state.TargetStopped {
		if !h.configs.Snapshot().Contains(name) {
			return unknownConnector(name)
		}
		return h.configs.PutTarget(ctx, name, target)
	}
	return h.write(ctx, func(s *configstore.Snapshot) error {
		if !s.Contains(name) {
			return unknownConnector(name)
		}
		if err := h.configs.PutTasks(ctx, name, nil); err != nil {
			return err
		}
		if err := h.configs.PutTarget(ctx, name, target); err != nil {
			return err
		}
		return h.configs.ReadToEnd(ctx)
	})
}

func unknownConnector(name string) error {
	return herder.Fail(herder.NotFound, "Unknown connector: %s", name)
}

// Restart restarts a connector and, maybe, its tasks. Of a connector alone it waits
// for the start; otherwise it returns what will be restarted (KIP-745).
func (h *Herder) Restart(ctx context.Context, r herder.RestartRequest) (herder.Status, error) {
	request := state.RestartRequest{Connector: r.Connector, OnlyFailed: r.OnlyFailed, IncludeTasks: r.IncludeTasks}
	if request.ForceConnectorOnly() {
		return herder.Status{}, h.restartHere(ctx, state.TaskID{Connector: r.Connector, Task: connectorItself})
	}
	var before herder.Status
	err := h.write(ctx, func(s *configstore.Snapshot) (err error) {
		if !s.Contains(r.Connector) {
			return unknownConnector(r.Connector)
		}
		if before, err = h.ConnectorStatus(ctx, r.Connector); err != nil {
			return herder.Fail(herder.NotFound, "Status for connector %s not found", r.Connector)
		}
		return h.configs.PutRestart(ctx, request)
	})
	return asRestarting(before, request), err
}

// asRestarting shows a status as it is about to be.
func asRestarting(s herder.Status, r state.RestartRequest) herder.Status {
	if r.RestartsConnector(s.Connector.State) {
		s.Connector.State = state.Restarting
	}
	for i := range s.Tasks {
		if r.RestartsTask(s.Tasks[i].State) {
			s.Tasks[i].State = state.Restarting
		}
	}
	return s
}

// RestartTask restarts one task and waits until it was started. One whose
// configuration cannot be resolved goes on.
func (h *Herder) RestartTask(ctx context.Context, id state.TaskID) error {
	return h.restartHere(ctx, id)
}

// resolvable tells whether the configurations of a task can be resolved now.
func (h *Herder) resolvable(ctx context.Context, id state.TaskID) error {
	s := h.configs.Snapshot()
	for _, config := range []*data.Map{s.Connector(id.Connector).Config, s.TaskConfig(id)} {
		if _, err := h.worker.Resolve(ctx, id.Connector, configstore.Strings(config)); err != nil {
			return err
		}
	}
	return nil
}

// restartHere restarts what this worker runs, or says who runs it.
func (h *Herder) restartHere(ctx context.Context, id state.TaskID) error {
	v, err := h.awaitSettled(ctx)
	if err != nil {
		return err
	}
	if err := h.exists(id); err != nil {
		return err
	}
	if id.Task != connectorItself {
		if err := h.resolvable(ctx, id); err != nil {
			return err
		}
	}
	done := make(chan error, 1)
	mine := make(chan bool, 1)
	h.mail.post(func() { mine <- h.owner.restart(id, func(err error) { done <- err }) })
	select {
	case ok := <-mine:
		switch {
		case !ok && v.leader:
			return &herder.Elsewhere{URL: v.ownerURL(id)}
		case !ok:
			return &herder.Elsewhere{URL: v.leaderURL}
		}
	case <-ctx.Done():
		return timedOut(ctx, "The worker is restarting "+id.String()+".")
	}
	select {
	case err := <-done:
		return restartFailed(id, err)
	case <-ctx.Done():
		return timedOut(ctx, "The worker is waiting for "+id.String()+" to stop.")
	}
}

func (h *Herder) exists(id state.TaskID) error {
	s := h.configs.Snapshot()
	switch {
	case !s.Contains(id.Connector):
		return unknownConnector(id.Connector)
	case id.Task != connectorItself && id.Task >= len(s.Tasks(id.Connector)):
		return herder.Fail(herder.NotFound, "Unknown task: %s", id)
	}
	return nil
}

func restartFailed(id state.TaskID, err error) error {
	var unresolved *worker.ResolveError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unresolved):
		return &herder.Error{Reason: herder.Internal, Err: err, Msg: unresolved.Err.Error()}
	case id.Task == connectorItself:
		return &herder.Error{Reason: herder.Internal, Err: err, Msg: "Failed to start connector: " + id.Connector}
	}
	return &herder.Error{Reason: herder.Internal, Err: err, Msg: "Failed to start task: " + id.String()}
}

func timedOut(ctx context.Context, stage string) error {
	return &herder.Error{Reason: herder.TimedOut, Err: ctx.Err(), Msg: "Request timed out. " + stage}
}

// SetLoggerLevel sets the level of loggers on all workers (KIP-976).
func (h *Herder) SetLoggerLevel(ctx context.Context, namespace string, level slog.Level) error {
	return h.configs.PutLoggerLevel(ctx, namespace, logs.LevelName(level))
}

// Validate checks a configuration without using it.
func (h *Herder) Validate(ctx context.Context, props map[string]string) (*herder.Validation, error) {
	return h.ValidateNulls(ctx, props, nil)
}

// ValidateNulls is Validate for a configuration in which some keys are null. The
// connector's own check may hang: then the answer is an error when ctx ends.
func (h *Herder) ValidateNulls(ctx context.Context, props map[string]string, nulls map[string]bool) (*herder.Validation, error) {
	return h.Settings.Validate.Bounded(ctx, h.log, props, nulls)
}
