package offsetstore

import (
	"errors"
	"maps"
	"slices"

	"github.com/millrace/millrace/connect/data"
)

// Writer gathers the offsets of one connector and gives them out a flush at a time.
// It is not safe for concurrent use.
type Writer struct {
	connector string
	pending   map[string]offset
	flushing  map[string]offset // nil between flushes
	puts      int
}

type offset struct {
	partition, value *data.Map
	order            int
}

// NewWriter returns a writer without offsets.
func NewWriter(connector string) *Writer {
	return &Writer{connector: connector, pending: map[string]offset{}}
}

// Put sets the offset of a partition; either may be nil. The bytes of the key come
// from the first of several equal partitions.
func (w *Writer) Put(partition, value *data.Map) {
	id := identity(partition)
	old, ok := w.pending[id]
	if !ok {
		w.puts++
		old = offset{partition: partition, order: w.puts}
	}
	old.value = value
	w.pending[id] = old
}

// BeginFlush starts a flush of all offsets put so far and tells whether there are
// any. Finish or Cancel ends it; until then there cannot be another one.
func (w *Writer) BeginFlush() (bool, error) {
	if w.flushing != nil {
		return false, errors.New("OffsetStorageWriter is already flushing")
	}
	if len(w.pending) == 0 {
		return false, nil
	}
	w.flushing, w.pending = w.pending, map[string]offset{}
	return true, nil
}

// Entries returns what the flush has to store, nil values for nil offsets.
func (w *Writer) Entries() ([]Entry, error) {
	if w.flushing == nil {
		return nil, data.Fail(data.NullValue, "there is nothing to flush")
	}
	values := map[string][]byte{}
	offsets := slices.SortedFunc(maps.Values(w.flushing), func(a, b offset) int { return a.order - b.order })
	for _, o := range offsets {
		key, value, err := w.encode(o)
		if err != nil {
			return nil, err
		}
		values[string(key)] = value
	}
	entries := make([]Entry, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		entries = append(entries, Entry{[]byte(key), values[key]})
	}
	return entries, nil
}

func (w *Writer) encode(o offset) (key, value []byte, err error) {
	if err := check(o.partition); err != nil {
		return nil, nil, err
	}
	if err := check(o.value); err != nil {
		return nil, nil, err
	}
	if key, err = EncodeMapKey(w.connector, o.partition); err != nil || o.value == nil {
		return key, nil, err
	}
	value, err = data.AppendJSON(nil, o.value)
	return key, value, err
}

// Finish ends a flush whose entries are safe.
func (w *Writer) Finish() { w.flushing = nil }

// Cancel ends a flush that failed: its offsets are put again, except where there is
// a newer one.
func (w *Writer) Cancel() {
	for id, o := range w.flushing {
		if newer, ok := w.pending[id]; ok {
			o.value = newer.value
		}
		w.pending[id] = o
	}
	w.flushing = nil
}
