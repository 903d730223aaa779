package distributed

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/internal/group/assign"
	"github.com/millrace/millrace/internal/group/protocol"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/state"
)

// view is what requests need to know of the group. The owner replaces it; it does
// not change.
type view struct {
	settled   bool // the last rebalance is over and its configurations were read
	stopping  bool
	why       string // it is not settled
	since     time.Time
	memberID  string
	leader    bool
	leaderURL string
	mode      protocol.Mode
	plan      *assign.Plan  // leader only
	changed   chan struct{} // closed when there is a newer view
}

// publish replaces the view.
func (h *Herder) publish(v view) {
	old := h.view.Load()
	v.changed = make(chan struct{})
	if v.since = old.since; v.settled != old.settled {
		v.since = time.Now()
	}
	h.view.Store(&v)
	close(old.changed)
}

// awaitSettled waits until no rebalance is under way.
func (h *Herder) awaitSettled(ctx context.Context) (*view, error) {
	for {
		v := h.view.Load()
		switch {
		case v.stopping:
			return nil, herder.Fail(herder.Unavailable, "Worker is shutting down")
		case v.settled:
			return v, nil
		}
		select {
		case <-v.changed:
		case <-ctx.Done():
			return nil, &herder.Error{
				Reason: herder.TimedOut, Err: ctx.Err(),
				Msg: fmt.Sprintf("Request timed out. %s It began at %s", v.why, v.since.UTC().Format(time.RFC3339)),
			}
		}
	}
}

// requireLeader returns an *herder.Elsewhere unless this worker leads the group.
func (h *Herder) requireLeader(ctx context.Context) (*view, error) {
	v, err := h.awaitSettled(ctx)
	if err == nil && !v.leader {
		err = &herder.Elsewhere{URL: v.leaderURL}
	}
	return v, err
}

// ownerURL returns the URL of the worker that runs a connector or task, "" when none
// does. Only the leader knows.
func (v *view) ownerURL(id state.TaskID) string {
	if v.plan == nil {
		return ""
	}
	for member, work := range v.plan.Owned {
		if has(work, id) {
			return v.plan.URLs[member]
		}
	}
	return ""
}

func has(w protocol.Work, id state.TaskID) bool {
	if id.Task == connectorItself {
		for _, c := range w.Connectors {
			if c == id.Connector {
				return true
			}
		}
		return false
	}
	for _, t := range w.Tasks {
		if state.TaskID(t) == id {
			return true
		}
	}
	return false
}

// unsettledLimit is how long a rebalance may take before the worker counts as
// unhealthy.
const unsettledLimit = 10 * time.Second

// Ready tells whether the herder can answer every request.
func (h *Herder) Ready() (bool, string) {
	v := h.view.Load()
	switch {
	case v.stopping:
		return false, "The worker is shutting down."
	case !v.settled && (v.memberID == "" || time.Since(v.since) > unsettledLimit):
		return false, fmt.Sprintf("%s It began at %s.", v.why, v.since.UTC().Format(time.RFC3339))
	}
	return true, ""
}
