package distributed

import (
	"math"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/herder/autorestart"
	"github.com/millrace/millrace/internal/metrics"
)

// loggerName is the name of the herder's logger.
const loggerName = "org.apache.kafka.connect.runtime.distributed.DistributedHerder"

// meters are what the herder does, as metrics show it. A rebalance lasts from when the
// group begins it until this worker knows what to run.
type meters struct {
	autorestart.Counter
	took *metrics.Stat // ms

	mu          sync.Mutex
	began, last time.Time // zero for none under way, none completed
	completed   int
}

func newMeters(s metrics.Sampling) *meters {
	return &meters{took: metrics.NewStat(s)}
}

// begin notes that a rebalance is under way.
func (m *meters) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.began.IsZero() {
		m.began = time.Now()
	}
}

// end notes that it is over.
func (m *meters) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.began.IsZero() {
		return
	}
	m.last = time.Now()
	m.took.RecordAt(m.last, float64(m.last.Sub(m.began))/float64(time.Millisecond))
	m.began = time.Time{}
	m.completed++
}

// RebalanceSample returns what the rebalances of the group were to this worker.
func (h *Herder) RebalanceSample() metrics.Rebalances {
	v := h.view.Load()
	mode := v.mode
	if v.memberID == "" {
		mode = h.Member.Mode
	}
	m := h.meters
	m.mu.Lock()
	defer m.mu.Unlock()
	r := metrics.Rebalances{
		Protocol: strings.ToUpper(mode.String()), Leader: v.leaderURL, Epoch: float64(h.generation.Load()),
		Completed: float64(m.completed), Now: !m.began.IsZero(), Time: m.took.Snapshot(), SinceLast: math.Inf(1),
	}
	if !m.last.IsZero() {
		r.SinceLast = float64(time.Since(m.last).Milliseconds())
	}
	return r
}

// CoordinatorSample returns what this worker has asked the group's coordinator.
func (h *Herder) CoordinatorSample() metrics.Coordinator { return h.member.Sample() }

// RestartSamples returns how often failed tasks were started again without being
// asked.
func (h *Herder) RestartSamples() []metrics.Restarts { return h.meters.RestartSamples() }

var _ metrics.Group = (*Herder)(nil)
