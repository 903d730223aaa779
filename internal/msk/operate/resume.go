package operate

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// stock is what is in the store when an engine is opened.
type stock struct {
	unfinished []store.Operation
	connectors []store.Connector
	plugins    []store.Plugin
}

// resume goes on with what was begun, and clears away what belongs to nothing.
func (e *Engine) resume() error {
	var f stock
	err := e.settings.Store.View(func(tx *store.Tx) (err error) {
		if f.unfinished, err = tx.Operations().Unfinished(); err != nil {
			return err
		}
		if f.connectors, err = tx.Connectors().All(); err != nil {
			return err
		}
		f.plugins, err = tx.Plugins().All()
		return err
	})
	if err != nil {
		return err
	}
	if err := e.clearFiles(f.plugins); err != nil {
		return err
	}
	for _, op := range f.unfinished {
		e.log.Info("An operation is resumed", "operation", op.Kind, "target", op.Target.Name, "step", op.Step)
		e.Start(op.ID)
	}
	e.clearFleets(f.connectors)
	for _, c := range f.connectors {
		if c.Operation == "" && c.State != model.ConnectorFailed {
			e.spawn(func() { e.complete(c.ARN) })
		}
	}
	e.settings.Watch.onLoss(e.lost)
	e.spawn(e.scale)
	return nil
}

// clearFleets removes the workers that no connector has.
func (e *Engine) clearFleets(connectors []store.Connector) {
	has := map[string]bool{}
	for _, c := range connectors {
		if c.Operation != "" || c.State != model.ConnectorFailed {
			has[fleetName(c.ARN)] = true
		}
	}
	for _, name := range e.settings.Fleet.Fleets() {
		if has[name] {
			continue
		}
		e.abolish(name)
	}
}

// abolish begins to remove workers that no connector has.
func (e *Engine) abolish(fleet string) {
	e.log.Warn("Workers that belong to no connector are stopped", "fleet", fleet)
	e.spawn(func() {
		if err := e.settings.Fleet.Remove(e.closing, fleet); err != nil && e.closing.Err() == nil {
			e.log.Error("Workers that belong to no connector could not be stopped", "fleet", fleet, "err", err)
		}
	})
}

// clearFiles removes the files that no plugin has.
func (e *Engine) clearFiles(plugins []store.Plugin) error {
	entries, err := os.ReadDir(e.settings.Plugins)
	if err != nil {
		return err
	}
	has := map[string]bool{}
	for _, p := range plugins {
		has[p.ARN.ID] = true
	}
	for _, entry := range entries {
		if !has[entry.Name()] {
			if err := os.RemoveAll(filepath.Join(e.settings.Plugins, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// complete starts workers of a connector that are missing, as after the control plane
// was told to stop them. Workers that are there are left as they are.
func (e *Engine) complete(arn model.ARN) {
	var p patience
	for {
		err := e.recruit(arn)
		if err == nil || e.closing.Err() != nil {
			return
		}
		if !errors.Is(err, context.Canceled) && p.news(err) {
			e.log.Error("Workers that are missing could not be started; it is tried again until they can", "connector", arn.Name, "err", err)
		}
		if !e.pause(p.next()) {
			return
		}
	}
}

// recruit makes way for operations, which may be a deletion: it may last as long as the
// brokers cannot be reached.
func (e *Engine) recruit(arn model.ARN) error {
	ctx, done, err := e.turns.lend(e.closing, arn)
	if err != nil {
		return err
	}
	defer done()
	if err = e.reinforce(ctx, arn); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (e *Engine) reinforce(ctx context.Context, arn model.ARN) error {
	j, err := e.idle(arn)
	if j == nil || err != nil {
		return err
	}
	s, err := j.now()
	if err != nil {
		return err
	}
	if len(e.settings.Fleet.Workers(fleetName(arn))) != s.workers {
		if err := e.applyInTurn(ctx, e.changes, s); err != nil {
			return err
		}
	} else if s.setting.Capacity.AutoScaling == nil {
		return nil
	}
	// The number of tasks may not have followed the last change of workers.
	return j.ensure(ctx, s.configuration(j.connector.Configuration))
}

// idle returns a job without an operation on a connector that has workers, nil when an
// operation works on it or it has none. The caller has the turn.
func (e *Engine) idle(arn model.ARN) (*job, error) {
	j := &job{e: e}
	err := e.settings.Store.View(func(tx *store.Tx) (err error) {
		j.connector, err = tx.Connectors().Find(arn)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case j.connector.Operation != "" || j.connector.State == model.ConnectorFailed:
		return nil, nil
	}
	return j, nil
}
