package membership

import (
	"cmp"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/group/assign"
	"github.com/millrace/millrace/internal/group/protocol"
)

// leadership is what the leader decided in a rebalance.
type leadership struct {
	plan        *assign.Plan
	assignments []kmsg.SyncGroupRequestGroupAssignment
}

// lead assigns the work of the group.
func (m *Member) lead(j *joined) *leadership {
	round := assign.Round{
		Leader: m.id, Configuration: j.configuration, Fresh: m.s.Configuration,
		LastCompleted: m.completed, Generation: m.generation, Now: time.Now(),
	}
	for _, r := range j.response.Members {
		meta, err := protocol.ReadMetadata(r.ProtocolMetadata)
		if err != nil {
			m.log.Warn("member gets no work: its metadata cannot be read", "group", m.s.GroupID, "member", r.MemberID, "err", err)
			continue
		}
		round.Members = append(round.Members, assign.Member{ID: r.MemberID, Metadata: meta})
	}
	slices.SortFunc(round.Members, func(a, b assign.Member) int { return cmp.Compare(a.ID, b.ID) })
	plan := m.divide(j.mode, round)
	return &leadership{plan, m.encode(j, plan)}
}

func (m *Member) divide(mode protocol.Mode, round assign.Round) *assign.Plan {
	if !mode.Cooperative() {
		return assign.Eager(round)
	}
	plan := m.assignor.Assign(round)
	for _, a := range plan.Assignments {
		a.HandsOver = m.s.Handover
	}
	state := m.assignor.State()
	m.log.Info("work assigned", "group", m.s.GroupID, "generation", round.Generation,
		"members", len(round.Members), "delay", state.Delay)
	return plan
}

// encode returns one assignment for each member, also for those that are not in
// the plan.
func (m *Member) encode(j *joined, plan *assign.Plan) []kmsg.SyncGroupRequestGroupAssignment {
	var list []kmsg.SyncGroupRequestGroupAssignment
	for _, r := range j.response.Members {
		a := plan.Assignments[r.MemberID]
		if a == nil {
			a = m.nothing(plan)
		}
		b, err := protocol.AppendAssignment(nil, j.mode, a)
		if err != nil {
			m.log.Error("member gets no work: its assignment cannot be written", "group", m.s.GroupID, "member", r.MemberID, "err", err)
			b, _ = protocol.AppendAssignment(nil, j.mode, m.nothing(plan))
		}
		one := kmsg.NewSyncGroupRequestGroupAssignment()
		one.MemberID, one.MemberAssignment = r.MemberID, b
		list = append(list, one)
	}
	return list
}

// nothing is the assignment of a member that gets no work.
func (m *Member) nothing(plan *assign.Plan) *protocol.Assignment {
	own := plan.Assignments[m.id]
	if own == nil {
		return &protocol.Assignment{Leader: m.id, LeaderURL: m.s.URL}
	}
	return &protocol.Assignment{
		Error: own.Error, Leader: own.Leader, LeaderURL: own.LeaderURL, ConfigOffset: own.ConfigOffset, Delay: own.Delay,
	}
}
