package operate

import (
	"context"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// RestartConnector begins to restart a connector.
func (c *Control) RestartConnector(_ context.Context, r model.RestartConnector) (model.OperationStarted, error) {
	return c.perform(r.ARN, func(s *store.Connector) (store.Operation, error) {
		op := shown(model.OperationRestart, s)
		op.Asked.OnlyFailedTasks = r.OnlyFailedTasks
		err := idle(s, "restarted", model.ConnectorRunning)
		s.State = model.ConnectorRestarting
		return op, err
	})
}

// PauseConnector begins to pause a connector.
func (c *Control) PauseConnector(_ context.Context, arn model.ARN) (model.OperationStarted, error) {
	return c.perform(arn, func(s *store.Connector) (store.Operation, error) {
		op, err := shown(model.OperationPause, s), idle(s, "paused", model.ConnectorRunning)
		s.State = model.ConnectorPausing
		return op, err
	})
}

// ResumeConnector begins to resume a connector that is paused.
func (c *Control) ResumeConnector(_ context.Context, arn model.ARN) (model.OperationStarted, error) {
	return c.perform(arn, func(s *store.Connector) (store.Operation, error) {
		op, err := shown(model.OperationResume, s), idle(s, "resumed", model.ConnectorPaused)
		s.State = model.ConnectorResuming
		return op, err
	})
}

// perform begins the operation that plan makes for the connector and its new state.
func (c *Control) perform(arn model.ARN, plan func(*store.Connector) (store.Operation, error)) (model.OperationStarted, error) {
	started := model.OperationStarted{ARN: arn}
	err := c.change(func(tx *store.Tx) (string, error) {
		s, err := tx.Connectors().Find(arn)
		if err != nil {
			return "", found(err, arn.String())
		}
		op, err := plan(&s)
		if err != nil {
			return "", err
		}
		started.Operation = op.Shown.ARN
		return c.occupy(tx, &s, op)
	})
	return started, err
}
