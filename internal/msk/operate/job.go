package operate

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// plan is how an operation of a kind is carried out.
type plan struct {
	steps []step
	// undo changes back what steps have changed, for a failure from the first step on
	// that changes something. Its own failures are part of the outcome.
	undo []step
	// end writes how it ended to the records, but not the operation itself.
	end func(*store.Tx, outcome) error
	// always repeats a step that fails until it succeeds.
	always bool
}

// step is a part of an operation. It may be done again from its beginning, as happens
// when the control plane has ended in the middle of it.
type step struct {
	name    string         // kept in the store
	shown   model.StepType // what the API shows meanwhile; "" for what it showed
	changes bool           // a failure here or later must be undone
	do      func(context.Context) error
}

// outcome is how an operation ended.
type outcome struct {
	reason *model.StateDescription // nil for success
	undone bool                    // something was changed, and was to be changed back
	stuck  error                   // it could not
}

// job is an operation that is being carried out.
type job struct {
	e  *Engine
	op store.Operation
	// connector is the target, as it was when the job began; plugin, for operations
	// on plugins.
	connector store.Connector
	plugin    store.Plugin
	// again is whether the step that is being done may have been done, in part, before.
	again bool
}

// carry carries out an operation until it has ended or the engine is closed. One that can
// neither go on nor end, as with a full disk, is tried again.
func (e *Engine) carry(id string) {
	var p patience
	for {
		err := e.attempt(id)
		if err == nil || e.closing.Err() != nil {
			return
		}
		if p.news(err) {
			e.log.Error("An operation cannot go on; it is tried again until it can", "operation", id, "err", err)
		}
		if !e.pause(p.next()) {
			return
		}
	}
}

func (e *Engine) attempt(id string) error {
	j, err := e.load(id)
	if err != nil || j == nil {
		return err
	}
	done, err := e.turns.take(e.closing, j.op.Target)
	if err != nil {
		return err
	}
	defer done()
	if j, err = e.load(id); err != nil || j == nil {
		return err
	}
	return j.run(e.closing)
}

