package fleet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// worker keeps the process of one worker. All but the snapshot is touched only by the
// goroutine in run; others ask it.
type worker struct {
	d        *Processes
	id, dir  string
	created  time.Time
	requests chan request
	done     chan struct{} // closed when run has ended

	record   record
	process  *process  // nil when there is none
	startAt  time.Time // when to start one then; zero for never
	failures int       // processes in a row that ended before they were stable
	starts   int       // processes since the driver was opened
	left     bool      // nothing of the worker is left

	mu      sync.Mutex
	view    Worker
	is      identity // of the process
	leaving bool     // record.Leaving
}

// request is a deed that the worker's goroutine shall do.
type request struct {
	do     func(context.Context, *worker) error
	answer chan error // of capacity 1: nobody need wait for it
}

func newWorker(d *Processes, dir string, r record, p *process) *worker {
	w := &worker{
		d: d, id: r.ID, dir: dir, created: r.Created, record: r, process: p,
		requests: make(chan request), done: make(chan struct{}),
	}
	w.show()
	return w
}

// ask has a deed done and returns its error. When ctx ends first the deed goes on.
func (w *worker) ask(ctx context.Context, do func(context.Context, *worker) error) error {
	r := request{do, make(chan error, 1)}
	select {
	case w.requests <- r:
	case <-w.done:
		return w.ended()
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ended says why a worker that is done does nothing any more.
func (w *worker) ended() error {
	if w.d.closing.Err() != nil {
		return ErrClosed
	}
	return fmt.Errorf("worker %s: %w", w.id, ErrNotFound)
}

// run keeps the worker running until it has left or ctx ends, which leaves the process
// as it is where another driver can take it over.
func (w *worker) run(ctx context.Context) {
	defer close(w.done)
	if w.process != nil {
		w.starts++
		w.watch(ctx)
	}
	if w.record.Leaving {
		w.note("finish the removal of a worker", w.leave(ctx))
	}
	for !w.left && ctx.Err() == nil {
		w.iterate(ctx)
	}
	if !adoptable && w.process != nil {
		w.note("stop a worker", w.process.stop(context.WithoutCancel(ctx), w.d.settings.Grace))
	}
}

func (w *worker) iterate(ctx context.Context) {
	var gone <-chan struct{}
	var due <-chan time.Time
	if w.process != nil {
		gone = w.process.gone
	} else if !w.startAt.IsZero() && !w.record.Leaving {
		timer := time.NewTimer(time.Until(w.startAt))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-ctx.Done():
	case r := <-w.requests:
		r.answer <- closed(ctx, r.do(ctx, w))
	case <-gone:
		w.died()
	case <-due:
		w.note("start a worker", w.start(ctx, Replaced))
	}
	w.show()
}

// closed gives the end of the driver's own context its name.
func closed(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return ErrClosed
	}
	return err
}

// note logs what nobody waits for.
func (w *worker) note(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		w.d.settings.Log.Error("A worker of a managed connector has a problem", "what", what, "worker", w.id, "fleet", w.record.Fleet, "err", err)
	}
}

func (w *worker) watch(ctx context.Context) {
	p := w.process
	w.d.group.Go(func() { p.watch(ctx) })
}

// start starts a process. When that fails it is tried again later.
func (w *worker) start(ctx context.Context, kind EventKind) error {
	err := w.prepare(ctx)
	if err == nil {
		w.process, err = w.d.launch(w.dir, w.record)
	}
	if err != nil {
		w.failures = max(w.failures+1, 2) // there is nothing to gain by trying at once
		w.startAt = time.Now().Add(w.d.settings.backoff(w.failures))
		w.tell(Died, 0, "it could not be started: "+err.Error(), nil)
		return err
	}
	w.startAt = time.Time{}
	w.watch(ctx)
	w.starts++
	w.show()
	w.tell(kind, w.process.Identity.PID, "", nil)
	return nil
}

// prepare clears away what an earlier process left, and writes the properties.
func (w *worker) prepare(ctx context.Context) error {
	if err := sweep(ctx, w.dir); err != nil {
		return err
	}
	if err := w.restore(); err != nil {
		return err
	}
	if err := w.checkPorts(); err != nil {
		return err
	}
	return writeFile(filepath.Join(w.dir, propertiesFile), w.record.properties(w.d.settings.Host))
}

