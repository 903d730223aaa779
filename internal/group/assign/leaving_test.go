package assign

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/internal/group/protocol"
)

// handOver is a round in which members have stopped all they ran and say that
// they are leaving.
func (g *group) handOver(ids ...string) *Plan {
	for _, id := range ids {
		g.members[id] = protocol.Work{}
	}
	r := g.round()
	for _, m := range r.Members {
		m.Metadata.Leaving = slices.Contains(ids, m.ID)
	}
	plan := g.assignor.Assign(r)
	g.completed = g.generation
	for id, a := range plan.Assignments {
		g.members[id] = merge(g.members[id], a)
	}
	for _, id := range ids {
		delete(g.members, id)
	}
	return plan
}

func (g *group) wantRound(t *testing.T, plan *Plan, delay int32, want ...string) {
	t.Helper()
	if got := changes(plan); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	for id, a := range plan.Assignments {
		if a.Delay != delay {
			t.Errorf("%s waits %d ms, want %d", id, a.Delay, delay)
		}
	}
}

func grownGroup(t *testing.T) *group {
	t.Helper()
	g := newGroup(fiveMinutes, map[string]int{"A": 4, "B": 4})
	g.play(t, grown) // W1: B,B-1..3; W2: A,A-1..3; W3: A-0,B-0
	return g
}

func TestHandOver(t *testing.T) {
	g := grownGroup(t)
	g.wantRound(t, g.handOver("W2"), 0, "+A-3", "", "+A,A-1,A-2")
	g.wantRound(t, g.rebalance(), 0, "", "")
	if err := g.check(); err != nil {
		t.Error(err)
	}
}

func TestHandOverOfTwo(t *testing.T) {
	g := grownGroup(t)
	g.wantRound(t, g.handOver("W1", "W2"), 0, "", "", "+A,B,A-1,A-2,A-3,B-1,B-2,B-3")
	g.wantRound(t, g.rebalance(), 0, "")
}

// TestHandOverDuringDelay expects that only what the leaving member had is handed
// out, while the work of a lost one goes on waiting.
func TestHandOverDuringDelay(t *testing.T) {
	g := grownGroup(t)
	g.play(t, []step{{at: 100000, before: leaving("W3"), delay: fiveMinutes, want: []string{"", ""}}})
	g.now = 150000
	g.wantRound(t, g.handOver("W2"), 250000, "+A,A-1,A-2,A-3", "")
	g.play(t, []step{
		{at: 150000, delay: 250000, want: []string{""}},
		{at: 400000, want: []string{"+A-0,B-0"}},
	})
}

// TestHandOverOfCandidate expects that a member that is about to leave does not
// get what waits for members that came.
func TestHandOverOfCandidate(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 1})
	g.play(t, []step{
		{before: joining("W1", "W2"), want: []string{"+A,A-0", ""}},
		{before: leaving("W1"), delay: fiveMinutes, want: []string{""}},
		{at: 1000, before: joining("W3"), delay: fiveMinutes - 1000, want: []string{"", ""}},
	})
	g.now = fiveMinutes
	g.wantRound(t, g.handOver("W3"), 0, "+A,A-0", "")
}

func TestHandOverToNobody(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 1})
	g.play(t, []step{{before: joining("W1"), want: []string{"+A,A-0"}}})
	g.wantRound(t, g.handOver("W1"), 0, "")
	g.play(t, []step{{before: joining("W2"), want: []string{"+A,A-0"}}})
}

func TestEagerLeaving(t *testing.T) {
	r := Round{Configuration: Configuration{Connectors: map[string]int{"A": 1}}}
	for _, id := range []string{"m1", "m2"} {
		r.Members = append(r.Members, Member{ID: id, Metadata: &protocol.Metadata{Leaving: id == "m1"}})
	}
	if got, want := changes(Eager(r)), []string{"", "+A,A-0"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	r.Members = r.Members[:1]
	if got := changes(Eager(r)); !slices.Equal(got, []string{""}) {
		t.Errorf("nobody stays: told %q", got)
	}
}
