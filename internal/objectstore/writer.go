package objectstore

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

const noOffset = -1

// errBroken ends the writing of a batch of which an earlier record could not be
// uploaded: settle says why.
var errBroken = errors.New("an earlier object of the partition could not be written")

// writer is what a sink does for one partition.
type writer struct {
	sink *Sink
	tp   connect.TopicPartition
	line line

	slots   map[string]*slot // what was seen since the last rotation
	latest  *slot
	open    []*file // in order of creation
	records int     // in the open files

	base, timestamp int64  // of the first record since the last rotation, and of the last one
	encoded         string // partition of the last record …
	tombstone       bool   // … and whether that was the one of tombstones
	offset          int64  // of the last record written
	tick            time.Time

	batch     []int32 // positions of its records in the current Put
	pending   []connect.Record
	paused    bool
	blocked   time.Time // until then nothing is written
	committed int64     // offset for the next PreCommit
}

// slot is one encoded partition.
type slot struct {
	encoded string
	schema  *data.Schema // of the first record seen
	seen    bool
	file    *file
}

func newWriter(s *Sink, tp connect.TopicPartition) *writer {
	w := &writer{
		sink: s, tp: tp, slots: map[string]*slot{}, committed: noOffset,
		base: connect.NoTimestamp, timestamp: connect.NoTimestamp, line: line{sink: s, done: noOffset},
	}
	w.nextTick(time.Now())
	return w
}

func (w *writer) nextTick(now time.Time) {
	if r := &w.sink.Rotation; r.Schedule > 0 {
		w.tick = nextTick(now.In(r.Zone), r.Schedule)
	}
}

// put writes the records of the current batch.
func (w *writer) put(ctx context.Context, records []connect.Record) error {
	now := time.Now()
	if now.Before(w.blocked) {
		w.keepLater(records)
		return nil
	}
	if w.records == 0 && !now.Before(w.tick) {
		w.nextTick(now)
	}
	err := w.writeAll(ctx, records, now)
	if errors.Is(err, errBroken) {
		return nil
	}
	return err
}

func (w *writer) writeAll(ctx context.Context, records []connect.Record, now time.Time) error {
	if len(w.pending) > 0 || w.paused || w.sink.MaxWrite != NoLimit {
		w.keepLater(records)
		if done, err := w.drain(ctx, now); !done || err != nil {
			return err
		}
		return w.idle(ctx, now)
	}
	for _, i := range w.batch {
		if err := w.write(ctx, &records[i], now); err != nil {
			return err
		}
	}
	return w.idle(ctx, now)
}

// drain writes what was kept, until the time of this Put is over.
func (w *writer) drain(ctx context.Context, now time.Time) (done bool, err error) {
	n := 0
	for ; n < len(w.pending) && !w.sink.overdue(); n++ {
		if err := w.write(ctx, &w.pending[n], now); err != nil {
			return false, err
		}
	}
	w.pending = slices.Delete(w.pending, 0, n)
	if len(w.pending) == 0 {
		w.pending = nil
		return true, w.resume()
	}
	if len(w.pending) >= w.sink.Rotation.Records {
		return false, w.pause()
	}
	return false, nil
}

func (s *Sink) overdue() bool {
	return s.MaxWrite != NoLimit && (s.MaxWrite < 0 || time.Now().After(s.until))
}

// keepLater keeps the records of the current batch for a later Put.
func (w *writer) keepLater(records []connect.Record) {
	for _, i := range w.batch {
		w.pending = append(w.pending, records[i])
	}
}

func (w *writer) pause() error {
	if w.paused {
		return nil
	}
	w.paused = true
	return w.sink.rt.Context.Pause(w.tp)
}

func (w *writer) resume() error {
	if !w.paused {
		return nil
	}
	w.paused = false
	return w.sink.rt.Context.Resume(w.tp)
}

// write writes one record, after the rotations that must come before it.
func (w *writer) write(ctx context.Context, r *connect.Record, now time.Time) error {
	for {
		done, err := w.step(ctx, r, now)
		if done || err != nil {
			return err
		}
	}
}

