package store

import (
	"bytes"

	"github.com/millrace/millrace/internal/msk/model"
)

// Tags returns the tags of a resource, never nil.
func (t *Tx) Tags(arn model.ARN) (map[string]string, error) {
	tags := map[string]string{}
	_, err := t.bucket(tagsBucket).get([]byte(arn.String()), &tags)
	return tags, err
}

// PutTags replaces the tags of a resource. That the resource exists is the caller's
// concern.
func (t *Tx) PutTags(arn model.ARN, tags map[string]string) error {
	if len(tags) == 0 {
		return t.bucket(tagsBucket).Delete([]byte(arn.String()))
	}
	return t.bucket(tagsBucket).put([]byte(arn.String()), tags)
}

// Revision returns a revision of a worker configuration, else ErrNotFound.
func (t *Tx) Revision(arn model.ARN, revision int64) (model.Revision, error) {
	var r model.Revision
	found, err := t.bucket(revisionsBucket).get(under(arn.String(), uint64(revision)), &r)
	if err == nil && !found {
		err = ErrNotFound
	}
	return r, err
}

// PutRevision writes a revision of a worker configuration, which exists.
func (t *Tx) PutRevision(arn model.ARN, r model.Revision) error {
	return t.bucket(revisionsBucket).put(under(arn.String(), uint64(r.Revision)), r)
}

// forget deletes what belongs to a resource.
func (t *Tx) forget(arn model.ARN) error {
	if err := t.PutTags(arn, nil); err != nil {
		return err
	}
	if err := t.bucket(revisionsBucket).deleteUnder(arn); err != nil {
		return err
	}
	return t.Operations().forget(arn)
}

func (b bucket) deleteUnder(arn model.ARN) error {
	for _, key := range b.keysUnder(arn) {
		if err := b.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// keysUnder returns the keys of what belongs to arn, in order.
func (b bucket) keysUnder(arn model.ARN) (keys [][]byte) {
	prefix := append([]byte(arn.String()), 0)
	cursor := b.Cursor()
	for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
		keys = append(keys, bytes.Clone(key))
	}
	return keys
}
