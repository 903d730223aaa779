package operate

import (
	"context"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// UpdateConnector begins to change the worker setting or the configuration of a
// connector. The record keeps the origin until the operation applies the target.
func (c *Control) UpdateConnector(_ context.Context, r model.UpdateConnector) (model.ConnectorUpdated, error) {
	var operation model.ARN
	err := c.change(func(tx *store.Tx) (string, error) {
		s, err := tx.Connectors().Find(r.ARN)
		if err != nil {
			return "", found(err, r.ARN.String())
		}
		if err := updatable(&s, &r); err != nil {
			return "", err
		}
		op, err := c.planUpdate(tx, &s, &r)
		if err != nil {
			return "", err
		}
		operation = op.Shown.ARN
		s.State = model.ConnectorUpdating
		return c.occupy(tx, &s, op)
	})
	if err != nil {
		return model.ConnectorUpdated{}, err
	}
	return model.ConnectorUpdated{ARN: r.ARN, Operation: operation, State: model.ConnectorUpdating}, nil
}

func updatable(s *store.Connector, r *model.UpdateConnector) error {
	if s.State == model.ConnectorPaused && !r.SkipHealth {
		return model.BadRequest("the connector %s is PAUSED: it can only be updated with skipHealthValidation", s.Name)
	}
	if err := idle(s, "updated", model.ConnectorRunning, model.ConnectorPaused); err != nil {
		return err
	}
	return checkVersion(s, r.CurrentVersion)
}

// planUpdate returns the operation that the request asks for.
func (c *Control) planUpdate(tx *store.Tx, s *store.Connector, r *model.UpdateConnector) (store.Operation, error) {
	if r.WorkerSetting() {
		op := shown(model.OperationUpdateWorkerSetting, s)
		op.Asked.SkipHealth = r.SkipHealth
		origin := s.WorkerSetting()
		target := r.Target(origin)
		op.Shown.OriginSetting, op.Shown.TargetSetting = &origin, &target
		return op, c.admit(tx, target, s.ARN)
	}
	op := shown(model.OperationUpdateConfiguration, s)
	op.Asked.SkipHealth = r.SkipHealth
	op.Shown.OriginConfiguration, op.Shown.TargetConfiguration = s.Configuration, r.Configuration
	if r.Configuration[model.ConnectorClassKey] != s.Configuration[model.ConnectorClassKey] {
		return op, model.BadRequest("connectorConfiguration: %s cannot be changed", model.ConnectorClassKey)
	}
	return op, nil
}
