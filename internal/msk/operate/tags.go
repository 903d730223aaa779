package operate

import (
	"context"
	"maps"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// TagResource adds tags to a resource.
func (c *Control) TagResource(_ context.Context, r model.TagResource) error {
	return c.update(func(tx *store.Tx) error {
		tags, err := tagsOf(tx, r.ARN)
		if err != nil {
			return err
		}
		maps.Copy(tags, r.Tags)
		if err := model.CheckTagCount(tags); err != nil {
			return err
		}
		return tx.PutTags(r.ARN, tags)
	})
}

// UntagResource takes tags away from a resource.
func (c *Control) UntagResource(_ context.Context, r model.UntagResource) error {
	return c.update(func(tx *store.Tx) error {
		tags, err := tagsOf(tx, r.ARN)
		if err != nil {
			return err
		}
		for _, key := range r.Keys {
			delete(tags, key)
		}
		return tx.PutTags(r.ARN, tags)
	})
}

// ListTagsForResource returns the tags of a resource.
func (c *Control) ListTagsForResource(_ context.Context, arn model.ARN) (model.Tags, error) {
	var tags model.Tags
	err := c.store.View(func(tx *store.Tx) (err error) {
		tags.Tags, err = tagsOf(tx, arn)
		return err
	})
	return tags, err
}

// tagsOf returns the tags of a resource that exists.
func tagsOf(tx *store.Tx, arn model.ARN) (map[string]string, error) {
	var err error
	switch arn.Kind {
	case model.KindConnector:
		_, err = tx.Connectors().Find(arn)
	case model.KindCustomPlugin:
		_, err = tx.Plugins().Find(arn)
	case model.KindWorkerConfiguration:
		_, err = tx.WorkerConfigurations().Find(arn)
	default:
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, found(err, arn.String())
	}
	return tx.Tags(arn)
}
