package metrics

import (
	"math"
	"sync"
	"time"
)

// Sampling says over what time averages, extremes and rates are taken:
// metrics.num.samples windows of metrics.sample.window.ms.
type Sampling struct {
	Samples int           // less than 1 is Kafka's default
	Window  time.Duration // 0 is Kafka's default
}

// DefaultSampling returns Kafka's default.
func DefaultSampling() Sampling { return Sampling{2, 30 * time.Second} }

// window is what was recorded in one window of time.
type window struct {
	start         time.Time
	n             int64
	sum, min, max float64
}

func newWindow(start time.Time) window {
	return window{start: start, min: math.Inf(1), max: math.Inf(-1)}
}

// windows are the last few windows; the caller has the lock.
type windows struct {
	Sampling
	ring    []window
	current int
}

func newWindows(s Sampling) windows {
	standard := DefaultSampling()
	if s.Samples < 1 {
		s.Samples = standard.Samples
	}
	if s.Window <= 0 {
		s.Window = standard.Window
	}
	return windows{Sampling: s}
}

func (w *windows) record(now time.Time, n int64, v float64) {
	if w.ring == nil {
		w.ring = append(make([]window, 0, w.Samples), newWindow(now))
	}
	if now.Sub(w.ring[w.current].start) >= w.Window {
		w.advance(now)
	}
	c := &w.ring[w.current]
	c.n += n
	c.sum += v
	c.min, c.max = min(c.min, v), max(c.max, v)
}

func (w *windows) advance(now time.Time) {
	if len(w.ring) < w.Samples {
		w.ring = append(w.ring, newWindow(now))
		w.current = len(w.ring) - 1
		return
	}
	w.current = (w.current + 1) % len(w.ring)
	w.ring[w.current] = newWindow(now)
}

// total is the sum of the windows that are not too old. Its start is now when there
// are none.
func (w *windows) total(now time.Time) window {
	t := newWindow(now)
	for _, s := range w.ring {
		if now.Sub(s.start) >= time.Duration(w.Samples)*w.Window {
			continue
		}
		if s.start.Before(t.start) {
			t.start = s.start
		}
		t.n += s.n
		t.sum += s.sum
		t.min, t.max = min(t.min, s.min), max(t.max, s.max)
	}
	return t
}

// rate is what was recorded per second. Time before the first record counts as if
// nothing had happened, up to all windows but one.
func (w *windows) rate(now time.Time) float64 {
	t := w.total(now)
	elapsed := now.Sub(t.start)
	full := int(elapsed / w.Window)
	if missing := w.Samples - 1 - full; missing > 0 {
		elapsed += time.Duration(missing) * w.Window
	}
	if elapsed <= 0 {
		return 0
	}
	return t.sum / elapsed.Seconds()
}

// Stat is the average, least and greatest of recent values. It is safe for
// concurrent use.
type Stat struct {
	mu sync.Mutex
	w  windows
}

// NewStat returns a Stat without values.
func NewStat(s Sampling) *Stat { return &Stat{w: newWindows(s)} }

// Record adds a value.
func (s *Stat) Record(v float64) { s.RecordAt(time.Now(), v) }

// RecordAt is Record for callers who have looked at the clock.
func (s *Stat) RecordAt(now time.Time, v float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w.record(now, 1, v)
}

// Snapshot returns the average, least and greatest value; NaN when there are none.
func (s *Stat) Snapshot() Spread {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.w.total(time.Now())
	if t.n == 0 {
		return NoSpread()
	}
	return Spread{Avg: t.sum / float64(t.n), Min: t.min, Max: t.max}
}

// Meter counts events and how many there are per second. It is safe for concurrent
// use.
type Meter struct {
	mu  sync.Mutex
	w   windows
	sum float64
}

// NewMeter returns a Meter at zero.
func NewMeter(s Sampling) *Meter { return &Meter{w: newWindows(s)} }

// Add counts n events.
func (m *Meter) Add(n int64) { m.AddAt(time.Now(), n) }

// AddAt is Add for callers who have looked at the clock.
func (m *Meter) AddAt(now time.Time, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum += float64(n)
	m.w.record(now, 1, float64(n))
}

// Snapshot returns the number of events and their rate.
func (m *Meter) Snapshot() Flow {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Flow{Total: m.sum, Rate: m.w.rate(time.Now())}
}

// Ratio tells which part of recent attempts succeeded. It is safe for concurrent use.
type Ratio struct {
	mu sync.Mutex
	w  windows
}

// NewRatio returns a Ratio without attempts.
func NewRatio(s Sampling) *Ratio { return &Ratio{w: newWindows(s)} }

// Record adds an attempt.
func (r *Ratio) Record(success bool) {
	v := 0.0
	if success {
		v = 1
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.w.record(time.Now(), 1, v)
}

// Snapshot returns the parts of successes and failures, both 0 without attempts.
func (r *Ratio) Snapshot() Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.w.total(time.Now())
	if t.n == 0 {
		return Outcome{}
	}
	part := t.sum / float64(t.n)
	return Outcome{Success: part, Failure: 1 - part}
}

// Shares tells which part of its life something spent in each state. It is safe for
// concurrent use.
type Shares struct {
	mu     sync.Mutex
	first  time.Time
	since  time.Time
	now    string
	before map[string]time.Duration
}

// NewShares returns Shares before the first state.
func NewShares() *Shares { return &Shares{before: map[string]time.Duration{}} }

// Enter changes the state.
func (s *Shares) Enter(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.now == "" {
		s.first = now
	} else {
		s.before[s.now] += now.Sub(s.since)
	}
	s.now, s.since = state, now
}

// State returns the state, "" before the first.
func (s *Shares) State() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Of returns the part of the time since the first state that was spent in a state,
// from 0 to 1.
func (s *Shares) Of(state string) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == "" {
		return 0
	}
	now := time.Now()
	spent, life := s.before[state], now.Sub(s.first)
	if s.now == state {
		spent += now.Sub(s.since)
	}
	if life <= 0 {
		return 0
	}
	return float64(spent) / float64(life)
}
