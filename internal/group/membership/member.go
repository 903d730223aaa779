package membership

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/internal/group/assign"
	"github.com/millrace/millrace/internal/group/protocol"
)

// Member is a worker's membership of its group. Methods are safe for concurrent
// use.
type Member struct {
	s        Settings
	listener Listener
	log      *slog.Logger
	wishes   *wishes
	state    atomic.Pointer[State]
	meters   *meters

	stop    context.CancelFunc
	done    chan struct{} // closed when the goroutine has ended
	leaving sync.Once
	left    error // of Leave

	// What follows belongs to the member's goroutine; after done, to Leave.

	phase      Phase
	id         string
	generation int32 // -1: none
	mode       protocol.Mode
	assignment *protocol.Assignment // received, with what the worker kept; nil: none
	granted    protocol.Work        // what the group believes that the worker has
	completed  int32                // generation of the last completed rebalance; -1: none
	assignor   *assign.Cooperative

	rejoin  bool
	why     string // rejoin
	settled standing
	away    bool // dropped

	stopped  chan struct{} // closed when the worker has stopped everything; nil when it need not
	stopBy   time.Time     // when the member goes on without
	emptied  bool          // everything was revoked since the last assignment
	attempts int           // that failed in a row

	coordinator int32     // -1: unknown
	lostAt      time.Time // since when the coordinator does not answer; zero while it does
	answered    time.Time // last answer of the coordinator
	nextBeat    time.Time
}

const nobody int32 = -1 // no coordinator, no generation

// Join begins to join a group and returns at once. The caller calls Leave in the
// end.
func Join(s Settings, l Listener) *Member {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := &Member{
		s: s, listener: l, log: s.Log, wishes: newWishes(), stop: cancel, done: make(chan struct{}),
		meters: newMeters(s.Sampling), mode: s.Mode, assignor: assign.NewCooperative(s.MaxDelay),
		generation: nobody, completed: nobody, coordinator: nobody, phase: Discovering,
	}
	m.publish()
	go m.run(ctx)
	return m
}

// Rejoin asks for a rebalance. Several calls before it begins are one.
func (m *Member) Rejoin(reason string) {
	m.wishes.add(func(w *wish) { w.rejoin, w.rejoinWhy = true, reason })
}

// Drop leaves the group for a time, without losing what the worker runs. The
// member comes back, under a new id, when the worker has read the configurations
// as far as its last assignment wanted, or at the next Rejoin.
func (m *Member) Drop(reason string) {
	m.wishes.add(func(w *wish) { w.drop, w.dropWhy, w.rejoin = true, reason, false })
}

// Release tells that the worker has stopped work although it is assigned to it.
// From the next join on the group knows; Rejoin makes that soon. It is to be
// called after the newest Assigned was taken into account.
func (m *Member) Release(work protocol.Work) {
	m.wishes.add(func(w *wish) { w.released = merged(w.released, work) })
}

// Heartbeat returns when the coordinator last answered; zero for never.
func (m *Member) Heartbeat() time.Time { return m.State().Heartbeat }

// State returns what the member is doing. It never blocks.
func (m *Member) State() State { return *m.state.Load() }

func (m *Member) enter(p Phase) {
	if m.phase != p {
		m.phase = p
		m.log.Debug("group member changes phase", "phase", string(p), "generation", m.generation)
	}
	m.publish()
}

func (m *Member) publish() {
	m.state.Store(&State{
		Phase: m.phase, Coordinator: m.coordinator, Heartbeat: m.answered,
		MemberID: m.id, Generation: m.generation,
	})
}
