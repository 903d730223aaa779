package worker

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

// sourceTask moves records from a source task to Kafka.
type sourceTask struct {
	*taskRun
	fresh       func() source.Task // makes one that has not started
	task        source.Task
	props       map[string]string
	out         *outbound
	creator     *topicCreator
	openOffsets func(context.Context) (offsetstore.Store, error)
	offsets     *offsetstore.Connector // set before the task starts, as the next
	layers      *offsetstore.Layered   // the connector's own topic over the worker's; nil without one
	told        told
	transaction source.Transaction // nil unless the task defines transactions
	delivery    delivery

	producer    *kgo.Client
	sending     context.Context // outlives ctx, so that what was polled is sent
	stopSending context.CancelFunc
	acks        ackFailure

	batch []connect.Record // what is left of the last Poll
}

// life is the task from its preparation to Stop.
func (t *sourceTask) life() (err error) {
	defer func() { err = also(err, t.end(err != nil)) }()
	err = t.prepare()
	for err == nil {
		err = t.serve()
		var lost *unconfirmedError
		if !errors.As(err, &lost) {
			break
		}
		err = t.startOver(lost)
	}
	return stoppedIs(t.ctx, err)
}

// prepare does what comes before the plugin's start, and opens its offsets.
func (t *sourceTask) prepare() error {
	if err := t.delivery.prepare(); err != nil {
		return err
	}
	store, err := t.openOffsets(t.ctx)
	if err != nil {
		return err
	}
	t.offsets = offsetstore.For(store, t.id.Connector)
	return nil
}

// serve starts the task and moves records until it must stop. A nil error says that
// it was asked to; then ctx has ended.
func (t *sourceTask) serve() error {
	rt := source.Runtime{Connector: t.id.Connector, Task: t.id.Task, Log: t.plugin, Offsets: t.offsets, Transaction: t.transaction}
	err := t.watch.do("Start", func() error { return t.task.Start(t.ctx, rt, maps.Clone(t.props)) })
	if err != nil {
		return err
	}
	t.report(state.Running, nil)
	t.delivery.enter()
	for t.ctx.Err() == nil {
		if err := t.rest(); err != nil {
			return err
		}
		if err := t.iterate(); err != nil {
			return err
		}
	}
	return t.ctx.Err()
}

// rest waits while the task is paused.
func (t *sourceTask) rest() error {
	if !t.paused.Load() {
		return nil
	}
	if err := t.delivery.leave(); err != nil {
		return err
	}
	if !t.awaitResume() {
		return t.ctx.Err()
	}
	t.delivery.enter()
	return nil
}

// startOver begins again from the stored offsets after the outcome of a transaction
// could not be learnt: the offsets say what it was.
func (t *sourceTask) startOver(lost *unconfirmedError) error {
	if t.ctx.Err() != nil {
		t.log.Warn("It is not known whether the last transaction was committed; the stored offsets will say", "err", lost.err)
		return t.ctx.Err()
	}
	t.log.Warn("It is not known whether a transaction was committed; the task starts again from the stored offsets", "err", lost.err)
	if err := t.watch.do("Stop", t.task.Stop); err != nil {
		t.log.Error("Task failed to stop", "err", err)
	}
	if err := lost.settle(); err != nil {
		return err
	}
	t.meters.source.active.move(time.Now(), -int64(len(t.batch)))
	t.batch = nil
	t.task = t.fresh()
	t.told = toldOf(t.task, t.log)
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
	if err := t.delivery.broken(); err != nil {
		return err
	}
	if len(t.batch) == 0 {
		began := time.Now()
		batch, err := t.poll()
		if err != nil {
			return err
		}
		if t.batch = batch; batch != nil {
			t.counts.records.Add(int64(len(batch)))
			t.meters.polled(began, len(batch))
		}
	} else {
		t.meters.batch.Record(float64(len(t.batch)))
	}
	err := t.send()
	if connect.IsRetriable(err) && t.delivery.broken() == nil {
		t.log.Warn("Failed to send record to Kafka; will retry", "err", err)
		sleep(t.ctx, retrySendAfter)
		return nil
	}
	return cmp.Or(t.delivery.broken(), err)
}

const retrySendAfter = 100 * time.Millisecond

// poll asks the task for records. A retriable error is only logged.
func (t *sourceTask) poll() (batch []connect.Record, err error) {
	ctx, cancel := t.interruptible()
	defer cancel()
	if until := t.delivery.pollUntil(); !until.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
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

// send delivers the batch. On a retriable error the records from the failed one on
// stay in t.batch.
func (t *sourceTask) send() error {
	ready := make([]kgo.Record, len(t.batch))
	for i := range t.batch {
		if err := t.sendOne(&t.batch[i], &ready[i]); err != nil {
			t.batch = t.batch[i:]
			return cmp.Or(t.delivery.endBatch(false), err)
		}
	}
	t.batch = nil
	if err := t.sending.Err(); err != nil {
		return cmp.Or(t.delivery.endBatch(false), err)
	}
	return t.delivery.endBatch(true)
}

func (t *sourceTask) sendOne(r *connect.Record, k *kgo.Record) error {
	keep, err := t.out.convert(t.sending, r, k)
	if err != nil {
		return err
	}
	if !keep {
		return t.delivery.deliver(r, nil)
	}
	if err := t.creator.ensure(t.sending, k.Topic); err != nil {
		return err
	}
	return t.delivery.deliver(r, k)
}

// giveUpSending fails the task because its producer will never get through. The call
// that waits for the producer, or for the task's records, is cut short.
func (t *sourceTask) giveUpSending(err error) {
	t.acks.set(err)
	t.stopSending()
	t.cutShort()
}

// end delivers what can still be and releases everything.
func (t *sourceTask) end(failed bool) error {
	if err := t.delivery.end(failed); err != nil {
		t.log.Error("Failed to commit when the task stopped; the records since the last commit will be sent again", "err", err)
	}
	return errors.Join(t.watch.do("Stop", t.task.Stop), t.out.close())
}
