package membership

import (
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/group/assign"
	"github.com/millrace/millrace/internal/group/protocol"
	"github.com/millrace/millrace/internal/metrics"
)

// Settings say which group to join, and how.
type Settings struct {
	Client  *kgo.Client   // for requests of this membership; the caller closes it after Leave
	GroupID string        // group.id
	Mode    protocol.Mode // connect.protocol
	URL     string        // advertised, with a slash at the end

	SessionTimeout    time.Duration // session.timeout.ms
	RebalanceTimeout  time.Duration // rebalance.timeout.ms
	HeartbeatInterval time.Duration // heartbeat.interval.ms
	MaxDelay          time.Duration // scheduled.rebalance.max.delay.ms
	RetryBackoff      time.Duration // retry.backoff.ms
	RetryBackoffMax   time.Duration // retry.backoff.max.ms

	// Handover gives the work of a worker that is stopped to others at once.
	Handover bool
	// Configuration returns what the worker has read of the configuration topic.
	// It is asked at each join and must not block.
	Configuration func() assign.Configuration
	Log           *slog.Logger     // nil discards
	Sampling      metrics.Sampling // of metrics; zero for Kafka's default
}

// pulse is the time between two heartbeats. Members learn of a rebalance from the
// answer, so a hand-over is as quick as this is short.
func (s *Settings) pulse() time.Duration {
	if s.Handover {
		return min(s.HeartbeatInterval, 500*time.Millisecond)
	}
	return s.HeartbeatInterval
}

// joinTimeout is how long a member may wait for all others to join.
func (s *Settings) joinTimeout() time.Duration { return s.RebalanceTimeout + 5*time.Second }

// Listener hears what happens to a member. Its methods are called by the member's
// goroutine, one at a time, and must return at once. They may call the member's
// Rejoin, Drop and Release.
type Listener interface {
	// Revoke tells that everything the worker runs must stop: an eager rebalance
	// has begun, or the coordinator was lost. done must be called when it has
	// stopped, from any goroutine. The member joins then, or when the rebalance
	// timeout is over.
	Revoke(reason string, done func())
	// Assigned tells that a rebalance is complete.
	Assigned(a Assigned)
	// Unsettled tells that a rebalance has begun. When the member was lost to the
	// group, it is no leader until Assigned; otherwise nothing is different until then.
	Unsettled(reason string, lost bool)
	// Failed tells that the group refuses this worker for good. The member does
	// nothing more, but is still to be left with Leave.
	Failed(err error)
}

// Assigned is the outcome of a rebalance for one worker.
type Assigned struct {
	MemberID   string
	Generation int32
	Mode       protocol.Mode // in force

	Leader       bool   // this worker is it
	LeaderURL    string // empty when unknown
	Mismatch     bool   // a member has read further than the leader; the herder reads on and calls Rejoin
	ConfigOffset int64  // how far the worker must have read the configurations

	// Work is all that the worker shall run now.
	Work protocol.Work
	// Revoked is what it must stop of what it had. With a cooperative mode the
	// herder calls Rejoin when it has stopped, so that others get it.
	Revoked protocol.Work
	// Delay is the time after which every member must join again: the herder calls
	// Rejoin then. 0 for none. The next Assigned replaces it.
	Delay time.Duration
	// Plan is what the leader gave to whom; nil when this worker is not the leader.
	Plan *assign.Plan
}

// State is a member seen from outside, for logs and diagnosis.
type State struct {
	Phase       Phase
	Coordinator int32     // broker; -1 for unknown
	Heartbeat   time.Time // when the coordinator last answered; zero for never
	MemberID    string    // empty before it joined
	Generation  int32     // -1 before it joined
}

// Phase is what a member is doing.
type Phase string

// The phases of a member.
const (
	Discovering Phase = "discovering" // looks for the coordinator
	Stopping    Phase = "stopping"    // waits for the worker to stop everything
	Joining     Phase = "joining"
	Syncing     Phase = "syncing"
	Stable      Phase = "stable"
	Away        Phase = "away" // has left for a time, see Drop
	Leaving     Phase = "leaving"
	Failed      Phase = "failed"
	Left        Phase = "left"
)