// step does what the Java connector's state machine does for the record at the
// head of its queue: it writes the record, or rotates and is called again.
func (w *writer) step(ctx context.Context, r *connect.Record, now time.Time) (done bool, err error) {
	if err := w.stamp(r); err != nil {
		return false, err
	}
	sl, err := w.slot(r)
	if err != nil {
		var misplaced *PartitionError
		if errors.As(err, &misplaced) {
			err = w.errant(r, err)
		}
		return true, err
	}
	rotate, timed, err := w.due(r, sl, now)
	switch {
	case err != nil:
		return true, w.errant(r, err)
	case rotate:
		if timed {
			w.nextTick(now)
		}
		return false, w.rotate(ctx)
	}
	if err := w.writeTo(ctx, sl, r); err != nil {
		return true, err
	}
	if w.records >= w.sink.Rotation.Records && w.records > 0 {
		return true, w.rotate(ctx)
	}
	return true, nil
}

// stamp takes the record's time.
func (w *writer) stamp(r *connect.Record) error {
	if w.sink.Extractor == nil {
		return nil
	}
	w.timestamp = r.Timestamp
	if r.Value != nil {
		var err error
		if w.timestamp, err = w.sink.Extractor.Extract(r); err != nil {
			return err
		}
	}
	if w.base == connect.NoTimestamp {
		w.base = w.timestamp
	}
	return nil
}

// slot returns the record's encoded partition.
func (w *writer) slot(r *connect.Record) (*slot, error) {
	s := w.sink
	var err error
	if r.Value == nil {
		s.scratch = append(s.scratch[:0], s.Nulls.Partition...)
	} else if s.scratch, err = s.Partitioner.Append(s.scratch[:0], r, w.timestamp); err != nil {
		return nil, err
	}
	sl := w.latest
	if sl == nil || sl.encoded != string(s.scratch) {
		if sl = w.slots[string(s.scratch)]; sl == nil {
			sl = &slot{encoded: string(s.scratch)}
			w.slots[sl.encoded] = sl
		}
		w.latest = sl
	}
	if !sl.seen {
		sl.seen, sl.schema = true, r.ValueSchema
	}
	return sl, nil
}

// due tells whether the open files must be committed before the record is written,
// and whether time is the reason.
func (w *writer) due(r *connect.Record, sl *slot, now time.Time) (rotate, timed bool, err error) {
	if (sl.schema == nil) != (r.ValueSchema == nil) {
		return true, false, nil
	}
	if w.late(sl.encoded, r.Value == nil, now) {
		return true, true, nil
	}
	if w.records > 0 && sl.schema != r.ValueSchema {
		if rotate, err = w.sink.Compat.Changes(r.ValueSchema, sl.schema); rotate || err != nil {
			return rotate, false, err
		}
	}
	n := len(w.open)
	return n > 0 && sl.file == nil && n == w.sink.Rotation.MaxOpenFiles, false, nil
}

// late tells whether time asks for a rotation.
func (w *writer) late(encoded string, tombstone bool, now time.Time) bool {
	if w.records == 0 {
		return false
	}
	r := &w.sink.Rotation
	if r.Schedule > 0 && !now.Before(w.tick) {
		return true
	}
	if r.Interval <= 0 || w.sink.Extractor == nil {
		return false
	}
	return w.timestamp-w.base >= r.Interval ||
		r.OnPartitionChange && encoded != w.encoded && tombstone == w.tombstone
}

// idle commits on time when there is no further record.
func (w *writer) idle(ctx context.Context, now time.Time) error {
	if !w.late(w.encoded, w.tombstone, now) {
		return nil
	}
	w.nextTick(now)
	return w.rotate(ctx)
}

// errant gives a record to the dead letter queue, or returns the reason.
func (w *writer) errant(r *connect.Record, reason error) error {
	if w.sink.rt.Errant == nil {
		return reason
	}
	return w.sink.rt.Errant.Report(r, reason)
}
