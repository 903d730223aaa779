package standalone

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/worker"
)

// PutConnector creates a connector or gives it another configuration, and waits
// until it has started and has its tasks.
func (h *Herder) PutConnector(ctx context.Context, r herder.PutRequest) (herder.Connector, bool, error) {
	if err := h.check(ctx, r); err != nil {
		return herder.Connector{}, false, err
	}
	c, created, err := h.claim(r)
	if err != nil {
		return herder.Connector{}, false, err
	}
	giveBack, err := h.take(ctx, r.Name, c)
	if err != nil {
		return herder.Connector{}, false, err
	}
	if !created {
		h.halt(r.Name, c)
	}
	epoch := h.configure(c, r)
	err = h.launch(ctx, r.Name, c, epoch, giveBack)
	if err != nil && h.epochOf(c) == epoch { // else a later request has taken over
		return herder.Connector{}, created, startFailed(r.Name, h.targetOf(c), err)
	}
	info, err := h.Connector(ctx, r.Name)
	return info, created, err
}

// check validates the configuration, which may call into the connector: it takes no
// lock.
func (h *Herder) check(ctx context.Context, r herder.PutRequest) error {
	if r.Create && h.has(r.Name) {
		return alreadyExists(r.Name)
	}
	v, err := h.Validate(ctx, r.Config)
	if err != nil {
		return err
	}
	if text := v.Problems(); text != "" {
		return herder.Fail(herder.BadRequest, "%s", text)
	}
	return nil
}

func alreadyExists(name string) error {
	return herder.Fail(herder.Conflict, "Connector %s already exists", name)
}

func (h *Herder) has(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.connectors[name]
	return ok
}

// claim finds the connector or makes a place for it.
func (h *Herder) claim(r herder.PutRequest) (c *connector, created bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping {
		return nil, false, herder.Fail(herder.Unavailable, "The worker is shutting down")
	}
	c, ok := h.connectors[r.Name]
	if ok && r.Create {
		return nil, false, alreadyExists(r.Name)
	}
	if !ok {
		c = &connector{turn: make(chan struct{}, 1), target: state.TargetStarted}
		h.connectors[r.Name] = c
	}
	return c, !ok, nil
}

// configure notes the new configuration and returns its epoch.
func (h *Herder) configure(c *connector, r herder.PutRequest) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.config = maps.Clone(r.Config)
	if e, err := h.plugins.Connector(r.Config["connector.class"]); err == nil {
		c.kind, c.version = e.Kind, e.Version
	}
	if r.Target != "" {
		c.target = r.Target
	}
	c.tasks = nil
	c.epoch++
	return c.epoch
}

// launch starts the connector, gives its turn back while waiting for it, and gives it
// its tasks.
func (h *Herder) launch(ctx context.Context, name string, c *connector, epoch int, giveBack func()) error {
	h.mu.Lock()
	config, target := maps.Clone(c.config), c.target
	h.mu.Unlock()
	err := h.await(ctx, name, func(done func(error)) error {
		// When the connector starts only after the request gave up, its tasks still come.
		tell := func(err error) {
			done(err)
			if err == nil && ctx.Err() != nil {
				listener{h}.ReconfigureTasks(name)
			}
		}
		err := h.worker.StartConnector(name, config, target, tell)
		giveBack()
		return err
	})
	if err != nil || target == state.TargetStopped {
		return err
	}
	if target == state.TargetPaused {
		return nil
	}
	return h.updateTasks(ctx, name, c, epoch)
}

func startFailed(name string, target state.Target, err error) error {
	var known *herder.Error
	if errors.As(err, &known) {
		return known
	}
	return &herder.Error{
		Reason: herder.Internal, Err: err,
		Msg: "Failed to transition connector " + name + " to state " + string(target) + ": " + err.Error(),
	}
}

func (h *Herder) targetOf(c *connector) state.Target {
	h.mu.Lock()
	defer h.mu.Unlock()
	return c.target
}

// updateTasks asks the connector for its tasks and runs them, unless they are the
// same as before.
func (h *Herder) updateTasks(ctx context.Context, name string, c *connector, epoch int) error {
	var configs []map[string]string
	err := h.await(ctx, name, func(done func(error)) error {
		return h.worker.TaskConfigs(name, func(found []map[string]string, err error) {
			configs = found
			done(err)
		})
	})
	if err != nil {
		return err
	}
	giveBack, err := h.take(ctx, name, c)
	if err != nil {
		return err
	}
	defer giveBack()
	if !h.adopt(c, epoch, configs) {
		return nil
	}
	h.stopTasks(name)
	return h.startTasks(name, c)
}

// adopt notes new tasks; it returns false when there is nothing to do.
func (h *Herder) adopt(c *connector, epoch int, configs []map[string]string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	same := len(c.tasks) == len(configs) && c.tasks != nil && slices.EqualFunc(c.tasks, configs, maps.Equal)
	if c.epoch != epoch || same || c.target == state.TargetStopped {
		return false
	}
	c.tasks = configs
	return true
}

// stopTasks stops all tasks that the worker has of a connector.
func (h *Herder) stopTasks(name string) {
	_, running := h.worker.Running()
	ids := slices.DeleteFunc(running, func(id state.TaskID) bool { return id.Connector != name })
	h.worker.StopTasks(ids...)
	for _, n := range h.statuses.Tasks(name) {
		h.statuses.DeleteTask(state.TaskID{Connector: name, Task: n})
	}
}

func (h *Herder) startTasks(name string, c *connector) error {
	h.mu.Lock()
	config, tasks, target := maps.Clone(c.config), c.tasks, c.target
	h.mu.Unlock()
	var errs []error
	for i, task := range tasks {
		id := state.TaskID{Connector: name, Task: i}
		listener{h}.TaskStatus(id, state.Unassigned, "", nil)
		err := h.worker.StartTask(worker.TaskStart{ID: id, Connector: config, Task: maps.Clone(task), Target: target, Tasks: len(tasks)})
		if !errors.Is(err, worker.ErrRunning) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// halt stops a connector and its tasks. The caller has its turn.
func (h *Herder) halt(name string, c *connector) {
	h.mu.Lock()
	c.epoch++
	h.mu.Unlock()
	h.stopTasks(name)
	h.worker.StopConnector(name)
}

// PatchConnector changes single keys; nil removes one.
func (h *Herder) PatchConnector(ctx context.Context, name string, patch map[string]*string) (herder.Connector, error) {
	info, err := h.Connector(ctx, name)
	if err != nil {
		return info, err
	}
	for key, value := range patch {
		if value == nil {
			delete(info.Config, key)
		} else {
			info.Config[key] = *value
		}
	}
	info, _, err = h.PutConnector(ctx, herder.PutRequest{Name: name, Config: info.Config})
	return info, err
}

// DeleteConnector stops a connector and forgets it. Its offsets stay.
func (h *Herder) DeleteConnector(ctx context.Context, name string) error {
	c, err := h.find(name)
	if err != nil {
		return err
	}
	giveBack, err := h.take(ctx, name, c)
	if err != nil {
		return err
	}
	defer giveBack()
	h.halt(name, c)
	h.mu.Lock()
	delete(h.connectors, name)
	h.mu.Unlock()
	h.statuses.DeleteConnector(name)
	h.restarts.ForgetConnector(name)
	return nil
}
