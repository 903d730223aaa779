package operate

import (
	"context"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// ListConnectorOperations returns the operations on a connector, newest first.
func (c *Control) ListConnectorOperations(_ context.Context, l model.List) (model.Page[model.OperationSummary], error) {
	before, err := l.After(model.KindOperation)
	if err != nil {
		return model.Page[model.OperationSummary]{}, err
	}
	p := model.Page[model.OperationSummary]{Items: []model.OperationSummary{}}
	err = c.store.View(func(tx *store.Tx) error {
		if _, err := tx.Connectors().Find(l.Connector); err != nil {
			return found(err, l.Connector.String())
		}
		items, last, more, err := tx.Operations().Page(l.Connector, before, l.Max)
		for _, op := range items {
			p.Items = append(p.Items, op.Shown.OperationSummary)
		}
		if more {
			p.NextToken = l.Next(model.KindOperation, last)
		}
		return err
	})
	return p, err
}

// DescribeConnectorOperation returns an operation.
func (c *Control) DescribeConnectorOperation(_ context.Context, arn model.ARN) (model.Operation, error) {
	var shown model.Operation
	err := c.store.View(func(tx *store.Tx) error {
		op, err := tx.Operations().Find(arn.Operation)
		if err != nil {
			return err
		}
		if op.Shown == nil || op.Shown.ARN != arn {
			return store.ErrNotFound
		}
		shown = *op.Shown
		return nil
	})
	return shown, found(err, arn.String())
}
