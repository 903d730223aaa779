package assign

import (
	"slices"
	"time"

	"github.com/millrace/millrace/internal/group/protocol"
)

// Cooperative leaves work where it is as far as it can. Work of a member that
// left waits for its return until a delay is over; balance is restored by
// revoking in one round and handing out in the next.
//
// It remembers its rounds, so a leader keeps one for as long as it lives. It is
// not safe for concurrent use.
type Cooperative struct {
	maxDelay time.Duration

	assigned   items            // held by members after the last round, or lost and waiting
	revoked    items            // by the last round
	generation int32            // of the last round
	members    []string         // of the last round, without those that were leaving
	held       map[string]items // by member, after the last round
	wait       wait
	balancing  balancing
}

// NewCooperative returns an assignor without history. Work of members that left
// waits for maxDelay, in whole milliseconds.
func NewCooperative(maxDelay time.Duration) *Cooperative {
	return &Cooperative{maxDelay: maxDelay, generation: -1}
}

// State is what an assignor waits for, for logs.
type State struct {
	Delay                time.Duration // until every member must join again; 0 for none
	Rebalance            time.Time     // when the delay is over; zero for none
	Candidates           []string      // members that came without work while work waits for an owner
	Revoking             bool          // the last round revoked to balance
	SuccessiveRevocation int           // how many rounds in a row wanted to
}

// State returns what the assignor waits for.
func (c *Cooperative) State() State {
	return State{
		Delay: c.wait.delay, Rebalance: c.wait.until, Candidates: slices.Clone(c.wait.candidates),
		Revoking: c.balancing.revoking, SuccessiveRevocation: c.balancing.successive,
	}
}

// Assign computes a round.
func (c *Cooperative) Assign(r Round) *Plan {
	offset, ok := r.agreed()
	if !ok {
		return r.mismatch(offset)
	}
	d := c.compare(&r)
	handOut := slices.Concat(d.created, c.handOver(d), c.lose(&r, d))
	c.rebalance(&r, d)
	d.shares.staying().handOut(handOut)
	c.remember(&r, d)
	return c.plan(&r, offset, d)
}

// remember keeps what the next round compares with.
func (c *Cooperative) remember(r *Round, d *difference) {
	c.revoked, c.assigned = nil, nil
	for _, s := range d.shares {
		c.revoked = append(c.revoked, s.revoked...)
		c.assigned = append(c.assigned, s.next...)
	}
	held := setOf(c.assigned.minus(setOf(c.revoked)), d.lost)
	c.assigned = held.sorted()
	c.generation = r.Generation
	c.members = c.members[:0]
	c.held = make(map[string]items, len(d.shares))
	for _, s := range d.shares.staying() {
		c.members = append(c.members, s.member)
		c.held[s.member] = s.next
	}
}

func (c *Cooperative) plan(r *Round, offset int64, d *difference) *Plan {
	p := r.plan(protocol.NoError, offset)
	for _, s := range d.shares {
		a := p.Assignments[s.member]
		a.Assigned = s.next.minus(setOf(s.current)).sorted().work()
		a.Revoked = s.revoked.work()
		a.Delay = c.wait.milliseconds()
		p.Owned[s.member] = s.next.work()
	}
	return p
}
