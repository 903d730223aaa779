package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

// ExactlyOnce is what a worker needs of its herder to deliver exactly once (KIP-618).
// Both functions block until ctx ends at the latest; their errors fail the task.
type ExactlyOnce struct {
	// Fence has the leader make sure that no older task of a connector can write.
	Fence func(ctx context.Context, connector string) error
	// Check returns an error unless the configurations of the connector's tasks are
	// still of this generation and the task is still the worker's.
	Check func(ctx context.Context, id state.TaskID, generation int) error
}

// exactlyOnce delivers records and their offsets in transactions of a producer whose
// transactional id only the newest instance of a task can use.
//
// Connect: org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask (KIP-618).
type exactlyOnce struct {
	*sourceTask
	herder     *ExactlyOnce
	generation int
	boundary   boundary
	topic      string // of the offsets

	entered bool // the task has started
	open    bool // a transaction is open
	fenced  bool // the broker ended it
	lot     *lot // that is sent; nil between batches
	size    int  // records of the transaction
	pending pendingOffsets
	records []delivered // of the transaction; only kept for commitRecord
}

// delivered is a record of the open transaction; k is nil for one that was dropped.
type delivered struct {
	record connect.Record
	k      *kgo.Record
}

// prepare makes sure that this instance alone can write.
func (x *exactlyOnce) prepare() error {
	if err := x.herder.Fence(x.ctx, x.id.Connector); err != nil {
		return fmt.Errorf("fence older tasks of connector %s: %w", x.id.Connector, err)
	}
	if err := x.initTransactions(); err != nil {
		return err
	}
	return x.herder.Check(x.ctx, x.id, x.generation)
}

func (x *exactlyOnce) enter() {
	x.entered = true
	x.boundary.enter(time.Now())
}

func (x *exactlyOnce) leave() error { return x.follow(x.boundary.last()) }

func (x *exactlyOnce) pollUntil() time.Time {
	if !x.open && x.pending.empty() {
		return time.Time{}
	}
	return x.boundary.due()
}

// broken returns the error of a record that Kafka refused: its transaction must not
// be committed.
func (x *exactlyOnce) broken() error {
	if err := x.acks.get(); err != nil {
		return x.failed(err)
	}
	return nil
}

func (x *exactlyOnce) deliver(r *connect.Record, k *kgo.Record) error {
	if x.lot == nil {
		x.lot = x.newLot()
	}
	if k != nil {
		if k.Topic == x.topic {
			return &connect.Error{Msg: "Source tasks may not produce to their own offsets topics when exactly-once support is enabled"}
		}
		if err := x.begin(); err != nil {
			return x.failed(err)
		}
		x.size++
		x.lot.underWay.Add(1)
		x.producer.Produce(x.sending, k, x.lot.promise)
	}
	x.lot.add(k != nil)
	if x.told.record != nil {
		x.records = append(x.records, delivered{*r, k}) // the batch is the task's again before the commit
	}
	x.pending.put(r.Source, r.SourceOffset)
	return x.follow(x.boundary.afterRecord(r))
}

func (x *exactlyOnce) endBatch(whole bool) error {
	if x.lot != nil {
		x.lot.land()
		x.lot = nil
	}
	if !whole {
		return nil
	}
	return x.follow(x.boundary.afterBatch(time.Now()))
}

// newLot returns a lot with a callback for all its records, which runs in the
// producer's goroutine.
func (x *exactlyOnce) newLot() *lot {
	l := newLot(x.taskRun)
	l.promise = func(k *kgo.Record, err error) {
		if err != nil {
			l.lost.Add(1)
		}
		x.onAck(k, err)
		l.land()
	}
	return l
}

// onAck runs in the producer's goroutine.
func (x *exactlyOnce) onAck(k *kgo.Record, err error) {
	switch {
	case err == nil:
	case errors.Is(err, kgo.ErrAborting): // asked for
	default:
		x.acks.set(explainProduce(k, err))
		x.cutShort()
	}
}

// follow does what the boundary says.
func (x *exactlyOnce) follow(v verdict, err error) error {
	if err != nil || v == keepOpen {
		return err
	}
	if v == abortIt {
		if err := x.abort(); err != nil {
			return err
		}
	}
	return x.commit()
}