// restore makes the directory again when somebody has removed it: the connector is still
// there, and what is needed is known.
func (w *worker) restore() error {
	if _, err := os.Stat(filepath.Join(w.dir, recordFile)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(w.dir, dirMode); err != nil {
		return fmt.Errorf("make the directory of a worker again: %w", err)
	}
	return writeJSON(filepath.Join(w.dir, recordFile), w.record)
}

// checkPorts gives the worker other ports when somebody else uses its own: without
// them it would never start again.
func (w *worker) checkPorts() error {
	r := w.record
	if w.d.ports.unused(r.Port) && w.d.ports.unused(r.AdminPort) {
		return nil
	}
	port, admin, err := w.d.ports.takePair()
	if err != nil {
		return err
	}
	r.Port, r.AdminPort = port, admin
	if err := writeJSON(filepath.Join(w.dir, recordFile), r); err != nil {
		w.d.ports.release(port, admin)
		return err
	}
	w.d.ports.release(w.record.Port, w.record.AdminPort)
	w.record = r
	w.tell(Moved, 0, fmt.Sprintf("another process listens on its ports; it now has %d and %d", port, admin), nil)
	return nil
}

// died is called when the process has ended of itself, or was killed.
func (w *worker) died() {
	p := w.process
	kind, reason := Died, p.end
	if outOfMemory(p.Cgroup) {
		kind, reason = TooLarge, fmt.Sprintf("the kernel killed it above its memory of %d bytes: %s", w.d.memory(w.record.MCUs), p.end)
	}
	w.failed()
	w.tell(kind, p.Identity.PID, reason, tail(filepath.Join(w.dir, logFile), p.LogFrom))
}

// failed counts a process that is gone, and sets when the next one comes.
func (w *worker) failed() {
	if time.Since(w.process.Started) >= w.d.settings.Stable {
		w.failures = 0
	}
	w.failures++
	w.process = nil
	w.startAt = time.Now().Add(w.d.settings.backoff(w.failures))
}

// halt stops the process, if there is one.
func (w *worker) halt(ctx context.Context, kind EventKind, reason string) error {
	p := w.process
	if p == nil {
		return nil
	}
	w.setState(Stopping)
	if err := p.stop(ctx, w.d.settings.Grace); err != nil {
		return err
	}
	w.failed()
	w.tell(kind, p.Identity.PID, reason, nil)
	return nil
}

// restart stops the process and starts one with the settings of next, which is a
// record of the same worker.
func (w *worker) restart(ctx context.Context, next record) error {
	next.Port, next.AdminPort = w.record.Port, w.record.AdminPort
	if err := writeJSON(filepath.Join(w.dir, recordFile), next); err != nil {
		return err
	}
	w.record = next
	if err := w.halt(ctx, Stopped, "to be restarted"); err != nil {
		return err
	}
	w.failures = 0
	return w.start(ctx, Started)
}

// differs reports whether the worker has, or its process was started with, other
// settings.
func (w *worker) differs(next record) bool {
	want := next.revision()
	return w.record.revision() != want || w.process != nil && w.process.Revision != want
}

// shrink restarts a process that was found above its memory, unless it is gone.
func (w *worker) shrink(ctx context.Context, is identity, reason string) error {
	if w.process == nil || w.process.Identity != is {
		return nil
	}
	return w.halt(ctx, TooLarge, reason)
}

// replace stops a process that does not answer any more, unless it is gone.
func (w *worker) replace(ctx context.Context, is identity, reason string) error {
	if w.process == nil || w.process.Identity != is {
		return nil
	}
	return w.halt(ctx, Died, reason)
}

// leave stops the worker and removes all of it. Whatever interrupts that, the next
// Open goes on with it.
func (w *worker) leave(ctx context.Context) error {
	w.record.Leaving = true
	w.show()
	err := writeJSON(filepath.Join(w.dir, recordFile), w.record)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // somebody else removed it
		return err
	}
	groups := []string{w.d.cgroups.dir(w.id)}
	if w.process != nil {
		groups = append(groups, w.process.Cgroup) // an earlier driver may have had others
	}
	if err := w.halt(ctx, Stopped, "to be removed"); err != nil {
		return err
	}
	w.startAt = time.Time{}
	if err := sweep(ctx, w.dir); err != nil {
		return err
	}
	for _, group := range groups {
		w.note("remove its control group", removeGroup(group))
	}
	w.d.settings.Leaving(ctx, w.snapshot())
	if err := os.RemoveAll(w.dir); err != nil {
		return fmt.Errorf("remove the directory of a worker: %w", err)
	}
	w.left = true
	w.d.drop(w)
	w.tell(Removed, 0, "", nil)
	return nil
}

func (w *worker) tell(kind EventKind, pid int, reason string, lines []string) {
	if kind == Died || kind == TooLarge {
		w.mu.Lock()
		w.view.LastDeath = reason
		w.mu.Unlock()
		w.note("say in its log how it ended", w.lastLine(reason))
	}
	w.d.event(Event{Kind: kind, Fleet: w.record.Fleet, Worker: w.id, PID: pid, Reason: reason, Lines: lines})
}
