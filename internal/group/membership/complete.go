package membership

import (
	"context"
	"time"

	"github.com/millrace/millrace/internal/group/protocol"
)

// complete ends a rebalance with the assignment that the member got.
func (m *Member) complete(ctx context.Context, j *joined, lead *leadership, b []byte) {
	a, err := protocol.ReadAssignment(b)
	if err != nil {
		m.log.Warn("the assignment cannot be read; going on without a new one", "group", m.s.GroupID, "err", err)
		a = &protocol.Assignment{ConfigOffset: j.configuration.Offset}
	}
	m.release(m.wishes.takeReleased())
	revoked := m.adopt(j.mode, a)
	m.settle(ctx)
	m.meters.end(m.granted)
	told := Assigned{
		MemberID: m.id, Generation: m.generation, Mode: m.mode,
		Leader: a.Leader != "" && a.Leader == m.id, LeaderURL: a.LeaderURL,
		Mismatch: a.Error != protocol.NoError, ConfigOffset: a.ConfigOffset,
		Work: m.granted, Revoked: revoked, Delay: time.Duration(a.Delay) * time.Millisecond,
	}
	if told.Leader && lead != nil {
		told.Plan = lead.plan
	}
	m.log.Info("rebalance complete", "group", m.s.GroupID, "generation", m.generation, "protocol", m.mode.String(),
		"leader", a.LeaderURL, "connectors", len(m.granted.Connectors), "tasks", len(m.granted.Tasks),
		"revoked", len(revoked.Connectors)+len(revoked.Tasks), "delay", told.Delay, "mismatch", told.Mismatch)
	m.listener.Assigned(told)
}

// adopt makes an assignment the member's. With a cooperative mode it keeps what it
// had and was not revoked; with the eager one it has only what it got, and
// whatever still runs besides is returned as revoked.
func (m *Member) adopt(mode protocol.Mode, a *protocol.Assignment) (revoked protocol.Work) {
	var had protocol.Work
	if m.assignment != nil {
		had = m.assignment.Assigned
	}
	switch {
	case mode.Cooperative():
		revoked = a.Revoked
		a.Assigned = merged(a.Assigned, without(had, revoked))
		a.Revoked = protocol.Work{}
	case !m.emptied:
		revoked = without(had, a.Assigned)
	}
	m.assignment, m.mode, m.granted = a, mode, a.Assigned
	return revoked
}

// settle makes the member stable in its generation.
func (m *Member) settle(ctx context.Context) {
	if m.completed == m.generation {
		// The coordinator answered as before: nothing has changed. Asking again
		// and again would not help.
		if m.attempts++; m.attempts > 2 {
			m.pause(ctx)
		}
	} else {
		m.attempts = 0
	}
	m.completed = m.generation
	m.rejoin, m.why = false, ""
	m.settled, m.emptied = settled, false
	m.enter(Stable)
}

// release forgets work that the worker has stopped.
func (m *Member) release(work protocol.Work) {
	if m.assignment == nil || work.Empty() {
		return
	}
	a := *m.assignment
	a.Assigned = without(a.Assigned, work)
	m.assignment = &a
}
