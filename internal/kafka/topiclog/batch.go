package topiclog

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// errUnsettled stands for an outcome that is not known yet.
var errUnsettled = errors.New("not acknowledged yet")

// batch is the outcome of records that are written together.
type batch struct {
	done   chan struct{} // closed when all are settled
	finish func([]error) // called before
	of     *flights      // that it leaves before, nil for none

	mu   sync.Mutex
	errs []error
	left int
}

func newBatch(n int, finish func([]error)) *batch {
	b := &batch{done: make(chan struct{}), finish: finish, errs: slices.Repeat([]error{errUnsettled}, n), left: n}
	if n == 0 {
		b.end()
	}
	return b
}

func (b *batch) end() {
	if b.of != nil {
		b.of.leave(b)
	}
	b.finish(b.errs)
	close(b.done)
}

func (b *batch) settle(i int, err error) {
	b.mu.Lock()
	b.errs[i] = err
	b.left--
	last := b.left == 0
	b.mu.Unlock()
	if last {
		b.end()
	}
}

func (b *batch) refuse(err error) {
	for i := range b.errs {
		b.settle(i, err)
	}
}

// result returns the outcomes so far, with cause for those that are not settled.
func (b *batch) result(cause error) []error {
	b.mu.Lock()
	defer b.mu.Unlock()
	errs := slices.Clone(b.errs)
	for i, err := range errs {
		if err == errUnsettled {
			errs[i] = cause
		}
	}
	return errs
}

// flights are the batches under way.
type flights struct {
	mu   sync.Mutex
	open map[*batch]struct{}
}

func (f *flights) begin(b *batch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[*batch]struct{}{}
	}
	b.of = f
	f.open[b] = struct{}{}
}

func (f *flights) leave(b *batch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, b)
}

// wait returns when all batches are settled that were under way when it was called,
// or with the error of ctx.
func (f *flights) wait(ctx context.Context) error {
	f.mu.Lock()
	open := make([]*batch, 0, len(f.open))
	for b := range f.open {
		open = append(open, b)
	}
	f.mu.Unlock()
	for _, b := range open {
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}
