package operate

import (
	"context"
	"errors"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// CreateConnector stores a connector in state CREATING and begins to start it. A retry
// of the call that created a connector is answered as that call was.
func (c *Control) CreateConnector(_ context.Context, r model.CreateConnector) (model.ConnectorCreated, error) {
	var made store.Connector
	err := c.change(func(tx *store.Tx) (string, error) {
		var err error
		switch made, err = tx.Connectors().Named(r.Name); {
		case err == nil:
			return "", taken(r.Name, r.Invocation, made.Invocation)
		case !errors.Is(err, store.ErrNotFound):
			return "", err
		}
		made = c.newConnector(r)
		if err := c.admit(tx, made.WorkerSetting(), model.ARN{}); err != nil {
			return "", err
		}
		return c.insertConnector(tx, &made, r.Tags)
	})
	return model.ConnectorCreated{ARN: made.ARN, Name: made.Name, State: model.ConnectorCreating}, err
}

func (c *Control) newConnector(r model.CreateConnector) store.Connector {
	made := store.Connector{Invocation: r.Invocation}
	made.ConnectorSettings, made.Configuration = r.ConnectorSettings, r.Configuration
	made.Capacity = r.Capacity.Effective()
	if made.NetworkType == "" {
		made.NetworkType = model.NetworkIPv4
	}
	made.ARN = c.arn(model.KindConnector, r.Name)
	made.State, made.CreationTime, made.CurrentVersion = model.ConnectorCreating, model.Now(), model.NewVersion()
	return made
}

func (c *Control) insertConnector(tx *store.Tx, made *store.Connector, tags map[string]string) (string, error) {
	op := hidden(store.CreateConnector, made.ARN)
	made.Operation = op.ID
	if err := tx.Connectors().Insert(*made); err != nil {
		return "", err
	}
	if err := tx.PutTags(made.ARN, tags); err != nil {
		return "", err
	}
	return op.ID, c.begin(tx, op)
}

// taken is the error of a name that is in use, unless by the retried call itself.
func taken(name, invocation, creator string) error {
	if invocation != "" && invocation == creator {
		return nil
	}
	return model.Conflict(name)
}

// ListConnectors returns connectors in the order of their creation.
func (c *Control) ListConnectors(_ context.Context, l model.List) (model.Page[model.ConnectorSummary], error) {
	return page(c, l, model.KindConnector, (*store.Tx).Connectors, func(s store.Connector) model.ConnectorSummary { return s.ConnectorSummary })
}

// DescribeConnector returns a connector.
func (c *Control) DescribeConnector(_ context.Context, arn model.ARN) (model.Connector, error) {
	s, err := find(c, (*store.Tx).Connectors, arn)
	return s.Connector, err
}

// DeleteConnector begins to stop and forget a connector. Deleting it again meanwhile
// is no error.
func (c *Control) DeleteConnector(_ context.Context, r model.DeleteConnector) (model.ConnectorDeleted, error) {
	err := c.change(func(tx *store.Tx) (string, error) {
		s, err := tx.Connectors().Find(r.ARN)
		if err != nil {
			return "", found(err, r.ARN.String())
		}
		if s.State == model.ConnectorDeleting {
			return "", nil
		}
		if r.CurrentVersion != "" {
			err = checkVersion(&s, r.CurrentVersion)
		}
		if err == nil {
			err = idle(&s, "deleted", model.ConnectorRunning, model.ConnectorFailed, model.ConnectorPaused)
		}
		if err != nil {
			return "", err
		}
		op := hidden(store.DeleteConnector, s.ARN)
		op.Asked.From = s.State
		s.State, s.StateDescription = model.ConnectorDeleting, nil
		return c.occupy(tx, &s, op)
	})
	if err != nil {
		return model.ConnectorDeleted{}, err
	}
	return model.ConnectorDeleted{ARN: r.ARN, State: model.ConnectorDeleting}, nil
}