// load returns the job of an operation, nil when it has ended.
func (e *Engine) load(id string) (*job, error) {
	j := &job{e: e}
	err := e.settings.Store.View(func(tx *store.Tx) (err error) {
		if j.op, err = tx.Operations().Find(id); err != nil {
			return err
		}
		if j.op.Target.Kind == model.KindCustomPlugin {
			j.plugin, err = tx.Plugins().Find(j.op.Target)
			return err
		}
		j.connector, err = tx.Connectors().Find(j.op.Target)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && !j.op.Ended.IsZero() {
		return nil, nil
	}
	return j, err
}

// run does the steps from the one where the operation is. Its error is that of the
// store, of a full disk or of ctx, or of a plan that always goes on; anything else ends
// the operation.
func (j *job) run(ctx context.Context) error {
	p, err := j.plan()
	if err != nil {
		return err
	}
	if j.op.Error == nil {
		failed, err := j.walk(ctx, p.steps)
		switch {
		case err == nil:
			return j.end(p, outcome{})
		case failed < 0 || p.always || noSpace(err):
			return err
		}
		undo := len(p.undo) > 0 && slices.ContainsFunc(p.steps[:failed+1], func(s step) bool { return s.changes })
		if err := j.failed(reason(err), undo); err != nil {
			return err
		}
		if !undo {
			return j.end(p, outcome{reason: j.op.Error})
		}
	}
	stuck, err := j.undo(ctx, p.undo)
	if err != nil {
		return err
	}
	return j.end(p, outcome{reason: j.op.Error, undone: true, stuck: stuck})
}

// undo changes back what was changed. It tries for a long time: a connector that can be
// neither what it shall be nor what it was is lost. stuck is why it has given up; err is
// as in run.
func (j *job) undo(ctx context.Context, steps []step) (stuck, err error) {
	var p patience
	for end := time.Now().Add(j.e.settings.Limits.Undo); ; {
		failed, err := j.walk(ctx, steps)
		switch {
		case err == nil:
			return nil, nil
		case failed < 0 || noSpace(err):
			return nil, err
		case time.Now().After(end):
			return err, nil
		}
		if p.news(err) {
			j.e.log.Warn("What a failed operation had changed cannot be changed back yet", "operation", j.op.Kind, "target", j.op.Target.Name, "err", err)
		}
		// A connector that shall run again waits no longer than it must.
		if !sleep(ctx, firstWait) {
			return nil, ctx.Err()
		}
	}
}

// walk does steps. It returns the index of the one that failed; below 0 when the error
// is none of a step.
func (j *job) walk(ctx context.Context, steps []step) (failed int, err error) {
	at := slices.IndexFunc(steps, func(s step) bool { return s.name == j.op.Step })
	for i := max(0, at); i < len(steps); i++ {
		j.again = i == at
		if err := j.reach(steps[i]); err != nil {
			return -1, err
		}
		err := protect(ctx, steps[i].do)
		j.e.passed(j.op)
		if ctx.Err() != nil {
			return -1, ctx.Err()
		}
		if err != nil {
			return i, fmt.Errorf("%s: %w", steps[i].name, err)
		}
	}
	return 0, nil
}

// protect turns a panic into an error: the control plane would otherwise die of the
// same operation again and again.
func protect(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ctx)
}

// reach stores that a step begins.
func (j *job) reach(s step) error {
	j.op.Step = s.name
	if o := j.op.Shown; o != nil && j.op.Error == nil {
		if o.State == model.OperationPending {
			o.State = o.Type.InProgress()
		}
		if s.shown != "" {
			o.Advance(s.shown)
		}
	}
	if err := j.save(); err != nil {
		return err
	}
	j.e.reached(j.op)
	return nil
}

// failed stores why the operation has failed, when there is something to undo.
func (j *job) failed(why model.StateDescription, undo bool) error {
	j.op.Error = &why
	j.e.log.Warn("An operation has failed", "operation", j.op.Kind, "target", j.op.Target.Name, "step", j.op.Step, "code", why.Code, "reason", why.Message)
	if !undo {
		return nil
	}
	j.op.Step = ""
	if o := j.op.Shown; o != nil && isUpdate(o.Type) {
		o.Fail(model.OperationRollbackInProgress, why)
		o.EndTime = model.Time{}
	}
	return j.save()
}

func (j *job) save() error {
	return j.e.settings.Store.Update(func(tx *store.Tx) error { return tx.Operations().Replace(j.op) })
}

// end writes the outcome, all in one transaction.
func (j *job) end(p plan, o outcome) error {
	if o.stuck != nil {
		j.e.log.Error("What a failed operation had changed could not be changed back", "operation", j.op.Kind, "target", j.op.Target.Name, "err", o.stuck)
	}
	j.op.Step, j.op.StepState, j.op.Ended = "", nil, model.Now()
	j.show(o)
	err := j.e.settings.Store.Update(func(tx *store.Tx) error {
		if err := tx.Operations().Replace(j.op); err != nil {
			return err
		}
		return p.end(tx, o) // may delete the target with its operations
	})
	if err == nil {
		if o.stuck != nil {
			j.e.abolish(fleetName(j.op.Target))
		}
		j.e.log.Info("An operation has ended", "operation", j.op.Kind, "target", j.op.Target.Name, "success", o.reason == nil,
			"took", max(0, time.Since(j.op.Started.Time).Round(time.Millisecond)))
	}
	return err
}

// show writes the outcome to what the API shows of the operation.
func (j *job) show(o outcome) {
	shown := j.op.Shown
	switch {
	case shown == nil:
	case o.reason == nil:
		shown.Succeed()
	case !o.undone || !isUpdate(shown.Type):
		shown.Fail(shown.Type.Failed(), *o.reason)
	case o.stuck != nil:
		shown.Fail(model.OperationRollbackFailed, *o.reason)
	default:
		shown.Fail(model.OperationRollbackComplete, *o.reason)
	}
	if shown != nil && shown.EndTime.Before(shown.CreationTime.Time) {
		shown.EndTime = shown.CreationTime // the clock was set back
	}
}

func isUpdate(t model.OperationType) bool {
	return t == model.OperationUpdateWorkerSetting || t == model.OperationUpdateConfiguration
}

// plan returns how to carry out the operation.
func (j *job) plan() (plan, error) {
	switch j.op.Kind {
	case store.CreateConnector:
		return j.createConnector(), nil
	case store.UpdateWorkerSetting:
		return j.updateWorkerSetting(), nil
	case store.UpdateConfiguration:
		return j.updateConfiguration(), nil
	case store.RestartConnector:
		return j.restartConnector(), nil
	case store.PauseConnector:
		return j.pauseConnector(), nil
	case store.ResumeConnector:
		return j.resumeConnector(), nil
	case store.DeleteConnector:
		return j.deleteConnector(), nil
	case store.CreateCustomPlugin:
		return j.createPlugin(), nil
	case store.DeleteCustomPlugin:
		return j.deletePlugin(), nil
	}
	return plan{}, fmt.Errorf("the operation %s is of a kind that this version does not know: %s", j.op.ID, j.op.Kind)
}
