package operate

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// before is what an update has found, kept with its step.
type before struct {
	// FailedTasks is how many tasks had failed: they are no reason to roll back.
	FailedTasks int `json:"failedTasks"`
}

func (j *job) readBefore() (b before, err error) {
	if len(j.op.StepState) > 0 {
		err = json.Unmarshal(j.op.StepState, &b)
	}
	return b, err
}

// prepare notes how the connector is before it is changed.
func (j *job) prepare(ctx context.Context) error {
	ctx, cancel := soon(ctx)
	defer cancel()
	s, err := j.workers().status(ctx, j.connector.Name)
	if err != nil {
		return nil //nolint:nilerr // it does not answer: nothing is known about its tasks
	}
	j.op.StepState, err = json.Marshal(before{failedTasks(s)})
	return err
}

// target returns the setup that an update of the worker setting leads to.
func (j *job) target(now setup) setup {
	to := now
	to.setting = *j.op.Shown.TargetSetting
	to.workers = count(to.setting.Capacity, now.workers)
	return to
}

func (j *job) updateWorkerSetting() plan {
	asked := j.connector.Configuration
	put := func(ctx context.Context, s setup) error { return j.ensure(ctx, s.configuration(asked)) }
	to := func(do func(context.Context, setup) error) func(context.Context) error {
		return j.in(func(ctx context.Context, now setup) error { return do(ctx, j.target(now)) })
	}
	return plan{
		steps: []step{
			{name: stepPrepare, shown: model.StepInitialize, do: j.prepare},
			{name: stepProbe, do: to(func(_ context.Context, s setup) error { return j.e.knowsClass(s) })},
			{name: stepApply, shown: model.StepUpdateWorkerSetting, changes: true, do: to(j.change)},
			{name: stepPut, do: to(put)},
			{name: stepHealth, shown: model.StepValidate, do: j.health},
		},
		undo: []step{
			{name: stepRestoreWorkers, do: j.in(j.restore)},
			{name: stepRestorePut, do: j.in(put)},
		},
		end: j.endUpdate(func(c *store.Connector) error {
			now, err := j.now()
			if err != nil {
				return err
			}
			w, err := readCrew(c)
			if err != nil {
				return err
			}
			w.Count = j.target(now).workers
			c.Apply(*j.op.Shown.TargetSetting)
			return w.write(c)
		}),
	}
}

func (j *job) updateConfiguration() plan {
	put := func(config map[string]string) func(context.Context) error {
		return j.in(func(ctx context.Context, s setup) error { return j.ensure(ctx, s.configuration(config)) })
	}
	origin, target := j.op.Shown.OriginConfiguration, j.op.Shown.TargetConfiguration
	return plan{
		steps: []step{
			{name: stepPrepare, shown: model.StepInitialize, do: j.prepare},
			{name: stepValidate, shown: model.StepValidate, do: j.in(func(ctx context.Context, s setup) error {
				if err := j.validate(ctx, s.configuration(target)); err != nil {
					return err
				}
				return j.checkStore(ctx, s, target)
			})},
			{name: stepPut, shown: model.StepUpdateConfiguration, changes: true, do: put(target)},
			{name: stepHealth, do: j.health},
		},
		undo: []step{{name: stepRestorePut, do: put(origin)}},
		end: j.endUpdate(func(c *store.Connector) error {
			c.Configuration = target
			return nil
		}),
	}
}

// endUpdate ends an update: with the target and a new version, or as the connector was.
func (j *job) endUpdate(apply func(*store.Connector) error) func(*store.Tx, outcome) error {
	return func(tx *store.Tx, o outcome) error {
		return j.settle(tx, func(c *store.Connector) error {
			c.State = model.ConnectorRunning
			if j.op.Asked.From == model.ConnectorPaused {
				c.State = model.ConnectorPaused
			}
			switch {
			case o.reason == nil:
				c.CurrentVersion = model.NewVersion()
				return apply(c)
			case o.stuck != nil:
				c.State = model.ConnectorFailed
				c.StateDescription = &model.StateDescription{
					Code: o.reason.Code,
					Message: shorten(fmt.Sprintf("an update has failed and could not be changed back: %s; the update failed because: %s",
						o.stuck, o.reason.Message), maxReason),
				}
			}
			return nil
		})
	}
}
