package objectstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
)

// NullBehavior says what becomes of records without a value.
type NullBehavior uint8

// What may become of records without a value.
const (
	FailNulls   NullBehavior = iota // they fail the task
	IgnoreNulls                     // they are skipped
	WriteNulls                      // their keys are written as tombstones
)

// Settings is what a connector chooses.
type Settings struct {
	Bucket      Bucket
	Kind        string // what error texts call the store: S3
	Layout      Layout
	Partitioner Partitioner
	Extractor   Extractor // nil: the partitioner does not go by time
	Compat      Compatibility
	Rotation    Rotation
	Nulls       Nulls
	Tagging     Tagging

	Value         Format
	Keys, Headers Format // nil: not stored
	Gzip          bool
	GzipLevel     int // -1 to 9
	PartSize      int // bytes
	Concurrency   int // objects uploaded at the same time

	BufferMemory int    // bytes of content in memory; what is more goes to a file. 0: no limit
	BufferDir    string // of that file; "" for that of temporary files

	RetryBackoff time.Duration // pause after an error that may pass
	MaxWrite     time.Duration // how long Put may write; negative: nothing is written, NoLimit: as long as it takes
	OnlyNew      bool          // never write over an object
	ScanLimit    int           // objects looked at to find a name that is free
}

// NoLimit is a MaxWrite without end.
const NoLimit time.Duration = 1<<63 - 1

// Rotation says when files are committed.
type Rotation struct {
	Records           int            // of a partition, in all files
	Interval          int64          // milliseconds between the times of records; 0 or less: never
	OnPartitionChange bool           // also when the encoded partition changes, with an Interval
	Schedule          time.Duration  // period of the wall clock; 0 or less: never
	Zone              *time.Location // whose midnight the schedule begins at
	MaxOpenFiles      int            // negative: no limit
}

// Nulls says what becomes of records without a value.
type Nulls struct {
	Behavior  NullBehavior
	Report    bool   // skipped ones go to the dead letter queue
	Partition string // encoded partition of tombstones
}

// Tagging says which labels data objects get.
type Tagging struct {
	Enabled  bool
	Extra    []Tag
	Fail     bool // an object that cannot be tagged fails the task
	Attempts int  // when Fail is set
	Backoff  time.Duration
}

// Sink is the work of one sink task. Its methods are called as those of a
// sink.Task; between calls nothing is under way.
type Sink struct {
	Settings
	rt      sink.Runtime
	writers map[connect.TopicPartition]*writer
	order   []*writer
	latest  *writer
	slots   chan struct{}
	pool    pool
	zippers zippers
	left    leftovers
	shapes  headerSchemas
	scratch []byte
	batch   []byte    // a copy of records that wait in pieces
	until   time.Time // of the current Put, when MaxWrite is limited
}

// New returns a Sink without partitions.
func New(settings Settings, rt sink.Runtime) *Sink {
	return &Sink{
		Settings: settings, rt: rt,
		writers: map[connect.TopicPartition]*writer{},
		slots:   make(chan struct{}, max(settings.Concurrency, 1)),
		zippers: zippers{level: settings.GzipLevel, group: zipGroup},
		shapes:  newHeaderSchemas(),
		pool:    pool{limit: settings.BufferMemory, overflow: overflow{dir: settings.BufferDir}},
	}
}

// Open begins to take records of partitions.
func (s *Sink) Open(partitions []connect.TopicPartition) {
	for _, tp := range partitions {
		if s.writers[tp] == nil {
			w := newWriter(s, tp)
			s.writers[tp] = w
			s.order = append(s.order, w)
		}
	}
}

// Close drops what was not committed of partitions.
func (s *Sink) Close(ctx context.Context, partitions []connect.TopicPartition) {
	for _, tp := range partitions {
		if w := s.writers[tp]; w != nil {
			w.reset(ctx)
			delete(s.writers, tp)
			s.order = slices.DeleteFunc(s.order, func(x *writer) bool { return x == w })
		}
	}
	s.latest = nil
	s.clear(ctx)
}

