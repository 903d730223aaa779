package worker

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
)

// taskRun is what the two kinds of tasks share: an owner goroutine, a target state
// that others set, and a status that it reports.
type taskRun struct {
	id       state.TaskID
	version  string
	log      *slog.Logger
	plugin   *slog.Logger // for the connector's own messages
	listener Listener
	watch    watch
	counts   counts
	meters   *taskMeters
	starting starting // of the owner

	ctx    context.Context // ends when the task must stop
	cancel context.CancelFunc
	hard   context.Context // ends when the task did not stop in time
	giveUp context.CancelFunc
	done   chan struct{} // closed when the owner has returned

	wake      chan struct{} // capacity 1: the target state has changed
	paused    atomic.Bool   // target state
	topics    topicLog
	abandoned atomic.Bool // did not stop in time: what it says does not count

	mu        sync.Mutex
	interrupt context.CancelFunc // ends the call into the plugin that may be cut short
	clients   []func()           // close what would let an abandoned task write
}

func (w *Worker) newTaskRun(id state.TaskID, e pluginset.Entry, paused bool) *taskRun {
	l := w.Listener
	t := &taskRun{
		id: id, version: e.Version, listener: l,
		log: w.taskLog(w.taskLogger(e.Kind), id), plugin: w.taskLog(taskClass(e.Class), id),
		meters: newTaskMeters(e.Kind, w.Sampling), starting: starting{of: &w.taskStarts},
		done: make(chan struct{}), wake: make(chan struct{}, 1),
	}
	t.hard, t.giveUp = context.WithCancel(context.Background())
	t.ctx, t.cancel = context.WithCancel(t.hard)
	t.topics.tell = func(topic string) { l.TopicUsed(id, topic) }
	t.paused.Store(paused)
	return t
}

// run is the owner goroutine: body is the task's whole life. Its error is the task's
// failure.
func (t *taskRun) run(body func() error) {
	defer close(t.done)
	defer t.giveUp()
	err := protect(body)
	switch {
	case t.abandoned.Load():
		t.log.Warn("A task that was abandoned has ended", "err", err)
	case err != nil:
		t.log.Error("Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted", "err", err)
		t.report(state.Failed, err)
	default:
		t.report(state.Unassigned, nil)
	}
}

// protect turns a panic outside a watched call, such as one of a converter, into
// the task's failure.
func protect(body func() error) (err error) {
	defer recoverInto(&err, "task")
	return body()
}

func (t *taskRun) report(s state.State, err error) {
	if !t.abandoned.Load() {
		t.starting.enter(s)
		t.meters.states.Enter(metricState(s))
		t.listener.TaskStatus(t.id, s, t.version, err)
	}
}

// setPaused changes the target state; it does not wait.
func (t *taskRun) setPaused(paused bool) {
	if t.paused.Swap(paused) == paused {
		return
	}
	if paused {
		t.cutShort()
	}
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// interruptible returns a context that also ends when the task is paused.
func (t *taskRun) interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.ctx)
	t.mu.Lock()
	t.interrupt = cancel
	t.mu.Unlock()
	if t.paused.Load() {
		cancel()
	}
	return ctx, cancel
}

func (t *taskRun) cutShort() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.interrupt != nil {
		t.interrupt()
	}
}

// awaitStart blocks while the task is paused, without a word of running; it returns false
// when the task must stop.
func (t *taskRun) awaitStart() bool {
	if t.paused.Load() {
		t.report(state.Paused, nil)
	}
	for t.paused.Load() {
		select {
		case <-t.ctx.Done():
			return false
		case <-t.wake:
		}
	}
	return t.ctx.Err() == nil
}

// awaitResume blocks while the task is paused; it returns false when the task must
// stop.
func (t *taskRun) awaitResume() bool {
	if !t.paused.Load() {
		return t.ctx.Err() == nil
	}
	if !t.awaitStart() {
		return false
	}
	t.report(state.Running, nil)
	return true
}

// onAbandon registers how to cut an abandoned task off from the world.
func (t *taskRun) onAbandon(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.abandoned.Load() {
		f()
		return
	}
	t.clients = append(t.clients, f)
}

// abandon gives up on a task that does not stop: what it still says is ignored and
// its Kafka clients are closed, so it can write no more.
func (t *taskRun) abandon() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.abandoned.Store(true)
	t.giveUp()
	for _, f := range t.clients {
		f()
	}
	t.clients = nil
}
