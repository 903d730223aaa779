package autorestart

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/store/state"
)

func TestCounter(t *testing.T) {
	var c Counter
	a, b := state.TaskID{Connector: "a", Task: 1}, state.TaskID{Connector: "b"}
	if got := c.RestartSamples(); len(got) != 0 {
		t.Errorf("before the first: %+v", got)
	}
	for _, id := range []state.TaskID{a, b, a} {
		c.Add(id)
	}
	c.Forget(b)
	c.Add(b)
	c.ForgetConnector("b")
	if got := c.RestartSamples(); !slices.Equal(got, []metrics.Restarts{{Connector: "a", Task: 1, Total: 2}}) {
		t.Errorf("got %+v", got)
	}
}
