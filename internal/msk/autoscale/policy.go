// Package autoscale decides how many workers a connector with autoscaled capacity
// should have: load goes in, a number of workers and the reason come out. It is pure:
// it reads no clock, keeps nothing and starts nothing.
//
// The signal is the CPU use of the workers, averaged over a window, and on request how
// far the connector lags behind. Every [Decision] says in figures why it is as it is,
// also one that changes nothing.
//
// Floor 6. Connect: none (Amazon MSK Connect's autoscaled capacity).
package autoscale

import (
	"errors"
	"fmt"
	"time"
)

// The values of a [Policy] that leaves them out.
const (
	DefaultWindow   = 5 * time.Minute
	DefaultInterval = time.Minute
	DefaultStep     = 1
	DefaultAfterOut = 10 * time.Minute
	DefaultAfterIn  = 15 * time.Minute
)

// Policy says when the number of workers changes.
type Policy struct {
	MinWorkers, MaxWorkers int
	// ScaleInPercent and ScaleOutPercent are thresholds of the CPU use, 1 to 100:
	// workers go below the first and come above the second.
	ScaleInPercent, ScaleOutPercent int
	// TargetLag is the lag above which workers come too; 0 means that lag does not
	// count.
	TargetLag time.Duration
	// Window is the time over which the load is averaged, Interval the time between
	// two samples. A zero means the default.
	Window, Interval time.Duration
	// Step is how many workers come or go at once; 0 means 1.
	Step int
	// AfterOut and AfterIn are how long nothing changes after workers came or went. A
	// zero means the default, a negative value none.
	AfterOut, AfterIn time.Duration
}

// WithDefaults returns the policy with the values that it leaves out.
func (p Policy) WithDefaults() Policy {
	p.Window = orDefault(p.Window, DefaultWindow)
	p.Interval = min(orDefault(p.Interval, DefaultInterval), p.Window)
	p.Step = orDefault(p.Step, DefaultStep)
	p.AfterOut = orDefault(p.AfterOut, DefaultAfterOut)
	p.AfterIn = orDefault(p.AfterIn, DefaultAfterIn)
	return p
}

func orDefault[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// The bounds of [Policy.Pace].
const (
	leastPace = 100 * time.Millisecond
	mostPace  = 5 * time.Second
)

// Pace returns how often the load should be measured, and the controller asked: at least
// once in an interval. Several measurements in one are averaged.
func (p Policy) Pace() time.Duration {
	return max(leastPace, min(p.WithDefaults().Interval, mostPace))
}

// Validate says everything that is wrong with the policy. A threshold to scale in that
// is not below the one to scale out is allowed, as in the API of MSK Connect; see
// [Decide].
func (p Policy) Validate() error {
	var errs []error
	if p.MinWorkers < 1 {
		errs = append(errs, fmt.Errorf("the least number of workers is %d; it must be at least 1", p.MinWorkers))
	}
	if p.MaxWorkers < p.MinWorkers {
		errs = append(errs, fmt.Errorf("the greatest number of workers, %d, is below the least, %d", p.MaxWorkers, p.MinWorkers))
	}
	errs = append(errs, checkPercent("in", p.ScaleInPercent), checkPercent("out", p.ScaleOutPercent))
	if p.TargetLag < 0 || p.Window < 0 || p.Interval < 0 || p.Step < 0 {
		errs = append(errs, errors.New("lag, window, interval and step must not be negative"))
	}
	return errors.Join(errs...)
}

func checkPercent(direction string, percent int) error {
	if percent < 1 || percent > 100 {
		return fmt.Errorf("the CPU use to scale %s is %d %%; it must be 1 to 100", direction, percent)
	}
	return nil
}

// cooldown returns how long nothing changes after a change.
func (p Policy) cooldown(out bool) time.Duration {
	if out {
		return p.AfterOut
	}
	return p.AfterIn
}
