package operate

import (
	"context"
	"errors"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// firstRevision is the only revision that plugins and worker configurations have.
const firstRevision = 1

// CreateWorkerConfiguration stores a worker configuration, which can be used at once.
func (c *Control) CreateWorkerConfiguration(_ context.Context, r model.CreateWorkerConfiguration) (model.WorkerConfigurationCreated, error) {
	var made store.WorkerConfiguration
	err := c.update(func(tx *store.Tx) error {
		var err error
		switch made, err = tx.WorkerConfigurations().Named(r.Name); {
		case err == nil:
			return taken(r.Name, r.Invocation, made.Invocation)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		if err := c.settings.Quotas.CheckWorkerConfigurations(tx.WorkerConfigurations().Count()); err != nil {
			return err
		}
		made = store.WorkerConfiguration{Invocation: r.Invocation}
		made.WorkerConfigurationSummary = c.newWorkerConfiguration(r)
		return insertWorkerConfiguration(tx, made, r)
	})
	return model.WorkerConfigurationCreated{
		CreationTime: made.CreationTime, LatestRevision: made.LatestRevision, Name: made.Name, ARN: made.ARN, State: made.State,
	}, err
}

func (c *Control) newWorkerConfiguration(r model.CreateWorkerConfiguration) model.WorkerConfigurationSummary {
	now := model.Now()
	return model.WorkerConfigurationSummary{
		CreationTime:   now,
		Description:    r.Description,
		LatestRevision: model.RevisionSummary{CreationTime: now, Description: r.Description, Revision: firstRevision},
		Name:           r.Name,
		ARN:            c.arn(model.KindWorkerConfiguration, r.Name),
		State:          model.WorkerConfigurationActive,
	}
}

func insertWorkerConfiguration(tx *store.Tx, made store.WorkerConfiguration, r model.CreateWorkerConfiguration) error {
	if err := tx.WorkerConfigurations().Insert(made); err != nil {
		return err
	}
	if err := tx.PutRevision(made.ARN, model.Revision{RevisionSummary: made.LatestRevision, Content: r.Content}); err != nil {
		return err
	}
	return tx.PutTags(made.ARN, r.Tags)
}

// ListWorkerConfigurations returns worker configurations in the order of their
// creation.
func (c *Control) ListWorkerConfigurations(_ context.Context, l model.List) (model.Page[model.WorkerConfigurationSummary], error) {
	return page(c, l, model.KindWorkerConfiguration, (*store.Tx).WorkerConfigurations,
		func(s store.WorkerConfiguration) model.WorkerConfigurationSummary {
			return s.WorkerConfigurationSummary
		})
}

// DescribeWorkerConfiguration returns a worker configuration with its content.
func (c *Control) DescribeWorkerConfiguration(_ context.Context, arn model.ARN) (model.WorkerConfiguration, error) {
	var w model.WorkerConfiguration
	err := c.store.View(func(tx *store.Tx) error {
		s, err := tx.WorkerConfigurations().Find(arn)
		if err != nil {
			return err
		}
		w.WorkerConfigurationSummary = s.WorkerConfigurationSummary
		w.LatestRevision, err = tx.Revision(arn, s.LatestRevision.Revision)
		return err
	})
	return w, found(err, arn.String())
}

// DeleteWorkerConfiguration deletes a worker configuration that no connector uses. It
// is gone when this returns.
func (c *Control) DeleteWorkerConfiguration(_ context.Context, arn model.ARN) (model.WorkerConfigurationDeleted, error) {
	err := c.update(func(tx *store.Tx) error {
		if _, err := tx.WorkerConfigurations().Find(arn); err != nil {
			return found(err, arn.String())
		}
		uses := func(w model.WorkerSetting) bool {
			return w.WorkerConfiguration != nil && w.WorkerConfiguration.ARN == arn.String()
		}
		if err := unused(tx, "worker configuration "+arn.Name, uses); err != nil {
			return err
		}
		return tx.WorkerConfigurations().Remove(arn)
	})
	if err != nil {
		return model.WorkerConfigurationDeleted{}, err
	}
	return model.WorkerConfigurationDeleted{ARN: arn, State: model.WorkerConfigurationDeleting}, nil
}
