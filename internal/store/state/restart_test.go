package state

import (
	"slices"
	"testing"
)

func TestRestartOrder(t *testing.T) {
	ordered := []RestartRequest{
		{"c", true, false},
		{"c", true, true},
		{"c", false, false},
		{"c", false, true},
		{"d", true, false},
		{"\U0001F600", true, false},
		{"\uFFFD", true, false},
	}
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := a.Compare(b); got != want {
				t.Errorf("%v to %v: %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestRestartPlan(t *testing.T) {
	tasks := map[int]State{2: Failed, 0: Running, 1: Failed}
	cases := []struct {
		request   RestartRequest
		connector State
		restarts  bool
		tasks     []int
	}{
		{RestartRequest{"c", false, false}, Running, true, nil},
		{RestartRequest{"c", false, true}, Running, true, []int{0, 1, 2}},
		{RestartRequest{"c", true, true}, Running, false, []int{1, 2}},
		{RestartRequest{"c", true, false}, Failed, true, nil},
		{RestartRequest{"c", true, false}, Paused, false, nil},
	}
	for _, c := range cases {
		p := c.request.Plan(c.connector, tasks)
		if p.Connector != c.restarts || !slices.Equal(p.Tasks, c.tasks) {
			t.Errorf("%v of a %s connector: %+v", c.request, c.connector, p)
		}
	}
}
