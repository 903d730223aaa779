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
	users int           // that have it or wait for it; guarded by turns.mu
}

// take waits for the turn. The caller calls done.
func (t *turns) take(ctx context.Context, arn model.ARN) (done func(), err error) {
	at := t.join(arn)
	select {
	case at.token <- struct{}{}:
		return func() { <-at.token; t.leave(arn, at) }, nil
	case <-ctx.Done():
		t.leave(arn, at)
		return nil, ctx.Err()
	}
}

// try takes the turn if nobody has it. The caller calls done.
func (t *turns) try(arn model.ARN) (done func(), ok bool) {
	at := t.join(arn)
	select {
	case at.token <- struct{}{}:
		return func() { <-at.token; t.leave(arn, at) }, true
	default:
		t.leave(arn, at)
		return nil, false
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
