package metrics

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func near(a, b float64) bool {
	return math.Abs(a-b) < 1e-9 || math.IsNaN(a) && math.IsNaN(b)
}

func TestStat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStat(DefaultSampling())
		expect := func(avg, least, greatest float64) {
			t.Helper()
			if got := s.Snapshot(); !near(got.Avg, avg) || !near(got.Min, least) || !near(got.Max, greatest) {
				t.Errorf("got %+v, want %v %v %v", got, avg, least, greatest)
			}
		}
		nan := math.NaN()
		expect(nan, nan, nan)
		s.Record(2)
		s.Record(4)
		expect(3, 2, 4)
		time.Sleep(31 * time.Second)
		s.Record(9)
		expect(5, 2, 9)
		time.Sleep(29 * time.Second) // the first window is 60 s old
		expect(9, 9, 9)
		time.Sleep(31 * time.Second)
		expect(nan, nan, nan)
		s.Record(-1)
		expect(-1, -1, -1)
	})
}

func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter(DefaultSampling())
		expect := func(total, rate float64) {
			t.Helper()
			if got := m.Snapshot(); !near(got.Total, total) || !near(got.Rate, rate) {
				t.Errorf("got %+v, want %v %v", got, total, rate)
			}
		}
		expect(0, 0)
		m.Add(60)
		expect(60, 2) // over 30 seconds at least
		time.Sleep(15 * time.Second)
		expect(60, 60.0/45)
		time.Sleep(25 * time.Second)
		m.Add(40)
		expect(100, 100.0/40)
		time.Sleep(20 * time.Second)
		expect(100, 40.0/50) // the window of the last 20 seconds, and a missing one
		time.Sleep(time.Hour)
		expect(100, 0)
	})
}

func TestRatio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRatio(DefaultSampling())
		if got := r.Snapshot(); got != (Outcome{}) {
			t.Errorf("got %+v", got)
		}
		for i := range 4 {
			r.Record(i > 0)
		}
		if got := r.Snapshot(); got != (Outcome{Success: 0.75, Failure: 0.25}) {
			t.Errorf("got %+v", got)
		}
		time.Sleep(time.Minute)
		if got := r.Snapshot(); got != (Outcome{}) {
			t.Errorf("got %+v", got)
		}
	})
}

func TestShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewShares()
		if s.State() != "" || s.Of("running") != 0 {
			t.Error("something was spent before the first state")
		}
		time.Sleep(time.Hour)
		s.Enter("running")
		time.Sleep(30 * time.Second)
		s.Enter("paused")
		time.Sleep(10 * time.Second)
		s.Enter("running")
		time.Sleep(40 * time.Second)
		if s.State() != "running" || !near(s.Of("running"), 0.875) || !near(s.Of("paused"), 0.125) || s.Of("failed") != 0 {
			t.Errorf("%s: %v %v", s.State(), s.Of("running"), s.Of("paused"))
		}
	})
}

func TestConcurrent(t *testing.T) {
	m, s := NewMeter(Sampling{}), NewStat(Sampling{3, time.Microsecond})
	done := make(chan struct{})
	for range 4 {
		go func() {
			for range 1000 {
				m.Add(1)
				s.Record(1)
				m.Snapshot()
				s.Snapshot()
			}
			done <- struct{}{}
		}()
	}
	for range 4 {
		<-done
	}
	if got := m.Snapshot().Total; got != 4000 {
		t.Errorf("got %v", got)
	}
}