// Stop closes all partitions.
func (s *Sink) Stop(ctx context.Context) {
	for _, w := range s.order {
		w.reset(ctx)
	}
	s.clear(ctx)
	clear(s.writers)
	s.order, s.latest = nil, nil
	s.pool.overflow.close()
}

// PreCommit returns the offsets that became safe since the last call.
func (s *Sink) PreCommit() sink.Offsets {
	offsets := sink.Offsets{}
	for _, w := range s.order {
		if w.committed != noOffset {
			offsets[w.tp], w.committed = w.committed, noOffset
		}
	}
	return offsets
}

// Put writes records. When it returns, nothing is under way.
func (s *Sink) Put(ctx context.Context, records []connect.Record) error {
	if err := s.sort(records); err != nil {
		return err
	}
	now := time.Now()
	if s.MaxWrite != NoLimit {
		s.until = now.Add(s.MaxWrite + time.Millisecond) // as Java, which counts whole milliseconds
	}
	var first error
	for _, w := range s.order {
		if first = w.put(ctx, records); first != nil {
			break
		}
	}
	for _, w := range s.order {
		if err := w.settle(ctx); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// sort gives each record to its writer. An error leaves no record written, as in
// the Java connector.
func (s *Sink) sort(records []connect.Record) error {
	for _, w := range s.order {
		w.batch = w.batch[:0]
	}
	for i := range records {
		r := &records[i]
		if r.Value == nil && s.Nulls.Behavior != WriteNulls {
			if err := s.skipNull(r); err != nil {
				return err
			}
			continue
		}
		w := s.latest
		if w == nil || w.tp.Partition != r.Partition || w.tp.Topic != r.Topic {
			if w = s.writers[connect.TopicPartition{Topic: r.Topic, Partition: r.Partition}]; w == nil {
				return s.unassigned(r)
			}
			s.latest = w
		}
		w.batch = append(w.batch, int32(i))
	}
	return nil
}

func (s *Sink) skipNull(r *connect.Record) error {
	if s.Nulls.Behavior == FailNulls {
		return &connect.Error{Msg: nullNotWritable, Err: fmt.Errorf("the record at offset %d of %s-%d has no value: "+
			"set behavior.on.null.values to ignore or write", offsetOf(r), r.Topic, r.Partition)}
	}
	if s.rt.Errant == nil || !s.Nulls.Report {
		return nil
	}
	return s.rt.Errant.Report(r, data.Errorf(nullSkipped))
}

func (s *Sink) unassigned(r *connect.Record) error {
	names := make([]string, len(s.order))
	for i, w := range s.order {
		names[i] = w.tp.String()
	}
	return &connect.Error{
		Msg: fmt.Sprintf("No writer found for topic partition %s-%d. The record's topic-partition does not match any assigned "+
			"partitions. Assigned partitions: [%s]", r.Topic, r.Partition, strings.Join(names, ", ")),
		Err: errors.New("transformations of a sink that stores offsets in object names must not change the topic"),
	}
}

// tag labels a data object once it is complete.
func (s *Sink) tag(ctx context.Context, key string, f *file) error {
	tags, delay := f.tags(s.Tagging.Extra), s.Tagging.Backoff
	for attempt := 1; ; attempt++ {
		err := s.Bucket.SetTags(ctx, key, tags)
		if err == nil {
			return nil
		}
		if !s.Tagging.Fail {
			s.rt.Log.Warn("Could not tag an object", "key", key, "err", err)
			return nil
		}
		if attempt >= s.Tagging.Attempts || sleep(ctx, delay) != nil {
			return &connect.Error{Msg: "Unable to tag " + s.Kind + " object " + key, Err: err}
		}
		delay *= 2
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func offsetOf(r *connect.Record) int64 {
	if r.Consumed == nil {
		return 0
	}
	return r.Consumed.Offset
}
