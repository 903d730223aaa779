package s3sinktest

import (
	"context"
	"log/slog"
	"maps"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// Report is a record given to the dead letter queue.
type Report struct {
	TP     connect.TopicPartition
	Offset int64
	Reason error
}

// Worker drives a task of the sink as a worker does, one step at a time.
type Worker struct {
	New       func() sink.Task
	Props     map[string]string
	Partition []connect.TopicPartition // assigned
	Records   []connect.Record         // what lies in Kafka
	Tolerant  bool                     // there is a dead letter queue that takes everything
	LogTo     *slog.Logger

	Reports   []Report
	Rewinds   []sink.Offsets
	Retries   []time.Duration
	Committed sink.Offsets

	task     sink.Task
	rewind   sink.Offsets
	position sink.Offsets
	paused   map[connect.TopicPartition]bool
}

// Start starts a task with its partitions.
func (w *Worker) Start(ctx context.Context) error {
	w.task = w.New()
	w.rewind, w.paused = sink.Offsets{}, map[connect.TopicPartition]bool{}
	if w.Committed == nil {
		w.Committed = sink.Offsets{}
	}
	w.position = maps.Clone(w.Committed)
	log := w.LogTo
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	rt := sink.Runtime{Connector: "s3-sink", Log: log, Context: w}
	if w.Tolerant {
		rt.Errant = w
	}
	if err := w.task.Start(ctx, rt, maps.Clone(w.Props)); err != nil {
		return err
	}
	return w.task.(sink.Opener).Open(ctx, w.Partition)
}

// Put delivers the records from one position in Records to another.
func (w *Worker) Put(ctx context.Context, from, to int) error {
	return w.task.Put(ctx, append([]connect.Record(nil), w.Records[from:to]...))
}

// Redeliver delivers what a consumer would: records from where the task rewound
// to, or from the committed offset, up to a position in Records.
func (w *Worker) Redeliver(ctx context.Context, to int) error {
	var batch []connect.Record
	for i := range w.Records[:to] {
		r := &w.Records[i]
		tp := r.Consumed.TopicPartition()
		from, ok := w.rewind[tp]
		if !ok {
			from = w.Committed[tp]
		}
		if r.Consumed.Offset >= from {
			batch = append(batch, *r)
		}
	}
	clear(w.rewind)
	return w.task.Put(ctx, batch)
}

// Deliver delivers what a consumer has not delivered yet, up to a position in
// Records: after a start from the committed offset on, after a rewind from there.
// It delivers nothing of paused partitions.
func (w *Worker) Deliver(ctx context.Context, to int) error {
	var batch []connect.Record
	for i := range w.Records[:to] {
		r := &w.Records[i]
		tp := r.Consumed.TopicPartition()
		if r.Consumed.Offset >= w.position[tp] && !w.paused[tp] {
			batch = append(batch, *r)
		}
	}
	for _, r := range batch {
		w.position[r.Consumed.TopicPartition()] = r.Consumed.Offset + 1
	}
	return w.task.Put(ctx, batch)
}

// PreCommit asks for safe offsets and commits them.
func (w *Worker) PreCommit(ctx context.Context) (sink.Offsets, error) {
	offsets, err := w.task.(sink.PreCommitter).PreCommit(ctx, nil)
	maps.Copy(w.Committed, offsets)
	return offsets, err
}

// Close takes all partitions from the task.
func (w *Worker) Close(ctx context.Context) error {
	return w.task.(sink.Closer).Close(ctx, w.Partition)
}

// Stop ends the task. A crash ends it without a word.
func (w *Worker) Stop() error { return w.task.Stop() }

// Paused tells whether the task asked not to get records of a partition.
func (w *Worker) Paused(tp connect.TopicPartition) bool { return w.paused[tp] }

// Report takes a record that cannot be written.
func (w *Worker) Report(r *connect.Record, reason error) error {
	w.Reports = append(w.Reports, Report{r.Consumed.TopicPartition(), r.Consumed.Offset, reason})
	return nil
}

// Rewind notes where the task wants to go on.
func (w *Worker) Rewind(offsets sink.Offsets) {
	w.Rewinds = append(w.Rewinds, maps.Clone(offsets))
	maps.Copy(w.rewind, offsets)
	maps.Copy(w.position, offsets)
}

// RetryAfter notes how long the task wants to wait.
func (w *Worker) RetryAfter(d time.Duration) { w.Retries = append(w.Retries, d) }

// Assignment returns no partitions: they come with Open, as in a worker.
func (w *Worker) Assignment() []connect.TopicPartition { return nil }

// Pause notes partitions.
func (w *Worker) Pause(partitions ...connect.TopicPartition) error {
	for _, tp := range partitions {
		w.paused[tp] = true
	}
	return nil
}

// Resume forgets partitions.
func (w *Worker) Resume(partitions ...connect.TopicPartition) error {
	for _, tp := range partitions {
		delete(w.paused, tp)
	}
	return nil
}

// RequestCommit does nothing.
func (w *Worker) RequestCommit() {}

// Record returns a record as it comes from Kafka.
func Record(topic string, partition int32, offset, timestamp int64, value any) connect.Record {
	return connect.Record{
		Topic: topic, Partition: partition, Timestamp: timestamp, Value: value,
		Consumed: &connect.Consumed{
			Topic: topic, Partition: partition, Offset: offset, Timestamp: timestamp, TimestampType: connect.CreateTime,
		},
	}
}

// Props returns a configuration for the Store, with changes: name, value, name,
// value and so on.
func Props(t testing.TB, changes ...string) map[string]string {
	t.Helper()
	props := map[string]string{
		"name": "s3-sink", "topics": "t", "connector.class": "io.confluent.connect.s3.S3SinkConnector",
		"s3.bucket.name": Bucket, "s3.region": "us-east-1", "store.url": "http://store",
		"aws.access.key.id": "test", "aws.secret.access.key": "test-secret",
		"storage.class": "io.confluent.connect.s3.storage.S3Storage",
		"format.class":  "io.confluent.connect.s3.format.json.JsonFormat",
		"flush.size":    "3", "s3.part.retries": "2", "s3.retry.backoff.ms": "1",
	}
	for i := 0; i+1 < len(changes); i += 2 {
		props[changes[i]] = changes[i+1]
	}
	return props
}
