package membership

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/group/protocol"
	"github.com/millrace/millrace/internal/metrics"
)

// meters are what a member does, as metrics show it.
//
// Connect: the metrics of AbstractCoordinator and WorkerCoordinator.
type meters struct {
	heartbeat, join, sync timed
	completed, failed     *metrics.Meter // rebalances
	duration              *metrics.Stat  // of those that completed, ms
	total                 atomic.Int64   // of duration, ns
	connectors, tasks     atomic.Int64   // assigned
	last                  atomic.Int64   // when a rebalance completed, in ns since 1970; 0 for never

	began time.Time // of the member's goroutine: when the rebalance under way began; zero for none
}

// timed counts requests that succeeded.
type timed struct {
	n    *metrics.Meter
	took *metrics.Stat // ms
}

func newMeters(s metrics.Sampling) *meters {
	one := func() timed { return timed{metrics.NewMeter(s), metrics.NewStat(s)} }
	return &meters{
		heartbeat: one(), join: one(), sync: one(),
		completed: metrics.NewMeter(s), failed: metrics.NewMeter(s), duration: metrics.NewStat(s),
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (t *timed) add(d time.Duration) {
	t.n.Add(1)
	t.took.Record(milliseconds(d))
}

// answered records a response to a request.
func (m *meters) answered(response kmsg.Response, took time.Duration) {
	switch r := response.(type) {
	case *kmsg.HeartbeatResponse:
		if r.ErrorCode == 0 {
			m.heartbeat.add(took)
		}
	case *kmsg.JoinGroupResponse:
		if r.ErrorCode == 0 {
			m.join.add(took)
		}
	case *kmsg.SyncGroupResponse:
		if r.ErrorCode == 0 {
			m.sync.add(took)
		}
	}
}

// begin notes that the member takes part in a rebalance, if it does not yet.
func (m *meters) begin() {
	if m.began.IsZero() {
		m.began = time.Now()
	}
}

// end records a rebalance in which the member got work.
func (m *meters) end(work protocol.Work) {
	now := time.Now()
	took := now.Sub(m.began)
	m.began = time.Time{}
	m.completed.Add(1)
	m.duration.Record(milliseconds(took))
	m.total.Add(int64(took))
	m.last.Store(now.UnixNano())
	m.connectors.Store(int64(len(work.Connectors)))
	m.tasks.Store(int64(len(work.Tasks)))
}

// fail records an attempt to take part that came to nothing. Being given an id is
// none.
func (m *meters) fail(err error) {
	if err != nil && !errors.Is(err, errDropped) && !errors.Is(err, kerr.MemberIDRequired) {
		m.failed.Add(1)
	}
}

// Sample returns what the member has done since it joined.
func (m *Member) Sample() metrics.Coordinator {
	s := m.meters
	return metrics.Coordinator{
		Connectors: float64(s.connectors.Load()), Tasks: float64(s.tasks.Load()),
		Heartbeat: s.heartbeat.n.Snapshot(), HeartbeatTime: s.heartbeat.took.Snapshot(), SinceHeartbeat: since(m.Heartbeat()),
		Join: s.join.n.Snapshot(), JoinTime: s.join.took.Snapshot(), Sync: s.sync.n.Snapshot(), SyncTime: s.sync.took.Snapshot(),
		Rebalance: hourly(s.completed), Failed: hourly(s.failed),
		RebalanceTime: s.duration.Snapshot(), RebalanceTimeTotal: milliseconds(time.Duration(s.total.Load())),
		SinceRebalance: since(nanoTime(s.last.Load())),
	}
}

// hourly has its rate per hour.
func hourly(m *metrics.Meter) metrics.Flow {
	f := m.Snapshot()
	f.Rate *= time.Hour.Seconds()
	return f
}

func nanoTime(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

// since is the number of whole seconds since t, -1 for never.
func since(t time.Time) float64 {
	if t.IsZero() {
		return -1
	}
	return float64(int64(time.Since(t).Seconds()))
}
