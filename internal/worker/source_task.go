package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

// sourceTask moves records from a source task to Kafka, at least once.
type sourceTask struct {
	*taskRun
	task      source.Task
	props     map[string]string
	out       *outbound
	offsets   *offsetstore.Connector
	creator   *topicCreator
	flights   *flights
	flush     time.Duration // offset.flush.timeout.ms
	committer source.Committer
	schedule  *offsetCommitter
	acked     source.RecordCommitter // nil when the task does not ask for it

	producer *kgo.Client
	sending  context.Context // outlives ctx by offset.flush.timeout.ms, so that what was polled is sent
	acks     ackFailure

	stopSending context.CancelFunc // ends sending

	batch []connect.Record // what is left of the last Poll
	pairs map[*connect.SourcePartition]*flight
}

// life is the task from Start to Stop.
func (t *sourceTask) life() (err error) {
	defer func() { err = also(err, t.end()) }()
	rt := source.Runtime{Connector: t.id.Connector, Task: t.id.Task, Log: t.log, Offsets: t.offsets}
	err = t.watch.do("Start", func() error { return t.task.Start(t.ctx, rt, maps.Clone(t.props)) })
	if err != nil {
		return stoppedIs(t.ctx, err)
	}
	t.schedule.add(t)
	t.report(state.Running, nil)
	for t.awaitResume() {
		if err := t.iterate(); err != nil {
			return stoppedIs(t.ctx, err)
		}
	}
	return nil
}

// also adds an error of the end to that of the life, which stays as it is when the
// end was well.
func also(err, end error) error {
	if err == nil || end == nil {
		return cmp.Or(err, end)
	}
	return errors.Join(err, end)
}

// stoppedIs forgives an error that only says that the task was asked to stop.
func stoppedIs(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// iterate polls one batch and sends it, or sends what is left of the last.
func (t *sourceTask) iterate() error {
	if err := t.acks.get(); err != nil {
		return err
	}
	if len(t.batch) == 0 {
		batch, err := t.poll()
		if err != nil || len(batch) == 0 {
			return err
		}
		t.batch = batch
		t.counts.records.Add(int64(len(batch)))
	}
	err := t.send()
	if fatal := t.acks.get(); fatal != nil {
		return fatal
	}
	if connect.IsRetriable(err) {
		t.log.Warn("Failed to send record to Kafka; will retry", "err", err)
		sleep(t.ctx, retrySendAfter)
		return nil
	}
	return err
}

const retrySendAfter = 100 * time.Millisecond

// poll asks the task for records. A retriable error is only logged.
func (t *sourceTask) poll() (batch []connect.Record, err error) {
	ctx, cancel := t.interruptible()
	defer cancel()
	err = t.watch.do("Poll", func() error {
		batch, err = t.task.Poll(ctx)
		return err
	})
	switch {
	case err == nil:
		return batch, nil
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return batch, nil
	case connect.IsRetriable(err):
		t.log.Warn("Task failed to poll and will be asked again", "err", err)
		return nil, nil
	}
	return nil, err
}

// send hands the batch to the producer. On a retriable error the records from the
// failed one on stay in t.batch.
func (t *sourceTask) send() (err error) {
	clear(t.pairs)
	defer func() {
		for _, g := range t.pairs {
			g.land() // the count that stands for the sender
		}
	}()
	ready := make([]kgo.Record, len(t.batch))
	for i := range t.batch {
		r := &t.batch[i]
		ok, err := t.out.convert(t.sending, r, &ready[i])
		if err == nil && ok {
			err = t.creator.ensure(t.sending, ready[i].Topic)
		}
		if err != nil {
			t.batch = t.batch[i:]
			return err
		}
		t.launch(r, &ready[i], ok)
	}
	t.batch = nil
	return t.sending.Err()
}

// launch counts a record into its flight and produces it, unless it was dropped.
func (t *sourceTask) launch(r *connect.Record, k *kgo.Record, keep bool) {
	g := t.flight(r)
	if !keep {
		t.commitRecord(r, nil)
		return
	}
	g.remaining.Add(1)
	if t.acked == nil {
		t.producer.Produce(t.sending, k, t.promise(g))
		return
	}
	copied := *r // the batch is the task's again before the ack comes
	t.producer.Produce(t.sending, k, func(k *kgo.Record, err error) { t.onAck(g, &copied, k, err) })
}

// flight returns the record's flight with its offset noted. Records without source
// partition share one whose offset is nil.
func (t *sourceTask) flight(r *connect.Record) *flight {
	g, ok := t.pairs[r.Source]
	if !ok {
		g = t.flights.open(r.Source)
		t.pairs[r.Source] = g
	}
	g.offset = r.SourceOffset
	return g
}

// promise is the callback for records that need no commitRecord: one for all records
// of a flight.
func (t *sourceTask) promise(g *flight) func(*kgo.Record, error) {
	if g.promise == nil {
		g.promise = func(k *kgo.Record, err error) { t.onAck(g, nil, k, err) }
	}
	return g.promise
}

// onAck runs in the producer's goroutine, one call at a time.
func (t *sourceTask) onAck(g *flight, r *connect.Record, k *kgo.Record, err error) {
	if err != nil {
		if err = t.refused(r, k, err); err != nil {
			t.acks.set(err)
			t.cutShort()
			return
		}
		k = nil
	}
	t.commitRecord(r, k)
	if k != nil {
		t.counts.written.Add(1)
	}
	g.land()
}

// refused decides about a record that Kafka did not take. nil means to go on
// without it.
func (t *sourceTask) refused(r *connect.Record, k *kgo.Record, err error) error {
	if t.sending.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, kgo.ErrClientClosed)) {
		return err // not refused: the task ends before it was sent
	}
	if !t.out.tolerance.errors.TolerateAll {
		return &connect.Error{Msg: "Unrecoverable exception from producer send callback", Err: explainProduce(k, err)}
	}
	if r == nil {
		r = &connect.Record{Topic: k.Topic, Partition: k.Partition, Timestamp: k.Timestamp.UnixMilli(), Key: k.Key, Value: k.Value}
	}
	const class = "org.apache.kafka.connect.runtime.WorkerSourceTask"
	return t.out.tolerance.give(t.ctx, &failure{stage: ProduceStage, class: class, source: r, err: err})
}

