package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/store/state"
)

// sinkTask moves records from Kafka to a sink task, at least once. Its owner
// goroutine makes all calls into the task; fetching and converting run one batch
// ahead in another.
type sinkTask struct {
	*taskRun
	task    sink.Task
	props   map[string]string
	errant  *errantReporter // nil: none configured
	context *sinkContext
	fetch   *fetcher
	in      *inbound
	client  *kgo.Client
	dead    *deadLetters // nil: none configured

	interval, flush time.Duration // offset.flush.interval.ms, .timeout.ms

	refused    chan error // capacity 1: the brokers do not let the consumer in
	rebalances chan rebalance
	released   chan struct{}     // closed when the owner takes no more rebalances
	release    func()            // closes it
	left       atomic.Bool       // the consumer is closed, or being closed
	commits    chan commitResult // capacity 1

	// What follows belongs to the owner.
	pending   *batch // delivered next: what was fetched, or what must be delivered again
	spare     *batch
	asked     bool // a batch is being fetched
	stopFetch context.CancelFunc
	held      []heldRun
	redeliver bool         // the last Put failed with a retriable error
	current   sink.Offsets // after the last record delivered
	committed sink.Offsets
	unsaved   sink.Offsets                    // safe, but the commit of them failed
	applied   map[connect.TopicPartition]bool // pauses that the client knows
	nextFlush time.Time
	inCommit  *commitUnderWay
	sequence  int
	retryAt   time.Time
}

// life is the task from Start to Stop.
func (t *sinkTask) life() (err error) {
	stopFetching := t.startFetching()
	defer func() { err = also(err, t.end(stopFetching)) }()
	rt := sink.Runtime{Connector: t.id.Connector, Task: t.id.Task, Log: t.plugin, Context: t.context}
	if t.errant != nil {
		rt.Errant = t.errant
	}
	err = t.watch.do("Start", func() error { return t.task.Start(t.ctx, rt, maps.Clone(t.props)) })
	if err != nil {
		return stoppedIs(t.ctx, err)
	}
	t.report(state.Running, nil)
	t.nextFlush = time.Now().Add(t.interval)
	for t.ctx.Err() == nil {
		if err := t.iterate(); err != nil {
			return stoppedIs(t.ctx, err)
		}
	}
	return nil
}

func (t *sinkTask) startFetching() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { t.fetch.run(ctx) })
	return func() {
		cancel()
		wg.Wait()
	}
}

// iterate waits for the next thing to do and does it.
func (t *sinkTask) iterate() error {
	if err := t.commitWhenDue(); err != nil {
		return err
	}
	if err := t.followTarget(); err != nil {
		return err
	}
	timer := time.NewTimer(time.Until(t.nextWake()))
	defer timer.Stop()
	select {
	case <-t.ctx.Done():
		return nil
	case <-t.wake:
		return nil
	case err := <-t.refused:
		return err
	case r := <-t.rebalances:
		return t.onRebalance(r)
	case c := <-t.commits:
		t.onCommitted(c)
		return nil
	case b := <-t.readyToDeliver():
		t.taken()
		return t.deliverFetched(b)
	case <-timer.C:
		return t.onTimer()
	}
}

// readyToDeliver is where the next batch comes from; nil while none may be
// delivered.
func (t *sinkTask) readyToDeliver() <-chan *batch {
	if t.redeliver || t.paused.Load() {
		return nil
	}
	if !t.asked {
		t.ask()
	}
	return t.fetch.ready
}

// ask starts the next fetch.
func (t *sinkTask) ask() {
	b := t.spare
	t.spare = nil
	if b == nil {
		b = &batch{}
	}
	b.reset()
	t.asked = true
	var ctx context.Context
	ctx, t.stopFetch = context.WithCancel(t.ctx)
	t.fetch.want <- request{ctx, b}
}

// nextWake is when something must happen even if Kafka sends nothing.
func (t *sinkTask) nextWake() time.Time {
	next := t.nextFlush
	if t.inCommit != nil && t.inCommit.deadline.Before(next) {
		next = t.inCommit.deadline
	}
	if !t.retryAt.IsZero() && t.retryAt.Before(next) {
		next = t.retryAt
	}
	return next
}

// onTimer delivers what waits, or nothing, so that the task can do what depends on
// time.
func (t *sinkTask) onTimer() error {
	t.retryAt = time.Time{}
	if t.paused.Load() {
		return nil
	}
	return t.put()
}

