package assign

import (
	"slices"

	"github.com/millrace/millrace/internal/group/protocol"
)

// Eager deals all connectors, then all tasks, to the members in turn.
func Eager(r Round) *Plan {
	offset, ok := r.agreed()
	if !ok {
		return r.mismatch(offset)
	}
	plan := r.plan(protocol.NoError, offset)
	staying := slices.DeleteFunc(slices.Clone(r.Members), func(m Member) bool { return m.Metadata.Leaving })
	if len(staying) == 0 {
		return plan
	}
	next := dealer(staying)
	dealt := map[string]items{}
	connectors, tasks := r.Configuration.items().split()
	for _, it := range slices.Concat(connectors, tasks) {
		id := next()
		dealt[id] = append(dealt[id], it)
	}
	for id, list := range dealt {
		plan.Assignments[id].Assigned = list.work()
		plan.Owned[id] = list.work()
	}
	return plan
}

// dealer returns a function that names the members in turn, by id.
func dealer(members []Member) func() string {
	ids := make([]string, 0, len(members))
	for _, m := range members {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	turn := 0
	return func() string {
		id := ids[turn%len(ids)]
		turn++
		return id
	}
}
