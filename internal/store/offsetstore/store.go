// Package offsetstore keeps the offsets of source connectors.
//
// A store maps the JSON text of [connector, partition] to the JSON text of an
// offset; Connector gives one connector's view of it.
//
// Floor 2. Connect: org.apache.kafka.connect.storage.OffsetBackingStore and its
// writers and readers.
package offsetstore

import (
	"context"

	"github.com/millrace/millrace/connect"
)

// Store keeps offsets. It is safe for concurrent use.
type Store interface {
	// Get returns the value of a key, nil when there is none.
	Get(ctx context.Context, key []byte) ([]byte, error)
	// Set stores entries and returns when they are safe. A nil value forgets the key.
	Set(ctx context.Context, entries []Entry) error
	// All returns every entry whose value is not nil.
	All(ctx context.Context) ([]Entry, error)
}

// Entry is one key and its value, both JSON text.
type Entry struct{ Key, Value []byte }

// Connector is one connector's view of a store.
type Connector struct {
	store Store
	name  string
}

// For returns the view of a connector.
func For(store Store, connector string) *Connector { return &Connector{store, connector} }

// Offset returns the stored offset of a partition, nil when there is none.
func (c *Connector) Offset(ctx context.Context, p *connect.SourcePartition) (connect.Fields, error) {
	key, err := EncodeKey(c.name, p.Fields())
	if err != nil {
		return nil, err
	}
	value, err := c.store.Get(ctx, key)
	if err != nil || value == nil {
		return nil, err
	}
	return DecodeFields(value)
}

// Commit stores offsets by partition and returns when they are safe. A nil offset
// forgets the partition.
func (c *Connector) Commit(ctx context.Context, offsets map[*connect.SourcePartition]connect.Fields) error {
	entries, err := c.Entries(offsets)
	if err != nil {
		return err
	}
	return c.store.Set(ctx, entries)
}

// Entries returns what Commit would store, under the keys that a Rewriter has for it,
// for a task that stores offsets in its own transaction.
func (c *Connector) Entries(offsets map[*connect.SourcePartition]connect.Fields) ([]Entry, error) {
	entries := make([]Entry, 0, len(offsets))
	for p, offset := range offsets {
		key, err := EncodeKey(c.name, p.Fields())
		if err != nil {
			return nil, err
		}
		e := Entry{Key: key}
		if offset != nil {
			if e.Value, err = EncodeFields(offset); err != nil {
				return nil, err
			}
		}
		entries = append(entries, e)
	}
	if r, ok := c.store.(Rewriter); ok {
		entries = r.Rewrite(entries)
	}
	return entries, nil
}
