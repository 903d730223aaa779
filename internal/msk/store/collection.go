package store

import (
	"bytes"
	"encoding/binary"
	"iter"
	"strings"

	"github.com/millrace/millrace/internal/msk/model"
)

// record is a value with a name of its own among those of its kind.
type record interface {
	Connector | Plugin | WorkerConfiguration
	identity() model.ARN
}

// Collection holds the records of one kind in the order of their creation. Names are
// unique.
type Collection[T record] struct {
	tx     *Tx
	bucket bucket
	kind   model.Kind
}

// Connectors returns the connectors.
func (t *Tx) Connectors() Collection[Connector] {
	return Collection[Connector]{t, t.bucket(connectorsBucket), model.KindConnector}
}

// Plugins returns the custom plugins.
func (t *Tx) Plugins() Collection[Plugin] {
	return Collection[Plugin]{t, t.bucket(pluginsBucket), model.KindCustomPlugin}
}

// WorkerConfigurations returns the worker configurations.
func (t *Tx) WorkerConfigurations() Collection[WorkerConfiguration] {
	return Collection[WorkerConfiguration]{t, t.bucket(workerConfigurationsBucket), model.KindWorkerConfiguration}
}

// Find returns the record with the ARN, else ErrNotFound.
func (c Collection[T]) Find(arn model.ARN) (T, error) {
	_, value, err := c.locate(arn)
	return value, err
}

// Named returns the record with the name, else ErrNotFound.
func (c Collection[T]) Named(name string) (T, error) {
	_, value, err := c.named(name)
	return value, err
}

// Insert adds a record; ErrExists when there is one with its name.
func (c Collection[T]) Insert(value T) error {
	names, key := c.tx.bucket(namesBucket), c.nameKey(value.identity().Name)
	if names.Get(key) != nil {
		return ErrExists
	}
	n, err := c.bucket.NextSequence()
	if err != nil {
		return err
	}
	if err := names.Put(key, number(n)); err != nil {
		return err
	}
	return c.bucket.put(number(n), value)
}

// Replace writes a record with the ARN of one that is there, else ErrNotFound.
func (c Collection[T]) Replace(value T) error {
	key, _, err := c.locate(value.identity())
	if err != nil {
		return err
	}
	return c.bucket.put(key, value)
}

// Remove deletes the record with the ARN, else ErrNotFound, and all that belongs to
// it: tags, revisions, operations. The name is free then.
func (c Collection[T]) Remove(arn model.ARN) error {
	key, _, err := c.locate(arn)
	if err != nil {
		return err
	}
	if err := c.bucket.Delete(key); err != nil {
		return err
	}
	if err := c.tx.bucket(namesBucket).Delete(c.nameKey(arn.Name)); err != nil {
		return err
	}
	return c.tx.forget(arn)
}

// Page returns up to most records whose names begin with prefix, of those with numbers
// above after, and the number of the last of them; more says whether others follow.
func (c Collection[T]) Page(prefix string, after uint64, most int) (items []T, last uint64, more bool, err error) {
	items = []T{}
	for n, value := range c.from(after, &err) {
		if !strings.HasPrefix(value.identity().Name, prefix) {
			continue
		}
		if len(items) == most {
			return items, last, true, nil
		}
		items, last = append(items, value), n
	}
	return items, last, false, err
}

// All returns every record.
func (c Collection[T]) All() ([]T, error) {
	var all []T
	var err error
	for _, value := range c.from(0, &err) {
		all = append(all, value)
	}
	return all, err
}

// Count returns the number of records.
func (c Collection[T]) Count() (n int) {
	cursor := c.bucket.Cursor()
	for key, _ := cursor.First(); key != nil; key, _ = cursor.Next() {
		n++
	}
	return n
}

// from yields the records with numbers above after, until one cannot be read.
func (c Collection[T]) from(after uint64, problem *error) iter.Seq2[uint64, T] {
	return func(yield func(uint64, T) bool) {
		cursor := c.bucket.Cursor()
		for key, raw := cursor.Seek(number(after + 1)); key != nil; key, raw = cursor.Next() {
			var value T
			if *problem = c.bucket.decode(key, raw, &value); *problem != nil {
				return
			}
			if !yield(binary.BigEndian.Uint64(key), value) {
				return
			}
		}
	}
}

func (c Collection[T]) locate(arn model.ARN) (key []byte, value T, err error) {
	key, value, err = c.named(arn.Name)
	if err == nil && value.identity() != arn {
		var none T
		return nil, none, ErrNotFound
	}
	return key, value, err
}

func (c Collection[T]) named(name string) (key []byte, value T, err error) {
	// What Get returns is not for use after a change.
	if key = bytes.Clone(c.tx.bucket(namesBucket).Get(c.nameKey(name))); key == nil {
		return nil, value, ErrNotFound
	}
	found, err := c.bucket.get(key, &value)
	if err == nil && !found {
		err = ErrNotFound
	}
	return key, value, err
}

func (c Collection[T]) nameKey(name string) []byte { return []byte(string(c.kind) + "/" + name) }
