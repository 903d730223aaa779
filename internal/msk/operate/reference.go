package operate

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// reference reads an ARN inside a request. One of something else names nothing that
// could be found here.
func reference(text string) (model.ARN, error) {
	arn, err := model.ParseARN(text)
	var problem *model.ARNError
	switch {
	case errors.As(err, &problem) && problem.Foreign:
		return arn, model.NotFound(text)
	case err != nil:
		return arn, model.BadRequest("%v", err)
	}
	return arn, nil
}

func revisionName(arn string, revision int64) string {
	return fmt.Sprintf("revision %d of %s", revision, arn)
}

// find returns the record with the ARN.
func find[T any, C interface{ Find(model.ARN) (T, error) }](c *Control, of func(*store.Tx) C, arn model.ARN) (T, error) {
	var value T
	err := c.store.View(func(tx *store.Tx) (err error) {
		value, err = of(tx).Find(arn)
		return err
	})
	return value, found(err, arn.String())
}

// pager is a collection of records.
type pager[T any] interface {
	Page(prefix string, after uint64, most int) (items []T, last uint64, more bool, err error)
}

// page returns a page of records, each as the API shows it.
func page[T, S any, C pager[T]](c *Control, l model.List, kind model.Kind, of func(*store.Tx) C, show func(T) S) (model.Page[S], error) {
	after, err := l.After(kind)
	if err != nil {
		return model.Page[S]{}, err
	}
	p := model.Page[S]{Items: []S{}}
	err = c.store.View(func(tx *store.Tx) error {
		items, last, more, err := of(tx).Page(l.Prefix, after, l.Max)
		for _, item := range items {
			p.Items = append(p.Items, show(item))
		}
		if more {
			p.NextToken = l.Next(kind, last)
		}
		return err
	})
	return p, err
}
