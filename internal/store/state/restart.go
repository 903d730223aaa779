package state

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// RestartRequest asks to restart a connector and, maybe, its tasks (KIP-745).
type RestartRequest struct {
	Connector    string
	OnlyFailed   bool // leave alone what has not failed
	IncludeTasks bool
}

// String returns the request as Connect's log messages name it.
func (r RestartRequest) String() string {
	return fmt.Sprintf("restart request for {connectorName='%s', onlyFailed=%t, includeTasks=%t}",
		r.Connector, r.OnlyFailed, r.IncludeTasks)
}

// impact grows with what a request may restart.
func (r RestartRequest) impact() int {
	rank := 0
	if !r.OnlyFailed {
		rank += 2
	}
	if r.IncludeTasks {
		rank++
	}
	return rank
}

// Compare orders requests by connector, then by how much they may restart. Of two
// pending requests for one connector the greater one is done.
func (r RestartRequest) Compare(o RestartRequest) int {
	return cmp.Or(compareUTF16(r.Connector, o.Connector), cmp.Compare(r.impact(), o.impact()))
}

// ForceConnectorOnly tells whether the request restarts the connector whatever its
// state, and nothing else.
func (r RestartRequest) ForceConnectorOnly() bool { return !r.OnlyFailed && !r.IncludeTasks }

// RestartsConnector tells whether a connector in such a state is restarted.
func (r RestartRequest) RestartsConnector(s State) bool { return !r.OnlyFailed || s == Failed }

// RestartsTask tells whether a task in such a state is restarted.
func (r RestartRequest) RestartsTask(s State) bool {
	return r.IncludeTasks && (!r.OnlyFailed || s == Failed)
}

// RestartPlan is what a request restarts, given the states at its time.
type RestartPlan struct {
	Request   RestartRequest
	Connector bool  // whether the connector itself is restarted
	Tasks     []int // the tasks to restart, in order
}

// Plan applies a request to the states of a connector and of its tasks.
func (r RestartRequest) Plan(connector State, tasks map[int]State) RestartPlan {
	p := RestartPlan{Request: r, Connector: r.RestartsConnector(connector)}
	for _, task := range slices.Sorted(maps.Keys(tasks)) {
		if r.RestartsTask(tasks[task]) {
			p.Tasks = append(p.Tasks, task)
		}
	}
	return p
}
