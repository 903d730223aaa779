package operate

import (
	"context"
	"maps"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
	"github.com/millrace/millrace/internal/restclient"
)

// Names of steps, as the store has them.
const (
	stepProbe          = "probe-cluster"
	stepStartWorkers   = "start-workers"
	stepValidate       = "validate-configuration"
	stepPut            = "put-configuration"
	stepAwait          = "await-running"
	stepRemoveWorkers  = "remove-workers"
	stepForget         = "forget-configuration"
	stepPrepare        = "prepare"
	stepApply          = "change-workers"
	stepHealth         = "check-health"
	stepRestoreWorkers = "restore-workers"
	stepRestorePut     = "restore-configuration"
	stepTell           = "tell-workers"
)

func equal(a, b map[string]string) bool { return maps.Equal(a, b) }

// now returns the setup that the connector has.
func (j *job) now() (setup, error) {
	w, err := readCrew(&j.connector)
	setting := j.connector.WorkerSetting()
	return setup{&j.connector, setting, count(setting.Capacity, w.Count)}, err
}

// in runs do with the setup that the connector has.
func (j *job) in(do func(context.Context, setup) error) func(context.Context) error {
	return func(ctx context.Context) error {
		s, err := j.now()
		if err != nil {
			return err
		}
		return do(ctx, s)
	}
}

func (j *job) createConnector() plan {
	asked := j.connector.Configuration
	return plan{
		steps: []step{
			{name: stepProbe, do: j.in(j.probe)},
			{name: stepStartWorkers, changes: true, do: j.in(j.start)},
			{name: stepValidate, do: j.in(func(ctx context.Context, s setup) error { return j.validate(ctx, s.configuration(asked)) })},
			{name: stepPut, do: j.in(func(ctx context.Context, s setup) error { return j.ensure(ctx, s.configuration(asked)) })},
			{name: stepAwait, do: func(ctx context.Context) error { return j.await(ctx, started(j.e.settings.Limits.Tasks)) }},
		},
		undo: []step{{name: stepRemoveWorkers, do: j.removeWorkers}},
		end: func(tx *store.Tx, o outcome) error {
			return j.settle(tx, func(c *store.Connector) error {
				if c.State = model.ConnectorRunning; o.reason != nil {
					c.State, c.StateDescription, c.Fleet = model.ConnectorFailed, o.reason, nil
					return nil
				}
				s, err := j.now()
				if err != nil {
					return err
				}
				return crew{Count: s.workers}.write(c)
			})
		},
	}
}

// settle changes the connector's record in the transaction that ends the operation.
func (j *job) settle(tx *store.Tx, change func(*store.Connector) error) error {
	c, err := tx.Connectors().Find(j.op.Target)
	if err != nil {
		return err
	}
	c.Operation, c.StateDescription = "", nil
	if err := change(&c); err != nil {
		return err
	}
	return tx.Connectors().Replace(c)
}

func (j *job) deleteConnector() plan {
	return plan{
		steps: []step{
			{name: stepForget, do: j.forget},
			{name: stepRemoveWorkers, do: j.removeWorkers},
		},
		always: true,
		end:    func(tx *store.Tx, _ outcome) error { return tx.Connectors().Remove(j.op.Target) },
	}
}

// forget deletes the configuration from the internal topic, which stays: it may hold
// passwords. Workers that do not answer soon keep nobody waiting.
func (j *job) forget(ctx context.Context) error {
	at := j.workers()
	if len(at.fleet.Workers(at.name)) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, j.e.settings.Limits.Forget)
	defer cancel()
	err := at.do(ctx, func(ctx context.Context, c *restclient.Client) error { return c.Delete(ctx, j.connector.Name) })
	if err != nil && !restclient.IsNotFound(err) {
		j.e.log.Warn("The configuration of a deleted connector stays in its internal topic", "connector", j.connector.Name, "err", err)
	}
	return nil
}

func (j *job) restartConnector() plan {
	return plan{
		steps: []step{
			{name: stepTell, do: j.tell(func(ctx context.Context, c *restclient.Client) error {
				_, err := c.Restart(ctx, j.connector.Name, true, j.op.Asked.OnlyFailedTasks)
				return err
			})},
			{name: stepAwait, do: func(ctx context.Context) error { return j.await(ctx, lasting(j.e.settings.Limits.Settle, restarted)) }},
		},
		end: j.endIn(model.ConnectorRunning, model.ConnectorRunning),
	}
}

func (j *job) pauseConnector() plan {
	resume := j.tell(func(ctx context.Context, c *restclient.Client) error { return c.Resume(ctx, j.connector.Name) })
	return plan{
		steps: []step{
			{name: stepTell, changes: true, do: j.tell(func(ctx context.Context, c *restclient.Client) error { return c.Pause(ctx, j.connector.Name) })},
			{name: stepAwait, do: func(ctx context.Context) error { return j.await(ctx, paused) }},
		},
		undo: []step{{name: stepRestorePut, do: resume}},
		end:  j.endIn(model.ConnectorPaused, model.ConnectorRunning),
	}
}

func (j *job) resumeConnector() plan {
	pause := j.tell(func(ctx context.Context, c *restclient.Client) error { return c.Pause(ctx, j.connector.Name) })
	return plan{
		steps: []step{
			{name: stepTell, changes: true, do: j.tell(func(ctx context.Context, c *restclient.Client) error { return c.Resume(ctx, j.connector.Name) })},
			{name: stepAwait, do: func(ctx context.Context) error { return j.await(ctx, started(j.e.settings.Limits.Tasks)) }},
		},
		undo: []step{{name: stepRestorePut, do: pause}},
		end:  j.endIn(model.ConnectorRunning, model.ConnectorPaused),
	}
}

// endIn ends an operation that changes nothing of the record but its state.
func (j *job) endIn(success, failure model.ConnectorState) func(*store.Tx, outcome) error {
	return func(tx *store.Tx, o outcome) error {
		return j.settle(tx, func(c *store.Connector) error {
			if c.State = success; o.reason != nil {
				c.State = failure
			}
			return nil
		})
	}
}
