package operate

import (
	"context"
	"sync"

	"github.com/millrace/millrace/internal/msk/model"
)

// turns lets one piece of work at a time be done on a resource. The zero value is
// ready.
type turns struct {
	mu   sync.Mutex
	busy map[model.ARN]*turn
}

type turn struct {
	token chan struct{} // holds a value while somebody has the turn
	// Guarded by turns.mu.
	users  int                // that have it or wait for it
	takers int                // of these, those that take it
	recall context.CancelFunc // takes it back from whom it was lent to; nil when it was not
}

// take waits for the turn, which whoever it was lent to gives back. The caller calls
// done.
func (t *turns) take(ctx context.Context, arn model.ARN) (done func(), err error) {
	at := t.join(arn)
	t.demand(at, 1)
	defer t.demand(at, -1)
	return t.wait(ctx, arn, at)
}

// lend waits for the turn and has it until somebody else takes it: then lent ends. The
// caller calls done.
func (t *turns) lend(ctx context.Context, arn model.ARN) (lent context.Context, done func(), err error) {
	at := t.join(arn)
	finish, err := t.wait(ctx, arn, at)
	if err != nil {
		return nil, nil, err
	}
	lent, done = t.revocable(ctx, at, finish)
	return lent, done, nil
}

// tryLend is lend for a turn that nobody has.
func (t *turns) tryLend(ctx context.Context, arn model.ARN) (lent context.Context, done func(), ok bool) {
	at := t.join(arn)
	select {
	case at.token <- struct{}{}:
		lent, done = t.revocable(ctx, at, func() { <-at.token; t.leave(arn, at) })
		return lent, done, true
	default:
		t.leave(arn, at)
		return nil, nil, false
	}
}

// revocable lets those that take a turn end what somebody does who has it.
func (t *turns) revocable(ctx context.Context, at *turn, finish func()) (lent context.Context, done func()) {
	lent, recall := context.WithCancel(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.recall = recall; at.takers > 0 {
		recall()
	}
	return lent, func() {
		t.mu.Lock()
		at.recall = nil
		t.mu.Unlock()
		recall()
		finish()
	}
}

// demand counts those that take a turn.
func (t *turns) demand(at *turn, more int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.takers += more; at.takers > 0 && at.recall != nil {
		at.recall()
	}
}

// wait waits for the turn of one that has joined.
func (t *turns) wait(ctx context.Context, arn model.ARN, at *turn) (done func(), err error) {
	select {
	case at.token <- struct{}{}:
		return func() { <-at.token; t.leave(arn, at) }, nil
	case <-ctx.Done():
		t.leave(arn, at)
		return nil, ctx.Err()
	}
}

func (t *turns) join(arn model.ARN) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.busy[arn]
	if at == nil {
		at = &turn{token: make(chan struct{}, 1)}
		if t.busy == nil {
			t.busy = map[model.ARN]*turn{}
		}
		t.busy[arn] = at
	}
	at.users++
	return at
}

func (t *turns) leave(arn model.ARN, at *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.users--; at.users == 0 {
		delete(t.busy, arn)
	}
}
