package operate

import (
	"context"
	"errors"
	"slices"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// CreateCustomPlugin stores a plugin in state CREATING and begins to fetch its file.
func (c *Control) CreateCustomPlugin(_ context.Context, r model.CreateCustomPlugin) (model.CustomPluginCreated, error) {
	var made store.Plugin
	err := c.change(func(tx *store.Tx) (string, error) {
		var err error
		switch made, err = tx.Plugins().Named(r.Name); {
		case err == nil:
			return "", taken(r.Name, r.Invocation, made.Invocation)
		case !errors.Is(err, store.ErrNotFound):
			return "", err
		}
		if err := c.settings.Quotas.CheckCustomPlugins(tx.Plugins().Count()); err != nil {
			return "", err
		}
		made = store.Plugin{ContentType: r.ContentType, Location: r.Location, Invocation: r.Invocation}
		made.ARN, made.Name, made.Description = c.arn(model.KindCustomPlugin, r.Name), r.Name, r.Description
		made.State, made.CreationTime = model.PluginCreating, model.Now()
		return c.insertPlugin(tx, &made, r.Tags)
	})
	return model.CustomPluginCreated{ARN: made.ARN, State: model.PluginCreating, Name: made.Name, Revision: firstRevision}, err
}

func (c *Control) insertPlugin(tx *store.Tx, made *store.Plugin, tags map[string]string) (string, error) {
	op := hidden(store.CreateCustomPlugin, made.ARN)
	made.Operation = op.ID
	if err := tx.Plugins().Insert(*made); err != nil {
		return "", err
	}
	if err := tx.PutTags(made.ARN, tags); err != nil {
		return "", err
	}
	return op.ID, c.begin(tx, op)
}

// ListCustomPlugins returns plugins in the order of their creation.
func (c *Control) ListCustomPlugins(_ context.Context, l model.List) (model.Page[model.CustomPlugin], error) {
	return page(c, l, model.KindCustomPlugin, (*store.Tx).Plugins, func(s store.Plugin) model.CustomPlugin {
		s.StateDescription = nil
		return s.CustomPlugin
	})
}

// DescribeCustomPlugin returns a plugin.
func (c *Control) DescribeCustomPlugin(_ context.Context, arn model.ARN) (model.CustomPlugin, error) {
	s, err := find(c, (*store.Tx).Plugins, arn)
	return s.CustomPlugin, err
}

// DeleteCustomPlugin begins to delete a plugin that no connector uses. Deleting it
// again meanwhile is no error.
func (c *Control) DeleteCustomPlugin(_ context.Context, arn model.ARN) (model.CustomPluginDeleted, error) {
	err := c.change(func(tx *store.Tx) (string, error) {
		s, err := tx.Plugins().Find(arn)
		if err != nil {
			return "", found(err, arn.String())
		}
		if s.State == model.PluginDeleting {
			return "", nil
		}
		if s.State != model.PluginActive && s.State != model.PluginCreateFailed || s.Operation != "" {
			return "", model.BadRequest("the custom plugin %s cannot be deleted while its state is %s", s.Name, s.State)
		}
		if err := unused(tx, "custom plugin "+s.Name, usesPlugin(arn.String())); err != nil {
			return "", err
		}
		op := hidden(store.DeleteCustomPlugin, arn)
		s.State, s.StateDescription, s.Operation = model.PluginDeleting, nil, op.ID
		if err := tx.Plugins().Replace(s); err != nil {
			return "", err
		}
		return op.ID, c.begin(tx, op)
	})
	if err != nil {
		return model.CustomPluginDeleted{}, err
	}
	return model.CustomPluginDeleted{ARN: arn, State: model.PluginDeleting}, nil
}

func usesPlugin(arn string) func(model.WorkerSetting) bool {
	return func(w model.WorkerSetting) bool {
		return slices.ContainsFunc(w.Plugins, func(p model.Plugin) bool { return p.Custom.ARN == arn })
	}
}
