package offsetstore

import (
	"context"
	"errors"
	"log/slog"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/topicjson"
)

// Reader reads the offsets of one connector by the exact bytes of their keys. It is
// safe for concurrent use.
type Reader struct {
	store     Store
	connector string
	log       *slog.Logger
}

// NewReader returns a reader of a connector's offsets.
func NewReader(store Store, connector string, log *slog.Logger) *Reader {
	return &Reader{store, connector, log}
}

// Offset returns the offset of a partition, nil when there is none. A partition or
// stored offset of a shape that it must not have is logged and has no offset. It
// blocks as long as the store does.
func (r *Reader) Offset(ctx context.Context, partition *data.Map) (*data.Map, error) {
	if partition == nil {
		return nil, data.Fail(data.NullValue, "the source partition is null")
	}
	err := check(partition)
	var key []byte
	if err == nil {
		key, err = EncodeMapKey(r.connector, partition)
	}
	if err != nil {
		r.log.Error("cannot look up the offset of a source partition", "connector", r.connector, "error", err)
		return nil, nil
	}
	raw, err := r.store.Get(ctx, key)
	if err != nil {
		return nil, &fetchError{err}
	}
	value, err := decodeOffset(raw)
	if err != nil {
		r.log.Error("cannot read the stored offset of a source partition", "connector", r.connector, "error", err)
		return nil, nil
	}
	return value, nil
}

// fetchError has Connect's text; the cause is behind it.
type fetchError struct{ cause error }

func (e *fetchError) Error() string { return "Failed to fetch offsets." }
func (e *fetchError) Unwrap() error { return e.cause }

func decodeOffset(raw []byte) (*data.Map, error) {
	v, err := topicjson.Decode(raw)
	if err != nil || v == nil {
		return nil, err
	}
	m, ok := v.(*data.Map)
	if !ok {
		return nil, data.Errorf("Offsets must be specified as a Map")
	}
	return m, check(m)
}

// errKey is a key that is not [connector, partition].
var errKey = errors.New("Ignoring offset partition key with an unexpected format")

// decodeKey reads the key of a record of any worker.
func decodeKey(d *topicjson.Decoder, raw []byte) (connector string, partition *data.Map, err error) {
	v, err := d.Decode(raw)
	if err != nil {
		return "", nil, err
	}
	parts, _ := v.([]any)
	if len(parts) != 2 {
		return "", nil, errKey
	}
	connector, isText := parts[0].(string)
	partition, isMap := parts[1].(*data.Map)
	if !isText || !isMap {
		return "", nil, errKey
	}
	return connector, partition, nil
}
