package worker

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/offsetstore"
)

func (r *offsetsRequest) sourceOffsets(ctx context.Context) ([]Offset, error) {
	failed := func(err error) error {
		return r.fail(err, "Failed to retrieve offsets for source connector %s", r.name)
	}
	if err := r.sourceAllowed(); err != nil {
		return nil, err
	}
	at, err := r.open(ctx)
	if err != nil {
		return nil, failed(err)
	}
	defer at.release()
	known, err := r.known(ctx, at.store)
	if err != nil {
		return nil, failed(err)
	}
	var offsets []Offset
	for _, s := range known {
		offset, err := offsetstore.DecodeFields(s.value)
		if err != nil {
			r.w.Log.Error("A stored offset cannot be read", "connector", r.name, "partition", s.partition, "err", err)
			continue
		}
		offsets = append(offsets, Offset{s.partition, offset})
	}
	return offsets, nil
}

// stored is what a store has for one partition. The keys are as somebody wrote them:
// workers that order the fields of a partition differently write different ones.
type stored struct {
	id        string // the key as this worker writes it
	partition connect.Fields
	value     []byte
	keys      [][]byte
}

// known reads what a store has for the connector, in order of the keys.
func (r *offsetsRequest) known(ctx context.Context, store offsetstore.Store) ([]stored, error) {
	entries, err := store.All(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b offsetstore.Entry) int { return strings.Compare(string(a.Key), string(b.Key)) })
	var all []stored
	at := map[string]int{}
	for _, e := range entries {
		connector, partition, err := offsetstore.DecodeKey(e.Key)
		if err != nil || connector != r.name || partition == nil {
			continue
		}
		id, err := offsetstore.EncodeKey(r.name, partition)
		if err != nil {
			continue // not a partition: no connector could have stored it
		}
		i, ok := at[string(id)]
		if !ok {
			i = len(all)
			at[string(id)] = i
			all = append(all, stored{id: string(id), partition: partition, value: e.Value})
		}
		if string(e.Key) == string(id) {
			all[i].value = e.Value
		}
		all[i].keys = append(all[i].keys, e.Key)
	}
	return all, nil
}

const lateReading = "Timed out while trying to read to the end of the offsets topic prior to modifying offsets for source connector %s"

// alterSource changes the offsets of a source; told is the connector's answer.
func (r *offsetsRequest) alterSource(ctx context.Context, offsets []Offset) (told bool, err error) {
	if err := r.sourceAllowed(); err != nil {
		return false, err
	}
	at, err := r.openToAlter(ctx)
	if err != nil {
		return false, r.late(ctx, err, lateReading)
	}
	defer at.release()
	known, err := r.known(ctx, at.store)
	if err != nil {
		return false, r.late(ctx, err, lateReading)
	}
	if offsets == nil {
		for _, s := range known {
			offsets = append(offsets, Offset{Partition: s.partition})
		}
	}
	wanted, err := r.normalise(offsets)
	if err != nil {
		return false, err
	}
	told, err = r.ask(ctx, func(ctx context.Context) (bool, error) { return r.askSource(ctx, wanted) })
	if err != nil {
		return false, err
	}
	if err := at.write(ctx, entriesFor(wanted, known)); err != nil {
		return false, r.late(ctx, err, "Timed out while attempting to modify offsets for source connector %s")
	}
	return told, nil
}

// late explains why something did not happen: format when there was no more time.
func (r *offsetsRequest) late(ctx context.Context, err error, format string) error {
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return r.fail(err, format, r.name)
	}
	return r.failed(err)
}

func (r *offsetsRequest) askSource(ctx context.Context, wanted []wantedOffset) (bool, error) {
	alterer, ok := r.entry.Plugin.(plugin.Source).New().(source.OffsetAlterer)
	if !ok {
		return false, nil
	}
	offsets := make([]source.PartitionOffset, len(wanted))
	for i, w := range wanted {
		offsets[i] = source.PartitionOffset(w.Offset)
	}
	return alterer.AlterOffsets(ctx, r.props, offsets)
}

// wantedOffset is an offset as it will be read back, and the bytes to store.
type wantedOffset struct {
	Offset
	key, value []byte
}

// normalise brings offsets into the shape that they have when they are read back:
// integers int64, other numbers float64.
func (r *offsetsRequest) normalise(offsets []Offset) ([]wantedOffset, error) {
	var all []wantedOffset
	at := map[string]int{}
	for _, o := range offsets {
		w, err := r.roundTrip(o)
		var invalid *data.Error
		if errors.As(err, &invalid) {
			return nil, invalid
		}
		if err != nil {
			return nil, r.failed(err)
		}
		if i, ok := at[string(w.key)]; ok {
			all[i] = w
			continue
		}
		at[string(w.key)] = len(all)
		all = append(all, w)
	}
	return all, nil
}

func (r *offsetsRequest) roundTrip(o Offset) (w wantedOffset, err error) {
	if w.key, err = offsetstore.EncodeKey(r.name, plainFields(o.Partition)); err != nil {
		return w, err
	}
	if _, w.Partition, err = offsetstore.DecodeKey(w.key); err != nil || o.Offset == nil {
		return w, err
	}
	if w.value, err = offsetstore.EncodeFields(plainFields(o.Offset)); err != nil {
		return w, err
	}
	w.Offset.Offset, err = offsetstore.DecodeFields(w.value)
	return w, err
}

// plainFields makes objects and lists those of the data model.
func plainFields(f connect.Fields) connect.Fields {
	if f == nil {
		return nil
	}
	plain := make(connect.Fields, len(f))
	for name, v := range f {
		plain[name] = plainValue(v)
	}
	return plain
}

func plainValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := data.NewHashMap(len(v))
		for _, name := range connect.Fields(v).Names() {
			m.Put(name, plainValue(v[name]))
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plainValue(v[i])
		}
		return list
	}
	return v
}

// entriesFor returns what to store: under every key by which a partition is known,
// so that whoever looks for it finds the new offset, or none.
func entriesFor(wanted []wantedOffset, known []stored) []offsetstore.Entry {
	keys := make(map[string][][]byte, len(known))
	for _, s := range known {
		keys[s.id] = s.keys
	}
	var entries []offsetstore.Entry
	for _, w := range wanted {
		as := keys[string(w.key)]
		if len(as) == 0 {
			as = [][]byte{w.key}
		}
		for _, key := range as {
			entries = append(entries, offsetstore.Entry{Key: key, Value: w.value})
		}
	}
	return entries
}