// deliverFetched puts a batch that was fetched, less what is not the task's any
// more or is paused.
func (t *sinkTask) deliverFetched(b *batch) error {
	if b.err != nil {
		return b.err
	}
	b.keep(t.fetch.current)
	t.startAt(b)
	t.pending = b
	t.holdPaused()
	if !b.empty() {
		t.ask() // the next one, while this one is put
	}
	return t.put()
}

// put delivers t.pending; on a retriable error it stays for another time.
func (t *sinkTask) put() error {
	if !t.redeliver {
		t.releaseHeld()
		t.consumed()
	}
	began := time.Now()
	var records []connect.Record
	if t.pending != nil {
		records = t.pending.records
	}
	err := t.watch.do("Put", func() error { return t.task.Put(t.hard, records) })
	if fatal := t.errant.swallowed(); fatal != nil && err == nil {
		err = fatal
	}
	if err != nil {
		return t.onPutError(err)
	}
	t.redeliver = false
	t.meters.put(began, len(records))
	t.accept()
	return t.afterCall()
}

func (t *sinkTask) onPutError(err error) error {
	if t.hard.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	if !connect.IsRetriable(err) {
		return &connect.Error{Msg: "Exiting WorkerSinkTask due to unrecoverable exception.", Err: err}
	}
	t.log.Error("RetriableException from SinkTask; the same records will be delivered again", "err", err)
	t.redeliver = true
	return t.afterCall()
}

// accept moves offsets over what was put.
func (t *sinkTask) accept() {
	b := t.pending
	if b == nil {
		return
	}
	for i := range b.runs {
		r := &b.runs[i]
		if t.fetch.current(r) {
			t.current[r.tp] = r.next
			t.topics.note(r.tp.Topic)
		}
	}
	t.counts.written.Add(int64(len(b.records)))
	t.pending, t.spare = nil, b
}

// taken notes that the fetch under way has been received.
func (t *sinkTask) taken() {
	t.stopFetch()
	t.asked = false
}

// afterCall does what the task asked for through its context.
func (t *sinkTask) afterCall() error {
	t.applyPauses()
	if d, ok := t.context.takeWait(); ok {
		t.retryAt = time.Now().Add(d)
	}
	return t.rewind()
}

// followTarget pauses or resumes as the user wants.
func (t *sinkTask) followTarget() error {
	if !t.paused.Load() {
		return nil
	}
	t.report(state.Paused, nil)
	t.applyPauses()
	t.context.commitNow = true
	for t.paused.Load() && t.ctx.Err() == nil {
		if err := t.pausedStep(); err != nil {
			return err
		}
	}
	if t.ctx.Err() == nil {
		t.applyPauses()
		t.report(state.Running, nil)
	}
	return nil
}

// pausedStep is iterate without deliveries.
func (t *sinkTask) pausedStep() error {
	if err := t.commitWhenDue(); err != nil {
		return err
	}
	timer := time.NewTimer(time.Until(t.nextWake()))
	defer timer.Stop()
	select {
	case <-t.ctx.Done():
	case <-t.wake:
	case err := <-t.refused:
		return err
	case r := <-t.rebalances:
		return t.onRebalance(r)
	case c := <-t.commits:
		t.onCommitted(c)
	case <-timer.C:
	}
	return nil
}

// refuse fails the task because its consumer will never get through.
func (t *sinkTask) refuse(err error) {
	select {
	case t.refused <- err:
	default: // it has been told already
	}
}

// end commits what the task says is safe, closes it and leaves the group.
func (t *sinkTask) end(stopFetching func()) error {
	t.release()
	if t.asked {
		t.stopFetch()
	}
	stopFetching()
	var errs []error
	if tps := sortedPartitions(t.fetch.assigned.Load().epochs); len(tps) > 0 && !t.abandoned.Load() {
		if err := t.commitClosing(tps); err != nil {
			errs = append(errs, fmt.Errorf("close: %w", err))
		}
	}
	errs = append(errs, t.watch.do("Stop", t.task.Stop))
	t.leave()
	if t.dead != nil {
		errs = append(errs, t.dead.close())
	}
	return errors.Join(append(errs, t.in.chain.close(), t.in.converters.close())...)
}

// leave closes the consumer, and so leaves its group. The end of the task and its being
// given up may come together; the client is closed by the first.
func (t *sinkTask) leave() {
	if !t.left.Swap(true) {
		t.client.CloseAllowingRebalance()
	}
}
