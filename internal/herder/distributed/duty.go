package distributed

import (
	"context"
	"errors"
	"time"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/worker"
)

// duty is a connector or a task that this worker has, or had and is stopping. want
// and have are compared: where they differ, what runs is stopped, and then what is
// wanted is started. A task goes on where only the words differ; see [owner.goesOn].
type duty struct {
	id       state.TaskID
	want     *spec // nil: nothing
	have     *spec // nil: nothing runs
	stopping bool
	failed   bool          // of a task: what it has was started and failed
	used     *data.Map     // of a task: the connector's configuration with which it was started
	restarts int           // grows with each restart that was asked for
	waiting  []func(error) // told when want runs, or when there is nothing to run

	// Of a connector: asking for its tasks.
	asking, askAgain bool
	failures         int
	retry            *time.Timer
}

// spec is what a duty runs: equal when it is the same work. Configurations are
// compared by pointer, since every record that is read makes its own.
type spec struct {
	connector  *data.Map // of a connector; of a task, the one for which its own was made
	task       *data.Map // of a task
	generation int       // of a task
	restarts   int
}

func (d *duty) isConnector() bool { return d.id.Task == connectorItself }

// wanted returns what an assigned connector or task runs by a configuration; nil for
// one that does not exist.
func wanted(s *configstore.Snapshot, id state.TaskID) *spec {
	c := s.Connector(id.Connector)
	switch {
	case c.Config == nil:
		return nil
	case id.Task == connectorItself:
		return &spec{connector: c.Config}
	case c.Inconsistent || id.Task >= c.TaskCount || c.Target == state.TargetStopped:
		return nil
	}
	return &spec{connector: c.Applied, task: c.TaskConfigs[id.Task], generation: c.Generation.N}
}

func (d *duty) same() bool {
	if d.want == nil || d.have == nil {
		return d.want == d.have
	}
	return *d.want == *d.have
}

// advance does the next step from have to want.
func (o *owner) advance(d *duty) {
	if d.want != nil {
		d.want.restarts = d.restarts
	}
	switch {
	case d.stopping:
	case d.same():
		o.rest(d, nil)
	case o.goesOn(d):
		d.have = d.want
		o.rest(d, nil)
	case d.have != nil:
		o.halt(d)
	case o.begin(d) && d.isConnector():
		// those who wait are told when it has started
	default:
		o.rest(d, nil)
	}
}

// rest is reached when there is nothing more to do for now.
func (o *owner) rest(d *duty, err error) {
	for _, tell := range d.waiting {
		tell(err)
	}
	d.waiting = nil
	if d.want == nil {
		if d.retry != nil {
			d.retry.Stop()
		}
		delete(o.duties, d.id)
		o.failures.Forget(d.id)
		o.meters.Forget(d.id)
	}
	o.checkIdle()
}

// halt stops what runs, outside the owner.
func (o *owner) halt(d *duty) {
	d.stopping = true
	o.background(func(context.Context) {
		if d.isConnector() {
			o.worker.StopConnector(d.id.Connector)
		} else {
			o.worker.StopTasks(d.id)
		}
		o.mail.post(func() {
			d.stopping, d.have = false, nil
			o.forgetTopics(d)
			o.advance(d)
		})
	})
}

// begin starts what is wanted; it returns false when that was deleted meanwhile. What
// goes wrong becomes the status of the connector or task, which stays assigned.
func (o *owner) begin(d *duty) bool {
	c := o.configs.Snapshot().Connector(d.id.Connector)
	if c.Config == nil { // its record is on the way to the owner
		d.want = nil
		return false
	}
	d.have, d.failed, d.used = d.want, false, c.Config
	if d.isConnector() {
		o.beginConnector(d, configstore.Strings(c.Config), target(c))
		return true
	}
	err := o.worker.StartTask(worker.TaskStart{
		ID: d.id, Connector: configstore.Strings(c.Config), Task: configstore.Strings(d.want.task),
		Target: target(c), Tasks: c.TaskCount, Generation: d.want.generation,
	})
	if err != nil {
		o.log.Error("A task could not be started", "connector", d.id.Connector, "task", d.id.Task, "err", err)
	}
	return true
}

