package assign

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/group/protocol"
)

const fiveMinutes = 300000

// step is a round: what happens before it, and what every member is told.
type step struct {
	at     int64
	before func(*group)
	delay  int64
	want   []string
}

func (g *group) play(t *testing.T, steps []step) {
	t.Helper()
	for i, s := range steps {
		g.now = s.at
		if s.before != nil {
			s.before(g)
		}
		plan := g.rebalance()
		if got := changes(plan); !slices.Equal(got, s.want) {
			t.Errorf("round %d: told %q, want %q", i+1, got, s.want)
		}
		for id, a := range plan.Assignments {
			if int64(a.Delay) != s.delay {
				t.Errorf("round %d: %s waits %d ms, want %d", i+1, id, a.Delay, s.delay)
			}
		}
	}
}

func joining(ids ...string) func(*group) { return func(g *group) { g.join(ids...) } }
func leaving(id string) func(*group)     { return func(g *group) { delete(g.members, id) } }

var grown = []step{
	{before: joining("W1"), want: []string{"+A,B,A-0,A-1,A-2,A-3,B-0,B-1,B-2,B-3"}},
	{before: joining("W2"), want: []string{"-A,A-0,A-1,A-2,A-3", ""}},
	{want: []string{"", "+A,A-0,A-1,A-2,A-3"}},
	{before: joining("W3"), want: []string{"-B-0", "-A-0", ""}},
	{want: []string{"", "", "+A-0,B-0"}},
}

func TestReturnWithinDelay(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 4, "B": 4})
	g.play(t, slices.Concat(grown, []step{
		{at: 100000, before: leaving("W2"), delay: 300000, want: []string{"", ""}},
		{at: 150000, delay: 250000, want: []string{"", ""}},
		{at: 400000, want: []string{"+A-3", "+A,A-1,A-2"}},
		{at: 600000, before: leaving("W3"), delay: 300000, want: []string{""}},
		{at: 660000, before: joining("W3b"), delay: 240000, want: []string{"", ""}},
		{at: 900000, want: []string{"", "+A,A-0,A-1,A-2,B-0"}},
	}))
}

func TestNoDelay(t *testing.T) {
	g := newGroup(0, map[string]int{"A": 4, "B": 4})
	g.play(t, slices.Concat(grown, []step{
		{before: leaving("W2"), want: []string{"+A-3", "+A,A-1,A-2"}},
	}))
}

func TestLeaderDies(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 4, "B": 4})
	g.play(t, slices.Concat(grown, []step{{want: []string{"", "", ""}, before: func(g *group) {
		g.assignor = NewCooperative(fiveMinutes * time.Millisecond)
	}}, {delay: 300000, want: []string{"", ""}, before: leaving("W1")}}))

	g = newGroup(fiveMinutes, map[string]int{"A": 4, "B": 4})
	g.play(t, slices.Concat(grown, []step{{want: []string{"+B-3", "+B,B-1,B-2"}, before: func(g *group) {
		g.assignor = NewCooperative(fiveMinutes * time.Millisecond)
		delete(g.members, "W1")
	}}}))
}

func TestSuccessiveRevocations(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 12})
	g.play(t, []step{
		{before: joining("W1"), want: []string{"+A,A-0,A-1,A-2,A-3,A-4,A-5,A-6,A-7,A-8,A-9,A-10,A-11"}},
		{before: joining("W2"), want: []string{"-A-0,A-1,A-2,A-3,A-4,A-5", ""}},
		{at: 10, before: joining("W3"), delay: 40, want: []string{"", "+A-0,A-2,A-4", "+A-1,A-3,A-5"}},
		{at: 60, want: []string{"-A-6,A-7", "", ""}},
		{at: 60, want: []string{"", "+A-6", "+A-7"}},
	})
}

func TestDuplicate(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 2, "B": 2})
	g.play(t, []step{
		{before: joining("W1", "W2"), want: []string{"+A,A-0,B-0", "+B,A-1,B-1"}},
		{before: func(g *group) {
			w := g.members["W2"]
			w.Tasks = append(w.Tasks, protocol.TaskID{Connector: "B", Task: 0})
			g.members["W2"] = w
		}, want: []string{"-B-0", "-B-0"}},
		{want: []string{"+B-0", ""}},
	})
}

func TestNotApplied(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 2})
	g.join("W1", "W2")
	g.rebalance("W2")
	g.play(t, []step{{want: []string{"", "+A-1"}}})
}

func TestRevocationNotApplied(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 2, "B": 2})
	g.join("W1", "W2")
	g.rebalance()
	delete(g.connectors, "B")
	gone := []string{"-B-0", "-B,B-1"}
	if got := changes(g.rebalance("W1", "W2")); !slices.Equal(got, gone) {
		t.Errorf("told %q, want %q", got, gone)
	}
	g.play(t, []step{{want: gone}, {want: []string{"", ""}}})
	if err := g.check(); err != nil {
		t.Error(err)
	}
}

