package autoscale

import (
	"fmt"
	"time"
)

// Input is what the controller is told at one moment.
type Input struct {
	Now time.Time
	// Workers is the number of workers that the connector should have now, whether or
	// not one of them is just being replaced.
	Workers int
	// Sample is the newest load; nil when nothing could be measured. It counts when each
	// of the workers was measured.
	Sample *Sample
	// Rebalancing says that the workers' group rebalances, or may do so, Operating that an
	// operation on the connector runs. Either holds back a scale-in.
	Rebalancing, Operating bool
}

// Reason classifies a [Decision].
type Reason string

// The reasons to change the number of workers, and those to leave it.
const (
	CPUAbove        Reason = "CPU_ABOVE"
	LagAbove        Reason = "LAG_ABOVE"
	CPUBelow        Reason = "CPU_BELOW"
	BelowMinimum    Reason = "BELOW_MINIMUM"
	AboveMaximum    Reason = "ABOVE_MAXIMUM"
	Steady          Reason = "STEADY"            // the load is between the thresholds
	CoolingDown     Reason = "COOLING_DOWN"      // the last change is too near
	TooFewSamples   Reason = "TOO_FEW_SAMPLES"   // the window is not full, or its end is old
	AtMaximum       Reason = "AT_MAXIMUM"        // more would come, but may not
	AtMinimum       Reason = "AT_MINIMUM"        // some would go, but may not
	Busy            Reason = "BUSY"              // a rebalance or an operation runs
	LagHolds        Reason = "LAG_HOLDS"         // idle CPUs, but lag is unknown or over half the target
	WouldScaleAgain Reason = "WOULD_SCALE_AGAIN" // fewer workers would be above the threshold to scale out
)

// Decision is what to do now.
type Decision struct {
	At       time.Time
	From, To int
	Reason   Reason
	// Why is a sentence with the figures, for people.
	Why string
}

// Changes reports whether the number of workers is to change.
func (d Decision) Changes() bool { return d.From != d.To }

// Decide says how many workers there should be. The returned state takes the decision
// as carried out; a caller that could not carry it out goes on with the state that it
// gave. The policy must be valid.
//
// A number outside the policy's bounds is corrected at once. Otherwise workers come when
// the average CPU use is above its threshold or the average lag above its target, and go
// when CPU use is below its threshold, unless the remaining ones would then be above the
// other. Points of the window that were taken with another number of workers do not
// count. A clock that was set back makes the controller wait, never hurry.
func Decide(p Policy, s State, in Input) (State, Decision) {
	p = p.WithDefaults()
	s = s.observe(p, in)
	c := call{p: p, s: s, in: in, w: s.window(p, in.Now)}
	d := c.decide()
	d.At = in.Now
	if d.Changes() {
		s = State{Workers: d.To, ChangedAt: in.Now, ScaledOut: d.To > d.From}
	}
	return s, d
}

// call is one call of [Decide].
type call struct {
	p  Policy
	s  State
	in Input
	w  window
}

func (c call) decide() Decision {
	n := c.in.Workers
	switch {
	case n < c.p.MinWorkers:
		return c.to(c.p.MinWorkers, BelowMinimum, "%d workers are below the minimum %d", n, c.p.MinWorkers)
	case n > c.p.MaxWorkers:
		return c.unlessBusy(c.to(c.p.MaxWorkers, AboveMaximum, "%d workers are above the maximum %d", n, c.p.MaxWorkers))
	}
	if left := c.cooling(); left > 0 {
		return c.hold(CoolingDown, "the number of workers changed at %s; nothing changes for another %s",
			c.s.ChangedAt.UTC().Format(time.RFC3339), left.Round(time.Second))
	}
	if !c.w.complete() {
		return c.hold(TooFewSamples, "%d samples of all %d workers in %s; a decision needs %d, the newest not older than %s",
			c.w.points, c.in.Workers, c.p.Window, c.w.wanted, 2*c.p.Interval)
	}
	return c.weigh()
}

// cooling returns how long nothing may change.
func (c call) cooling() time.Duration {
	if c.s.ChangedAt.IsZero() {
		return 0
	}
	return c.p.cooldown(c.s.ScaledOut) - c.in.Now.Sub(c.s.ChangedAt)
}

// weigh decides by the load.
func (c call) weigh() Decision {
	switch {
	case c.w.cpu > float64(c.p.ScaleOutPercent):
		return c.out(CPUAbove, "average CPU %.1f %% of %d workers over %s is above %d %%",
			c.w.cpu, c.in.Workers, c.p.Window, c.p.ScaleOutPercent)
	case c.p.TargetLag > 0 && c.w.hasLag && c.w.lag > c.p.TargetLag.Seconds():
		return c.out(LagAbove, "average lag %.1f s over %s is above %.1f s",
			c.w.lag, c.p.Window, c.p.TargetLag.Seconds())
	case c.w.cpu < float64(c.p.ScaleInPercent):
		return c.scaleIn()
	}
	return c.hold(Steady, "average CPU %.1f %% of %d workers over %s is between %d and %d %%",
		c.w.cpu, c.in.Workers, c.p.Window, c.p.ScaleInPercent, c.p.ScaleOutPercent)
}

func (c call) out(reason Reason, format string, args ...any) Decision {
	to := min(c.p.MaxWorkers, c.in.Workers+c.p.Step)
	d := c.to(to, reason, format, args...)
	if !d.Changes() {
		d.Reason = AtMaximum
		d.Why += fmt.Sprintf("; more than %d are not allowed", to)
	}
	return d
}

func (c call) scaleIn() Decision {
	n := c.in.Workers
	to := max(c.p.MinWorkers, n-c.p.Step)
	d := c.to(to, CPUBelow, "average CPU %.1f %% of %d workers over %s is below %d %%",
		c.w.cpu, n, c.p.Window, c.p.ScaleInPercent)
	if to == n {
		d.Reason = AtMinimum
		d.Why += fmt.Sprintf("; fewer than %d are not allowed", to)
		return d
	}
	if c.p.TargetLag > 0 && (!c.w.hasLag || c.w.lag > c.p.TargetLag.Seconds()/2) {
		return c.stay(d, LagHolds, "the lag is unknown or above half of "+c.p.TargetLag.String())
	}
	if after := c.w.cpu * float64(n) / float64(to); after >= float64(c.p.ScaleOutPercent) {
		return c.stay(d, WouldScaleAgain, fmt.Sprintf("%d would be at %.1f %%, not below %d %%", to, after, c.p.ScaleOutPercent))
	}
	return c.unlessBusy(d)
}

// unlessBusy holds back a decision for fewer workers.
func (c call) unlessBusy(d Decision) Decision {
	switch {
	case c.in.Operating:
		return c.stay(d, Busy, "an operation is running")
	case c.in.Rebalancing:
		return c.stay(d, Busy, "the workers rebalance, or not all of them say whether they do")
	}
	return d
}

func (c call) to(workers int, reason Reason, format string, args ...any) Decision {
	return Decision{From: c.in.Workers, To: workers, Reason: reason, Why: fmt.Sprintf(format, args...)}
}

func (c call) hold(reason Reason, format string, args ...any) Decision {
	return c.to(c.in.Workers, reason, format, args...)
}

// stay turns d into one that changes nothing.
func (c call) stay(d Decision, reason Reason, but string) Decision {
	return c.hold(reason, "%s, but %s", d.Why, but)
}
