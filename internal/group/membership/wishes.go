package membership

import (
	"slices"
	"sync"

	"github.com/millrace/millrace/internal/group/protocol"
)

// wishes are what the herder wants of its member, until the member comes by.
type wishes struct {
	mu      sync.Mutex
	pending wish
	wake    chan struct{} // holds one
}

// wish is what was wanted since the last look.
type wish struct {
	rejoin, drop       bool
	rejoinWhy, dropWhy string
	released           protocol.Work
}

func newWishes() *wishes { return &wishes{wake: make(chan struct{}, 1)} }

func (w *wishes) add(change func(*wish)) {
	w.mu.Lock()
	change(&w.pending)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take returns and forgets what is wanted.
func (w *wishes) take() wish {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.pending
	w.pending = wish{}
	return p
}

// takeReleased returns and forgets what was released, and keeps the rest.
func (w *wishes) takeReleased() protocol.Work {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.pending.released
	w.pending.released = protocol.Work{}
	return p
}

func (w *wishes) wantsDrop() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pending.drop
}

// without returns what of work is not in other, in order.
func without(work, other protocol.Work) protocol.Work {
	return protocol.Work{Connectors: minus(work.Connectors, other.Connectors), Tasks: minus(work.Tasks, other.Tasks)}
}

// merged returns first and what second has besides, in order.
func merged(first, second protocol.Work) protocol.Work {
	second = without(second, first)
	return protocol.Work{
		Connectors: slices.Concat(first.Connectors, second.Connectors),
		Tasks:      slices.Concat(first.Tasks, second.Tasks),
	}
}

func minus[T comparable](list, other []T) []T {
	gone := make(map[T]struct{}, len(other))
	for _, v := range other {
		gone[v] = struct{}{}
	}
	var rest []T
	for _, v := range list {
		if _, ok := gone[v]; !ok {
			rest = append(rest, v)
		}
	}
	return rest
}
