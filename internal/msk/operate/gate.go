package operate

import (
	"context"
	"sync"
	"time"
)

// gate lets only some at a time start workers, which takes the whole CPU for a moment.
// Workers that do not get ready take none: nobody keeps the others waiting for long.
type gate struct {
	places chan struct{}
	most   time.Duration // that a place is kept
}

func newGate(places int, most time.Duration) gate {
	return gate{make(chan struct{}, places), most}
}

// enter waits for a place. The caller calls leave.
func (g gate) enter(ctx context.Context) (leave func(), err error) {
	select {
	case g.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	give := sync.OnceFunc(func() { <-g.places })
	timer := time.AfterFunc(g.most, give)
	return func() {
		timer.Stop()
		give()
	}, nil
}
