package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
)

// atLeastOnce delivers records by a producer, and stores their offsets from time to
// time when Kafka has them. Its commits are also called by the worker's committer.
type atLeastOnce struct {
	*sourceTask
	flights  *flights
	lot      *lot                                 // that is sent; nil between batches
	pairs    map[*connect.SourcePartition]*flight // of it
	flush    time.Duration                        // offset.flush.timeout.ms
	schedule *offsetCommitter
}

func (d *atLeastOnce) prepare() error       { return nil }
func (d *atLeastOnce) enter()               { d.schedule.add(d) }
func (d *atLeastOnce) leave() error         { return nil }
func (d *atLeastOnce) pollUntil() time.Time { return time.Time{} }

func (d *atLeastOnce) broken() error {
	if err := d.acks.get(); err != nil {
		return &connect.Error{Msg: "Unrecoverable exception from producer send callback", Err: err}
	}
	return nil
}

// deliver counts a record into its flight and produces it, unless it was dropped.
func (d *atLeastOnce) deliver(r *connect.Record, k *kgo.Record) error {
	g := d.board(r, k != nil)
	if k == nil {
		d.told.recordDone(d.ctx, r, nil)
		return nil
	}
	if d.told.record == nil {
		d.producer.Produce(d.sending, k, d.promise(g))
		return nil
	}
	copied := *r // the batch is the task's again before the ack comes
	d.producer.Produce(d.sending, k, func(k *kgo.Record, err error) { d.onAck(g, &copied, k, err) })
	return nil
}

// endBatch takes back the count that stands for the sender.
func (d *atLeastOnce) endBatch(bool) error {
	for _, g := range d.pairs {
		g.land()
	}
	clear(d.pairs)
	if d.lot != nil {
		d.lot.land()
		d.lot = nil
	}
	return nil
}

// board counts a record into its lot and, when it is sent, into its flight.
func (d *atLeastOnce) board(r *connect.Record, sent bool) *flight {
	if d.lot == nil {
		d.lot = newLot(d.taskRun)
	}
	d.lot.add(sent)
	g := d.flight(r)
	if sent {
		g.remaining.Add(1)
	}
	return g
}

// flight returns the record's flight with its offset noted. Records without source
// partition share one whose offset is nil.
func (d *atLeastOnce) flight(r *connect.Record) *flight {
	g, ok := d.pairs[r.Source]
	if !ok {
		g = d.flights.open(r.Source, d.lot)
		d.pairs[r.Source] = g
	}
	g.offset = r.SourceOffset
	return g
}

// promise is the callback for records that need no commitRecord: one for all records
// of a flight.
func (d *atLeastOnce) promise(g *flight) func(*kgo.Record, error) {
	if g.promise == nil {
		g.promise = func(k *kgo.Record, err error) { d.onAck(g, nil, k, err) }
	}
	return g.promise
}

// onAck runs in the producer's goroutine, one call at a time.
func (d *atLeastOnce) onAck(g *flight, r *connect.Record, k *kgo.Record, err error) {
	if err != nil {
		if err = d.refused(r, k, err); err != nil {
			d.acks.set(err)
			d.cutShort()
			return
		}
		k = nil
		g.of.lost.Add(1)
	}
	d.told.recordDone(d.ctx, r, k)
	g.land()
}

// refused decides about a record that Kafka did not take. nil means to go on
// without it.
func (d *atLeastOnce) refused(r *connect.Record, k *kgo.Record, err error) error {
	if d.sending.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, kgo.ErrClientClosed)) {
		return err // not refused: the task ends before it was sent
	}
	if !d.out.tolerance.errors.TolerateAll {
		return explainProduce(k, err)
	}
	if r == nil {
		r = &connect.Record{Topic: k.Topic, Partition: k.Partition, Timestamp: k.Timestamp.UnixMilli(), Key: k.Key, Value: k.Value}
	}
	const class = "org.apache.kafka.connect.runtime.WorkerSourceTask"
	d.counts.failures.Add(1)
	return d.out.tolerance.give(d.ctx, &failure{stage: ProduceStage, class: class, source: r, err: err})
}

// commitOffsets stores the offsets of everything that Kafka has. It is called by the
// worker's committer while the task runs, and by the task at its end; never twice at
// a time.
func (d *atLeastOnce) commitOffsets(ctx context.Context) error {
	groups := d.flights.safe()
	if len(groups) == 0 {
		return nil
	}
	began := time.Now()
	offsets := make(map[*connect.SourcePartition]connect.Fields, len(groups))
	for p, g := range groups {
		offsets[p] = g.offset.Fields()
	}
	ctx, cancel := context.WithTimeout(ctx, d.flush)
	defer cancel()
	if err := d.offsets.Commit(ctx, offsets); err != nil {
		d.counts.failed.Add(1)
		d.meters.notCommitted()
		return fmt.Errorf("commit offsets of task %s: %w", d.id, err)
	}
	d.flights.stored(groups)
	d.counts.commits.Add(1)
	d.meters.committed(began)
	d.told.stored(ctx)
	return nil
}

// end waits for what is under way and stores offsets for the last time, also after a
// failure: what Kafka has is stored.
func (d *atLeastOnce) end(bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), d.flush)
	defer cancel()
	if d.acks.get() == nil && !d.drain(ctx) {
		d.log.Warn("Records were still under way to Kafka when the task stopped; they will be sent again", "groups", d.flights.underWay())
	}
	d.schedule.remove(d)
	if d.abandoned.Load() {
		return nil
	}
	return d.commitOffsets(ctx)
}

// drain waits until Kafka has everything that was sent.
func (d *atLeastOnce) drain(ctx context.Context) bool {
	for d.flights.underWay() > 0 {
		if d.acks.get() != nil || !sleep(ctx, 5*time.Millisecond) {
			return false
		}
	}
	return true
}
