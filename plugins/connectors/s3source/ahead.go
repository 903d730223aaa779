package s3source

import (
	"context"
	"slices"
	"sync"
)

// Objects that are fetched while others are read, and how large they may be in bytes,
// with their keys and headers. Larger ones are read as they come.
const (
	atOnce     = 4
	smallBytes = 256 << 10
)

// ahead is the objects that come next, in order. It begins to open small ones before
// their turn, because to ask for an object takes longer than to read it.
type ahead struct {
	store store
	queue []*opening
}

// opening is an object on its way. What is behind done is written before it closes.
type opening struct {
	object *object
	cancel context.CancelFunc
	begun  bool
	done   chan struct{}

	reading *reading
	err     error
}

// push puts an object, or what the finder said in place of one, behind the others.
func (a *ahead) push(life context.Context, o *object, err error) {
	next := &opening{object: o, err: err, done: make(chan struct{})}
	if a.queue = append(a.queue, next); err != nil {
		next.begun = true
		close(next.done)
	} else if o.size() <= smallBytes {
		next.begin(life, a.store)
	}
}

// again puts an object in front of the others.
func (a *ahead) again(o *object) {
	a.queue = slices.Insert(a.queue, 0, &opening{object: o, done: make(chan struct{})})
}

// full tells whether nothing more is to be pushed for now.
func (a *ahead) full(limit int) bool {
	n := len(a.queue)
	return n >= limit || n > 0 && a.queue[n-1].object == nil
}

// begin starts to open the object.
func (o *opening) begin(life context.Context, s store) {
	if o.begun {
		return
	}
	o.begun = true
	life, o.cancel = context.WithCancel(life)
	from := o.object.from()
	go func() {
		defer close(o.done)
		o.reading, o.err = o.object.open(life, s, from)
	}()
}

// take waits until the first object is open and takes it out; nil when ctx ended
// before that, or there is none.
func (a *ahead) take(ctx, life context.Context) *opening {
	if len(a.queue) == 0 {
		return nil
	}
	first := a.queue[0]
	first.begin(life, a.store)
	select {
	case <-ctx.Done():
		return nil
	case <-first.done:
	}
	a.queue = a.queue[1:]
	if first.reading != nil {
		first.reading.cancel = first.cancel
	} else if first.cancel != nil {
		first.cancel()
	}
	return first
}

// stop gives up what is on its way.
func (a *ahead) stop() {
	var all sync.WaitGroup
	for _, o := range a.queue {
		if o.cancel == nil {
			continue
		}
		o.cancel()
		all.Go(func() {
			if <-o.done; o.reading != nil {
				o.reading.close()
			}
		})
	}
	all.Wait()
	a.queue = nil
}