// abort drops the open transaction. Its records will not be seen, and not come again:
// their offsets go with the commit that follows.
func (x *exactlyOnce) abort() error {
	if !x.open {
		x.log.Warn("Ignoring request by task to abort transaction as the current transaction is empty")
		return nil
	}
	x.log.Info("Aborting transaction as requested by connector")
	if err := x.rollBack(x.sending); err != nil {
		return x.failed(err)
	}
	for i := range x.records {
		x.records[i].k = nil
	}
	return nil
}

// commit ends the transaction with the offsets of its records, and then tells the
// task. Without records and offsets there is no transaction.
func (x *exactlyOnce) commit() error {
	began := time.Now()
	entries, err := x.pending.entries(x.offsets)
	if err == nil && (x.open || len(entries) > 0) {
		err = x.write(entries)
	}
	if err != nil {
		x.counts.failed.Add(1)
		x.meters.notCommitted()
		return x.failed(err)
	}
	x.pending.clear()
	x.counts.commits.Add(1)
	x.meters.committed(began)
	x.tell()
	return nil
}

// tell tells the task what is committed, if it wants to know.
func (x *exactlyOnce) tell() {
	if len(x.records) > 0 {
		_ = x.watch.do("CommitRecord", func() error {
			for i := range x.records {
				x.told.recordDone(x.sending, &x.records[i].record, x.records[i].k)
			}
			return nil
		})
		clear(x.records)
		x.records = x.records[:0]
	}
	if x.told.commit != nil {
		_ = x.watch.do("Commit", func() error {
			x.told.stored(x.sending)
			return nil
		})
	}
}

// write stores entries in the open transaction, or in one for them alone, and
// commits it.
func (x *exactlyOnce) write(entries []offsetstore.Entry) error {
	if x.layers != nil {
		if err := x.layers.Forget(x.sending, entries); err != nil {
			return err
		}
	}
	if err := x.begin(); err != nil {
		return err
	}
	for _, e := range entries {
		k := &kgo.Record{Topic: x.topic, Partition: connect.NoPartition, Key: e.Key, Value: e.Value}
		x.producer.Produce(x.sending, k, x.onAck)
	}
	if err := x.producer.Flush(x.sending); err != nil {
		return fmt.Errorf("send the records of a transaction: %w", err)
	}
	// The client would commit a transaction of which Kafka has only a part.
	if err := x.acks.get(); err != nil {
		return err
	}
	if err := x.producer.EndTransaction(x.sending, kgo.TryCommit); err != nil {
		return x.explainEnd(err)
	}
	x.open = false
	x.meters.source.transaction.Record(float64(x.size))
	x.size = 0
	if x.layers != nil {
		x.layers.Mirror(entries)
	}
	return nil
}

// end commits for the last time. What is still open then, or after a failure, is
// aborted: open, it would hold up everybody who reads committed records only.
func (x *exactlyOnce) end(failed bool) (err error) {
	if !x.entered || x.abandoned.Load() {
		return nil
	}
	if !failed {
		err = x.follow(x.boundary.last())
	}
	if x.open && !x.fenced {
		ctx, cancel := context.WithTimeout(x.hard, abortTimeout)
		defer cancel()
		if err := x.cutOff(ctx); err != nil {
			x.log.Warn("A transaction stays open until it expires or the task starts again", "err", err)
		}
	}
	return err
}

const abortTimeout = 5 * time.Second

const expired = "The task %s was unable to finish writing records to Kafka before its producer transaction expired. " +
	"It may be necessary to reconfigure this connector in order for it to run healthily with exactly-once support. " +
	"Options for this include: tune the connector's producer configuration for higher throughput, " +
	"increase the transaction timeout for the connector's producers, " +
	"decrease the offset commit interval (if using interval-based transaction boundaries), " +
	"or use the 'poll' transaction boundary (if the connector is not already configured to use it)."

// failed is the failure of the task by its producer, in Connect's words.
func (x *exactlyOnce) failed(err error) error {
	x.fenced = x.fenced || errors.Is(err, kerr.InvalidProducerEpoch) || errors.Is(err, kerr.ProducerFenced)
	format := "Failed to flush offsets and/or records for task %s"
	if errors.Is(err, kerr.InvalidProducerEpoch) {
		format = expired
	}
	return &connect.Error{Msg: fmt.Sprintf(format, x.id), Err: err}
}
