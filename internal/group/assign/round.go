package assign

import (
	"time"

	"github.com/millrace/millrace/internal/group/protocol"
)

// Configuration is what the leader knows of the work to divide.
type Configuration struct {
	Offset     int64          // offset after the last record read from the configuration topic
	Connectors map[string]int // number of tasks to run; 0 when a connector's task configurations are inconsistent
}

// Member is a worker of the group.
type Member struct {
	ID       string
	Metadata *protocol.Metadata // not nil
}

// Round is what the leader has at hand when it must assign.
type Round struct {
	Leader  string   // its own member id, one of Members
	Members []Member // Cooperative takes from earlier ones first

	Configuration Configuration
	Fresh         func() Configuration // called when a member has read further than Configuration; may be nil

	// Cooperative only.
	LastCompleted int32 // generation of the leader's last completed rebalance, -1 for none
	Generation    int32 // generation of this rebalance
	Now           time.Time
}

// Plan is the outcome of a round.
type Plan struct {
	Assignments   map[string]*protocol.Assignment // by member id
	Owned         map[string]protocol.Work        // by member id: what each runs once it has obeyed; empty after a mismatch
	URLs          map[string]string               // by member id
	Configuration Configuration                   // the one that was used
}

// agreed returns the offset up to which every member must have read the
// configurations, and whether the leader itself has got that far. It may renew
// the round's configuration.
func (r *Round) agreed() (offset int64, ok bool) {
	for i, m := range r.Members {
		if i == 0 || m.Metadata.ConfigOffset > offset {
			offset = m.Metadata.ConfigOffset
		}
	}
	if r.Configuration.Offset >= offset {
		return offset, true
	}
	if r.Fresh == nil {
		return offset, false
	}
	fresh := r.Fresh()
	if fresh.Offset < offset {
		return offset, false
	}
	r.Configuration = fresh
	return fresh.Offset, true
}

// plan returns a plan that gives every member an assignment without work.
func (r *Round) plan(code int16, offset int64) *Plan {
	p := &Plan{
		Assignments:   make(map[string]*protocol.Assignment, len(r.Members)),
		Owned:         make(map[string]protocol.Work, len(r.Members)),
		URLs:          make(map[string]string, len(r.Members)),
		Configuration: r.Configuration,
	}
	for _, m := range r.Members {
		p.URLs[m.ID] = m.Metadata.URL
	}
	for _, m := range r.Members {
		p.Assignments[m.ID] = &protocol.Assignment{
			Error: code, Leader: r.Leader, LeaderURL: p.URLs[r.Leader], ConfigOffset: offset,
		}
	}
	return p
}

func (r *Round) mismatch(offset int64) *Plan { return r.plan(protocol.ConfigMismatch, offset) }
