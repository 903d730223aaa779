package objectstore

import (
	"context"
	"sync/atomic"
)

// rotation is all open files of a partition, committed together.
type rotation struct {
	files       []*file
	start, next int64 // offset of the first record, and of the first one after it
}

// line keeps the objects of a partition in order: each completes after the one
// before it, and none does after a failure. What stands in it is written by the
// goroutine whose turn it is; the owner reads it after wait.
type line struct {
	sink   *Sink
	last   chan struct{} // closed when the turn of the last object is over
	broken atomic.Bool   // there is a failure: what comes later is in vain

	done    int64 // offset after the last rotation that is complete, noOffset for none
	failure *failure
}

// failure says what went wrong first.
type failure struct {
	err      error
	rotation *rotation
	file     int // position in the rotation
	key      string
}

// place is where an object stands in its rotation.
type place struct {
	rotation *rotation
	file     int
	endsFile bool
	endsAll  bool
	tagged   *object // the data object, when it gets tags after endsFile
	onlyNew  bool
}

// push starts to upload the rest of an object and to complete it in its turn.
func (l *line) push(ctx context.Context, o *object, rest *part, p place) error {
	before, done := l.last, make(chan struct{})
	err := l.sink.start(ctx, func() {
		defer close(done)
		wait(o.sent)
		if o.err == nil && !l.broken.Load() {
			o.err = o.put(ctx, rest)
		}
		rest.release()
		wait(before)
		l.turn(ctx, o, p)
	})
	if err != nil {
		return err
	}
	l.last = done
	return nil
}

// turn completes an object.
func (l *line) turn(ctx context.Context, o *object, p place) {
	if l.failure != nil {
		o.abort(ctx)
		return
	}
	err := o.err
	if err == nil {
		if err = l.sink.Bucket.Complete(ctx, o.upload, o.tags, p.onlyNew); err == nil {
			o.upload.ID = ""
		}
	}
	if err == nil && p.endsFile && p.tagged != nil {
		err = l.sink.tag(ctx, p.tagged.upload.Key, p.rotation.files[p.file])
	}
	if err != nil {
		l.failure = &failure{err, p.rotation, p.file, o.upload.Key}
		l.broken.Store(true)
		return
	}
	if p.endsAll {
		l.done = p.rotation.next
	}
}

// wait returns when no object is under way.
func (l *line) wait() {
	wait(l.last)
	l.last = nil
}

// start runs a job as soon as there is room for one more. Jobs wait only for jobs
// that started earlier, so there is always one that goes on.
func (s *Sink) start(ctx context.Context, job func()) error {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	go func() {
		defer func() { <-s.slots }()
		job()
	}()
	return nil
}
