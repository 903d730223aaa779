package statusstore

import (
	"slices"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/store/state"
)

// queueLimit is the number of waiting puts from which superseded ones are left out.
const queueLimit = 10_000

// item is a put that waits to be written, or a mark when done is set.
type item struct {
	record        Record
	status        state.Status
	safe          func() bool // tells whether it may still be written; nil when it may
	unconditional bool        // tried again whatever happened meanwhile
	number        int         // of the put
	done          chan struct{}
}

// latest is the newest put of a key.
type latest struct {
	number int
	at     time.Time
	status state.Status // zero for what is no status
}

// queue holds puts in their order. It is safe for concurrent use and never blocks.
type queue struct {
	arrived chan struct{} // capacity 1: there is something new

	mu         sync.Mutex
	items      []item
	limit      int
	newest     map[string]latest // by key, until the key is deleted
	puts       int
	generation int // of the newest status
	closed     bool
}

func newQueue() *queue {
	return &queue{arrived: make(chan struct{}, 1), newest: map[string]latest{}, limit: queueLimit}
}

func (q *queue) put(i item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.add(i)
	}
}

// amend puts what change makes of the newest status put under a key, nothing when there
// is none or change returns false. No other put gets between them; change may ask
// for other statuses, but put none.
func (q *queue) amend(key string, change func(state.Status) (item, bool)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	last, ok := q.newest[key]
	if !ok || last.status.State == "" || q.closed {
		return
	}
	if i, ok := change(last.status); ok {
		q.add(i)
	}
}

func (q *queue) add(i item) {
	q.puts++
	i.number = q.puts
	q.newest[string(i.record.Key)] = latest{i.number, time.Now(), i.status}
	if !i.unconditional {
		q.generation = i.status.Generation
	}
	q.items = append(q.items, i)
	if len(q.items) > q.limit {
		q.items = slices.DeleteFunc(q.items, func(i item) bool { return i.done == nil && q.superseded(i) })
		q.limit = max(queueLimit, 2*len(q.items))
	}
	q.tell()
}

// mark returns a channel that is closed when all before it was tried.
func (q *queue) mark() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	done := make(chan struct{})
	if q.closed {
		close(done)
		return done
	}
	q.items = append(q.items, item{done: done})
	q.tell()
	return done
}

func (q *queue) tell() {
	select {
	case q.arrived <- struct{}{}:
	default:
	}
}

// take returns up to n items, and whether there may be more some time.
func (q *queue) take(n int) (items []item, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = min(n, len(q.items))
	items = slices.Clone(q.items[:n])
	q.items = slices.Delete(q.items, 0, n)
	return items, !q.closed || n > 0
}

// back puts failed items before all others, those that still matter.
func (q *queue) back(failed []item) {
	// What a put asks about the statuses needs their lock, not this one.
	failed = slices.DeleteFunc(failed, func(i item) bool { return i.safe != nil && !i.safe() })
	q.mu.Lock()
	defer q.mu.Unlock()
	failed = slices.DeleteFunc(failed, func(i item) bool { return q.outdated(i) })
	q.items = slices.Concat(failed, q.items)
	q.tell()
}

// outdated tells whether a put that failed does not matter any more.
func (q *queue) outdated(i item) bool {
	if i.unconditional {
		return q.superseded(i)
	}
	_, exists := q.newest[string(i.record.Key)]
	return !exists || q.superseded(i) || i.status.Generation != q.generation
}

func (q *queue) superseded(i item) bool { return q.newest[string(i.record.Key)].number > i.number }

// forget notes that a key was deleted at some time.
func (q *queue) forget(key string, at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if put, ok := q.newest[key]; ok && !put.at.After(at) {
		delete(q.newest, key)
	}
}

// close takes no more puts.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.tell()
}
