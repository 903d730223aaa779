package assign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/group/protocol"
)

// group plays a group: members that obey a leader.
type group struct {
	assignor   *Cooperative
	connectors map[string]int
	members    map[string]protocol.Work
	now        int64 // ms
	generation int32
	completed  int32
}

func newGroup(maxDelay int64, connectors map[string]int) *group {
	g := &group{connectors: connectors, members: map[string]protocol.Work{}, completed: -1}
	g.assignor = NewCooperative(time.Duration(maxDelay) * time.Millisecond)
	return g
}

func (g *group) join(ids ...string) {
	for _, id := range ids {
		g.members[id] = protocol.Work{}
	}
}

func (g *group) round() Round {
	g.generation++
	r := Round{
		Configuration: Configuration{Connectors: g.connectors},
		LastCompleted: g.completed, Generation: g.generation, Now: time.UnixMilli(1e6 + g.now),
	}
	for id, work := range g.members {
		r.Members = append(r.Members, Member{ID: id, Metadata: &protocol.Metadata{
			URL: "http://" + id, Allocation: &protocol.Assignment{Assigned: work},
		}})
	}
	slices.SortFunc(r.Members, func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	r.Leader = r.Members[0].ID
	return r
}

// rebalance runs a round that every member obeys, except those that ignore it.
func (g *group) rebalance(ignore ...string) *Plan {
	plan := g.assignor.Assign(g.round())
	g.completed = g.generation
	for id, a := range plan.Assignments {
		if !slices.Contains(ignore, id) {
			g.members[id] = merge(g.members[id], a)
		}
	}
	return plan
}

// merge is what a worker runs after an assignment.
func merge(old protocol.Work, a *protocol.Assignment) protocol.Work {
	kept := itemsOf(old).minus(setOf(itemsOf(a.Revoked)))
	return slices.Concat(itemsOf(a.Assigned), kept).work()
}

// settle runs rounds until one changes nothing, and passes delays.
func (g *group) settle() int {
	for n := 1; ; n++ {
		plan := g.rebalance()
		if g.assignor.State().Delay == 0 && !slices.ContainsFunc(changes(plan), func(s string) bool { return s != "" }) {
			return n
		}
		g.now += g.assignor.State().Delay.Milliseconds()
	}
}

// changes tells what every member gets and loses, by member id.
func changes(plan *Plan) []string {
	var list []string
	for _, id := range sortedKeys(plan.Assignments) {
		a := plan.Assignments[id]
		list = append(list, strings.TrimSpace(told(" +", a.Assigned)+told(" -", a.Revoked)))
	}
	return list
}

// told names the connectors and tasks in order, with a sign before them.
func told(sign string, w protocol.Work) string {
	if w.Empty() {
		return ""
	}
	names := slices.Sorted(slices.Values(w.Connectors))
	for _, id := range items(slices.Clone(w.Tasks)).sorted() {
		names = append(names, id.String())
	}
	return sign + strings.Join(names, ",")
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// check returns what is wrong with a settled group: work that is not run once,
// or not balanced.
func (g *group) check() error {
	seen := map[item]string{}
	for id, work := range g.members {
		for _, it := range itemsOf(work) {
			if other, twice := seen[it]; twice {
				return fmt.Errorf("%v on %s and %s", it, id, other)
			}
			seen[it] = id
		}
	}
	configured := Configuration{Connectors: g.connectors}.items()
	if missing := configured.minus(setOf(keysOf(seen))); len(missing) > 0 || len(seen) != len(configured) {
		return fmt.Errorf("%d run, %d configured, missing %v", len(seen), len(configured), missing)
	}
	return g.even(configured)
}

func (g *group) even(configured items) error {
	connectors, tasks := configured.split()
	for id, work := range g.members {
		if n := len(g.members); over(len(work.Connectors), len(connectors), n) || over(len(work.Tasks), len(tasks), n) {
			return fmt.Errorf("%s runs %d connectors and %d tasks of %d and %d on %d members",
				id, len(work.Connectors), len(work.Tasks), len(connectors), len(tasks), n)
		}
	}
	return nil
}

// over reports whether have is not one of n even parts of total.
func over(have, total, n int) bool { return have < total/n || have > (total+n-1)/n }

func keysOf(m map[item]string) items {
	var l items
	for it := range m {
		l = append(l, it)
	}
	return l
}