func target(c configstore.Connector) state.Target {
	if c.Target == "" {
		return state.TargetStarted
	}
	return c.Target
}

func (o *owner) beginConnector(d *duty, config map[string]string, t state.Target) {
	begun := *d.have
	started := func(err error) {
		o.mail.post(func() {
			if d.have != nil && *d.have == begun {
				o.started(d, t, err)
			}
		})
	}
	if err := o.worker.StartConnector(d.id.Connector, config, t, started); err != nil {
		started(err)
	}
}

// started is told what became of the start of a connector.
func (o *owner) started(d *duty, t state.Target, err error) {
	var unresolved *worker.ResolveError
	if errors.As(err, &unresolved) && len(d.waiting) == 0 {
		listener{o.Herder}.ConnectorStatus(d.id.Connector, state.Failed, "", err)
	}
	if err != nil {
		o.log.Error("A connector could not be started", "connector", d.id.Connector, "err", err)
	} else if t == state.TargetStarted {
		o.reconfigure(d.id.Connector)
	}
	o.rest(d, err)
}

// restart stops a connector or task that is mine and starts it again; tell is called
// when that was done. It returns false when it is not mine.
func (o *owner) restart(id state.TaskID, tell func(error)) bool {
	d := o.duties[id]
	if d == nil || d.want == nil {
		return false
	}
	d.restarts++
	want := *d.want
	d.want = &want
	d.waiting = append(d.waiting, tell)
	o.advance(d)
	return true
}

// follow applies a new target state to what runs of a connector.
func (o *owner) follow(name string, t state.Target) {
	if d := o.duties[state.TaskID{Connector: name, Task: connectorItself}]; d != nil && d.have != nil && !d.stopping {
		err := o.worker.SetTarget(name, t, func(err error) {
			if err == nil && t == state.TargetStarted {
				o.mail.post(func() { o.reconfigure(name) })
			}
		})
		if err != nil {
			o.log.Warn("A connector could not be told its target state", "connector", name, "target", t, "err", err)
		}
	}
	if t != state.TargetStopped {
		o.worker.PauseTasks(name, t == state.TargetPaused)
	}
}

// forgetTopics makes a deleted connector's topics forgotten once the last of it has
// stopped here.
func (o *owner) forgetTopics(d *duty) {
	name := d.id.Connector
	if !o.TopicTracking || o.configs.Snapshot().Contains(name) {
		return
	}
	for _, t := range o.statuses.Topics(name) {
		o.statuses.DeleteTopic(name, t.Name)
	}
}

// taskFailed has a task started again later, if its connector asks for that.
func (o *owner) taskFailed(id state.TaskID) {
	d := o.duties[id]
	if d == nil || d.have == nil || d.stopping || o.stopping {
		return
	}
	d.failed = true
	policy, err := connectorconfig.ParseRestart(configstore.Strings(o.configs.Snapshot().Connector(id.Connector).Config))
	if err != nil {
		o.log.Warn("A failed task is not restarted: its connector's configuration is wrong", "connector", id.Connector, "task", id.Task, "err", err)
		return
	}
	failed := *d.have
	pause, attempt, ok := o.failures.Failed(id, policy, time.Now())
	if !ok {
		return
	}
	o.log.Info("A failed task will be restarted", "connector", id.Connector, "task", id.Task, "attempt", attempt, "of", policy.Limit, "in", pause)
	o.after(pause, func() {
		if o.duties[id] == d && d.have != nil && *d.have == failed {
			o.meters.Add(id)
			o.restarting(id)
			o.restart(id, func(error) {})
		}
	})
}