func TestMismatch(t *testing.T) {
	round := func(fresh int64) Round {
		return Round{
			Leader: "m1", Configuration: Configuration{Offset: 3, Connectors: map[string]int{"A": 1}}, LastCompleted: -1, Generation: 1,
			Fresh: func() Configuration { return Configuration{Offset: fresh, Connectors: map[string]int{"B": 0}} },
			Members: []Member{
				{ID: "m1", Metadata: &protocol.Metadata{URL: "http://one/", ConfigOffset: 3}},
				{ID: "m2", Metadata: &protocol.Metadata{URL: "http://two/", ConfigOffset: 7}},
			},
		}
	}
	for name, assign := range map[string]func(Round) *Plan{"eager": Eager, "cooperative": NewCooperative(0).Assign} {
		a := assign(round(6)).Assignments["m2"]
		if a.Error != protocol.ConfigMismatch || a.ConfigOffset != 7 || !a.Assigned.Empty() || a.LeaderURL != "http://one/" {
			t.Errorf("%s: behind: %+v", name, a)
		}
		plan := assign(round(8))
		a = plan.Assignments["m1"]
		if a.Error != protocol.NoError || a.ConfigOffset != 8 || told("", a.Assigned) != "B" || plan.Configuration.Offset != 8 {
			t.Errorf("%s: renewed: %+v", name, a)
		}
	}
}

func TestEager(t *testing.T) {
	r := Round{Configuration: Configuration{Connectors: map[string]int{"A": 2, "B": 1}}}
	for _, id := range []string{"m2", "m1"} {
		r.Members = append(r.Members, Member{ID: id, Metadata: &protocol.Metadata{}})
	}
	if got, want := changes(Eager(r)), []string{"+A,A-0,B-0", "+B,A-1"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := Eager(Round{Configuration: r.Configuration}); len(got.Assignments) != 0 {
		t.Errorf("without members: %+v", got)
	}
}

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		n          int
		most, want int64
	}{
		{1, 0, 0},
		{9, 0, 0},
		{1, 1, 1},
		{1, 30, 30},
		{1, 40, 40},
		{2, 1000, 999},
		{1, fiveMinutes, 40},
		{2, fiveMinutes, 1600},
		{3, fiveMinutes, 64000},
		{4, fiveMinutes, fiveMinutes},
		{100000, fiveMinutes, fiveMinutes},
		{3, 60000, 60000},
		{9, 600000, 599999},
		{9, 1<<31 - 1, 1<<31 - 1},
	} {
		if got := backoff(c.n, time.Duration(c.most)*time.Millisecond).Milliseconds(); got != c.want {
			t.Errorf("backoff(%d, %d) = %d, want %d", c.n, c.most, got, c.want)
		}
	}
}

// TestConverges lets members, connectors and tasks come and go, and then expects
// every piece of work to run once, and evenly spread.
func TestConverges(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		g := newGroup([]int64{0, 1000, fiveMinutes}[seed%3], map[string]int{})
		g.join("w0")
		for n := range 30 {
			g.disturb(random, n)
			g.rebalance()
			g.now += random.Int64N(2000)
		}
		if rounds := g.settle(); rounds > 20 {
			t.Errorf("seed %d: %d rounds to settle", seed, rounds)
		}
		if err := g.check(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func (g *group) disturb(random *rand.Rand, n int) {
	name := string(rune('A' + random.IntN(6)))
	ids := sortedKeys(g.members)
	switch random.IntN(6) {
	case 0:
		g.join(fmt.Sprintf("w%d", n+1))
	case 1:
		if len(ids) > 1 {
			delete(g.members, ids[random.IntN(len(ids))])
		}
	case 2, 3:
		g.connectors[name] = random.IntN(12)
	case 4:
		delete(g.connectors, name)
	case 5: // loses all it had, but keeps its id
		g.join(ids[random.IntN(len(ids))])
	}
}

func TestState(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 1})
	g.join("W1", "W2")
	g.rebalance()
	delete(g.members, "W1")
	g.join("W3")
	g.rebalance()
	got := g.assignor.State()
	if got.Delay != fiveMinutes*time.Millisecond || !got.Rebalance.Equal(time.UnixMilli(1e6+fiveMinutes)) || strings.Join(got.Candidates, ",") != "W2,W3" {
		t.Errorf("state %+v", got)
	}
}

// TestDelayRoundedUp expects that members do not come back before the delay is
// over when a round falls between two milliseconds.
func TestDelayRoundedUp(t *testing.T) {
	g := newGroup(fiveMinutes, map[string]int{"A": 2})
	g.join("W1", "W2")
	g.rebalance()
	delete(g.members, "W2")
	for _, c := range []struct {
		at   time.Duration
		want int32
	}{{0, fiveMinutes}, {1500 * time.Microsecond, fiveMinutes - 1}, {fiveMinutes*time.Millisecond - 1, 1}, {fiveMinutes * time.Millisecond, 0}} {
		r := g.round()
		r.Now = time.UnixMilli(1e6).Add(c.at)
		plan := g.assignor.Assign(r)
		g.completed = g.generation
		if got := plan.Assignments["W1"].Delay; got != c.want {
			t.Errorf("after %v: told %d ms, want %d", c.at, got, c.want)
		}
	}
}
