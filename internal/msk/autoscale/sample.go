package autoscale

import (
	"math"
	"slices"
	"time"
)

// minimumPart is the part of a window's samples without which nothing is decided: one
// that went missing shall not stop the controller, most of them shall.
const minimumPart = 0.8

// Sample is the load at one moment.
type Sample struct {
	At time.Time
	// CPU is each worker's use in percent of the CPUs it may have, system and user.
	CPU map[string]float64
	// LagSeconds is how far the connector is behind; nil is unknown.
	LagSeconds *float64
}

// Point is what is kept of the samples of an interval.
type Point struct {
	At  time.Time // of the last one
	CPU float64   // average over the workers and the samples
	Lag *float64  // the last one that was known
	Of  int       // samples
}

// point is false for a sample in which not each of so many workers was measured. One that
// is just being replaced does nothing, and another has its work meanwhile: neither the
// average with it nor the one without it is what a worker has to do.
func (s Sample) point(workers int) (Point, bool) {
	sum, n := 0.0, 0
	for _, percent := range s.CPU {
		if measured(percent) {
			sum += percent
			n++
		}
	}
	if n < max(workers, 1) {
		return Point{}, false
	}
	p := Point{At: s.At, CPU: sum / float64(n), Of: 1}
	if s.LagSeconds != nil && measured(*s.LagSeconds) {
		lag := *s.LagSeconds
		p.Lag = &lag
	}
	return p, true
}

func measured(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }

// State is what the controller remembers of one connector. The zero value knows
// nothing. It can be kept as JSON; losing it costs a window of waiting.
type State struct {
	// Points are the samples of the window, oldest first.
	Points []Point
	// Workers is the number of workers under which the points were taken: load per
	// worker under another number says nothing.
	Workers int
	// ChangedAt is when the number last changed, zero for never; ScaledOut says in
	// which direction.
	ChangedAt time.Time
	ScaledOut bool
}

// observe takes a sample in and forgets what no longer counts. The points of s are
// left alone.
func (s State) observe(p Policy, in Input) State {
	if s.Workers != in.Workers {
		s.Points, s.Workers = nil, in.Workers
	}
	// A clock that was set back leaves points and a change in the future.
	if s.ChangedAt.After(in.Now) {
		s.ChangedAt = in.Now
	}
	points := slices.Clone(s.Points)
	if in.Sample != nil {
		points = add(points, in, p.Interval)
	}
	s.Points = slices.DeleteFunc(points, func(at Point) bool {
		return at.At.After(in.Now) || in.Now.Sub(at.At) >= p.Window
	})
	return s
}

// add appends a point, or joins it with the last one when that is too near: the window
// holds a bounded number, however often it is asked.
func add(points []Point, in Input, interval time.Duration) []Point {
	point, ok := in.Sample.point(in.Workers)
	if !ok {
		return points
	}
	points = slices.DeleteFunc(points, func(p Point) bool { return p.At.After(point.At) })
	n := len(points)
	switch {
	case n > 0 && points[n-1].At.Equal(point.At): // nothing was measured since
		points[n-1].Lag = newer(points[n-1].Lag, point.Lag)
	case n > 1 && point.At.Sub(points[n-2].At) <= interval:
		points[n-1] = points[n-1].join(point)
	default:
		points = append(points, point)
	}
	return points
}

// join returns the point of all samples of two that follow each other.
func (p Point) join(next Point) Point {
	before, after := float64(max(p.Of, 1)), float64(next.Of)
	next.CPU = (p.CPU*before + next.CPU*after) / (before + after)
	next.Lag, next.Of = newer(p.Lag, next.Lag), max(p.Of, 1)+next.Of
	return next
}

func newer(before, now *float64) *float64 {
	if now == nil {
		return before
	}
	return now
}

// window is the load over the time that counts.
type window struct {
	cpu    float64
	lag    float64
	hasLag bool
	points int
	wanted int
	fresh  bool
}

func (s State) window(p Policy, now time.Time) window {
	w := window{points: len(s.Points)}
	w.wanted = max(1, int(math.Ceil(minimumPart*float64(p.Window)/float64(p.Interval))))
	lags := 0
	for _, point := range s.Points {
		w.cpu += point.CPU / float64(w.points)
		if point.Lag != nil {
			w.lag += *point.Lag
			lags++
		}
		w.fresh = now.Sub(point.At) <= 2*p.Interval
	}
	if w.hasLag = lags >= w.wanted; w.hasLag {
		w.lag /= float64(lags)
	}
	return w
}

func (w window) complete() bool { return w.fresh && w.points >= w.wanted }