// giveUpSending fails the task because its producer will never get through. The call
// that waits for the producer, or for the task's records, is cut short.
func (t *sourceTask) giveUpSending(err error) {
	t.acks.set(&connect.Error{Msg: "Unrecoverable exception from producer send callback", Err: err})
	t.stopSending()
	t.cutShort()
}

// commitRecord tells a task that asked for it that a record is done with.
func (t *sourceTask) commitRecord(r *connect.Record, k *kgo.Record) {
	if t.acked == nil || r == nil {
		return
	}
	var m *source.Produced
	if k != nil {
		m = &source.Produced{Topic: k.Topic, Partition: k.Partition, Offset: k.Offset, Timestamp: k.Timestamp.UnixMilli()}
	}
	err := func() (err error) {
		defer recoverInto(&err, "CommitRecord")
		return t.acked.CommitRecord(t.ctx, r, m)
	}()
	if err != nil {
		t.log.Error("Exception thrown while calling task.commitRecord()", "err", err)
	}
}

// commitOffsets stores the offsets of everything that Kafka has. It is called by the
// worker's committer while the task runs, and by the task at its end; never twice at
// a time.
func (t *sourceTask) commitOffsets(ctx context.Context) error {
	groups := t.flights.safe()
	if len(groups) == 0 {
		return nil
	}
	offsets := make(map[*connect.SourcePartition]connect.Fields, len(groups))
	for p, g := range groups {
		offsets[p] = g.offset.Fields()
	}
	ctx, cancel := context.WithTimeout(ctx, t.flush)
	defer cancel()
	if err := t.offsets.Commit(ctx, offsets); err != nil {
		t.counts.failed.Add(1)
		return fmt.Errorf("commit offsets of task %s: %w", t.id, err)
	}
	t.flights.stored(groups)
	t.counts.commits.Add(1)
	t.afterCommit(ctx)
	return nil
}

func (t *sourceTask) afterCommit(ctx context.Context) {
	if t.committer == nil {
		return
	}
	err := func() (err error) {
		defer recoverInto(&err, "Commit")
		return t.committer.Commit(ctx)
	}()
	if err != nil {
		t.log.Error("Exception thrown while calling task.commit()", "err", err)
	}
}

// end waits for what is under way, stores offsets for the last time and releases
// everything. It runs also after a failure: what Kafka has is stored.
func (t *sourceTask) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), t.flush)
	defer cancel()
	if t.acks.get() == nil && !t.drain(ctx) {
		t.log.Warn("Records were still under way to Kafka when the task stopped; they will be sent again", "groups", t.flights.underWay())
	}
	t.schedule.remove(t)
	if !t.abandoned.Load() {
		if err := t.commitOffsets(ctx); err != nil {
			t.log.Error("Failed to commit offsets when the task stopped; the records since the last commit will be sent again", "err", err)
		}
	}
	return errors.Join(t.watch.do("Stop", t.task.Stop), t.out.close())
}

// drain waits until Kafka has everything that was sent.
func (t *sourceTask) drain(ctx context.Context) bool {
	for t.flights.underWay() > 0 {
		if t.acks.get() != nil || !sleep(ctx, 5*time.Millisecond) {
			return false
		}
	}
	return true
}
