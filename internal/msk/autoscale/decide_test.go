package autoscale

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func seconds(v float64) *float64 { return &v }

// each returns the same load of some workers.
func each(workers int, load float64) map[string]float64 {
	cpu := map[string]float64{}
	for i := range workers {
		cpu[strconv.Itoa(i)] = load
	}
	return cpu
}

// run feeds a controller once a minute, each minute with one of the loads of all workers,
// from now on. It returns the first decision to change, or the last decision.
func run(p Policy, s State, in Input, from time.Time, loads ...float64) (State, Decision) {
	var d Decision
	for i, load := range loads {
		in.Now = from.Add(time.Duration(i) * time.Minute)
		sample := Sample{At: in.Now, CPU: each(in.Workers, load)}
		if in.Sample != nil {
			sample.LagSeconds = in.Sample.LagSeconds
		}
		minute := in
		minute.Sample = &sample
		if s, d = Decide(p, s, minute); d.Changes() {
			return s, d
		}
	}
	return s, d
}

func TestDecide(t *testing.T) {
	policy := Policy{MinWorkers: 1, MaxWorkers: 4, ScaleInPercent: 20, ScaleOutPercent: 80}
	lag := policy
	lag.TargetLag = time.Minute
	steps := policy
	steps.Step = 5
	flapping := policy
	flapping.ScaleInPercent, flapping.ScaleOutPercent = 50, 60
	for name, tc := range map[string]struct {
		policy  Policy
		in      Input
		loads   []float64
		to      int
		reason  Reason
		minutes int
		why     string
	}{
		"four samples are enough":           {policy, Input{Workers: 2}, []float64{90, 90, 90, 90, 90}, 3, CPUAbove, 3, "average CPU 90.0 % of 2 workers over 5m0s is above 80 %"},
		"three are not":                     {policy, Input{Workers: 2}, []float64{90, 90, 90}, 2, TooFewSamples, 2, "3 samples of all 2 workers in 5m0s; a decision needs 4"},
		"nothing is known":                  {policy, Input{Workers: 2}, []float64{math.NaN(), -1, math.Inf(1), math.NaN(), math.NaN()}, 2, TooFewSamples, 4, "0 samples"},
		"between the thresholds":            {policy, Input{Workers: 2}, []float64{50, 50, 50, 50, 50}, 2, Steady, 4, "between 20 and 80 %"},
		"exactly a threshold":               {policy, Input{Workers: 2}, []float64{80, 80, 80, 80, 80, 20, 20, 20, 20, 20}, 2, Steady, 9, "20.0 %"},
		"a peak is averaged":                {policy, Input{Workers: 2}, []float64{50, 50, 100, 100, 50, 50}, 2, Steady, 5, ""},
		"the window forgets":                {policy, Input{Workers: 2}, []float64{50, 50, 50, 50, 100, 100, 100, 100, 100}, 3, CPUAbove, 7, "90.0 %"},
		"idle":                              {policy, Input{Workers: 2}, []float64{5, 5, 5, 5}, 1, CPUBelow, 3, "average CPU 5.0 % of 2 workers over 5m0s is below 20 %"},
		"at the maximum":                    {policy, Input{Workers: 4}, []float64{90, 90, 90, 90}, 4, AtMaximum, 3, "above 80 %; more than 4 are not allowed"},
		"at the minimum":                    {policy, Input{Workers: 1}, []float64{1, 1, 1, 1}, 1, AtMinimum, 3, "fewer than 1"},
		"a step is cut at the maximum":      {steps, Input{Workers: 2}, []float64{90, 90, 90, 90}, 4, CPUAbove, 3, ""},
		"a step is cut at the minimum":      {steps, Input{Workers: 3}, []float64{1, 1, 1, 1}, 1, CPUBelow, 3, ""},
		"no scale-in during a rebalance":    {policy, Input{Workers: 2, Rebalancing: true}, []float64{5, 5, 5, 5}, 2, Busy, 3, "the workers rebalance"},
		"no scale-in during an operation":   {policy, Input{Workers: 2, Operating: true}, []float64{5, 5, 5, 5}, 2, Busy, 3, "an operation is running"},
		"scale-out during both":             {policy, Input{Workers: 2, Operating: true, Rebalancing: true}, []float64{99, 99, 99, 99}, 3, CPUAbove, 3, ""},
		"below the minimum":                 {policy, Input{Workers: 0}, []float64{50}, 1, BelowMinimum, 0, "0 workers are below the minimum 1"},
		"above the maximum":                 {policy, Input{Workers: 9}, []float64{50}, 4, AboveMaximum, 0, "9 workers are above the maximum 4"},
		"above the maximum, but busy":       {policy, Input{Workers: 9, Operating: true}, []float64{50}, 9, Busy, 0, "above the maximum 4, but an operation"},
		"fewer would be too many":           {flapping, Input{Workers: 2}, []float64{40, 40, 40, 40}, 2, WouldScaleAgain, 3, "1 would be at 80.0 %, not below 60 %"},
		"lag scales out":                    {lag, Input{Workers: 2, Sample: &Sample{LagSeconds: seconds(61)}}, []float64{50, 50, 50, 50}, 3, LagAbove, 3, "average lag 61.0 s over 5m0s is above 60.0 s"},
		"lag on target":                     {lag, Input{Workers: 2, Sample: &Sample{LagSeconds: seconds(60)}}, []float64{50, 50, 50, 50}, 2, Steady, 3, ""},
		"lag does not count without target": {policy, Input{Workers: 2, Sample: &Sample{LagSeconds: seconds(1e6)}}, []float64{50, 50, 50, 50}, 2, Steady, 3, ""},
		"idle but lagging":                  {lag, Input{Workers: 2, Sample: &Sample{LagSeconds: seconds(31)}}, []float64{5, 5, 5, 5}, 2, LagHolds, 3, "above half of 1m0s"},
		"idle, lag unknown":                 {lag, Input{Workers: 2}, []float64{5, 5, 5, 5}, 2, LagHolds, 3, "the lag is unknown"},
		"idle and on time":                  {lag, Input{Workers: 2, Sample: &Sample{LagSeconds: seconds(0)}}, []float64{5, 5, 5, 5}, 1, CPUBelow, 3, ""},
		"a lag that is no number":           {lag, Input{Workers: 2, Sample: &Sample{LagSeconds: seconds(math.NaN())}}, []float64{5, 5, 5, 5}, 2, LagHolds, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, d := run(tc.policy, State{}, tc.in, start, tc.loads...)
			if d.From != tc.in.Workers || d.To != tc.to || d.Reason != tc.reason || !d.At.Equal(start.Add(time.Duration(tc.minutes)*time.Minute)) {
				t.Errorf("decision = %+v, want %d workers by %s after %d minutes", d, tc.to, tc.reason, tc.minutes)
			}
			if !strings.Contains(d.Why, tc.why) {
				t.Errorf("why = %q, want %q in it", d.Why, tc.why)
			}
			if d.Changes() && (s.Workers != d.To || !s.ChangedAt.Equal(d.At) || s.ScaledOut != (d.To > d.From) || len(s.Points) != 0) {
				t.Errorf("state = %+v after %+v", s, d)
			}
		})
	}
}

func TestCooldown(t *testing.T) {
	policy := Policy{MinWorkers: 1, MaxWorkers: 9, ScaleInPercent: 20, ScaleOutPercent: 80}
	hot, idle := make([]float64, 40), make([]float64, 40)
	for i := range hot {
		hot[i], idle[i] = 95, 1
	}
	none := policy
	none.AfterIn, none.AfterOut = -1, -1
	for name, tc := range map[string]struct {
		policy Policy
		out    bool
		loads  []float64
		after  time.Duration
	}{
		"out after out": {policy, true, hot, 10 * time.Minute},
		"in after out":  {policy, true, idle, 10 * time.Minute},
		"out after in":  {policy, false, hot, 15 * time.Minute},
		"in after in":   {policy, false, idle, 15 * time.Minute},
		"none":          {none, true, hot, 3 * time.Minute}, // only the window must fill
	} {
		t.Run(name, func(t *testing.T) {
			s := State{Workers: 3, ChangedAt: start, ScaledOut: tc.out}
			_, d := run(tc.policy, s, Input{Workers: 3}, start, tc.loads...)
			if got := d.At.Sub(start); !d.Changes() || got != tc.after {
				t.Errorf("decision = %+v after %s, want a change after %s", d, got, tc.after)
			}
		})
	}
	_, d := run(policy, State{Workers: 3, ChangedAt: start, ScaledOut: true}, Input{Workers: 3}, start, hot[:5]...)
	if want := "changed at 2026-03-01T12:00:00Z; nothing changes for another 6m0s"; d.Reason != CoolingDown || !strings.Contains(d.Why, want) {
		t.Errorf("decision = %+v, want %q", d, want)
	}
}

// The points before a change of the number say nothing about the load after it, also
// when somebody else made the change.
func TestChangeOfWorkersRestartsTheWindow(t *testing.T) {
	policy := Policy{MinWorkers: 1, MaxWorkers: 9, ScaleInPercent: 20, ScaleOutPercent: 80}
	s, _ := run(policy, State{}, Input{Workers: 2}, start, 90, 90, 90)
	s, d := run(policy, s, Input{Workers: 3}, start.Add(3*time.Minute), 90, 90, 90)
	if d.Reason != TooFewSamples || len(s.Points) != 3 {
		t.Errorf("decision = %+v with %d points", d, len(s.Points))
	}
}

// A worker that is being replaced is still one of the workers: while it is not measured
// nothing is, since another has its work and an average of the rest would be of too much
// work for too few workers. One sample may be lost so; the load before and after counts.
func TestReplacedWorker(t *testing.T) {
	policy := Policy{MinWorkers: 1, MaxWorkers: 9, ScaleInPercent: 20, ScaleOutPercent: 80}
	minutes := func(loads ...map[string]float64) (d Decision) {
		var s State
		for i, cpu := range loads {
			now := start.Add(time.Duration(i) * time.Minute)
			s, d = Decide(policy, s, Input{Now: now, Workers: 2, Sample: &Sample{At: now, CPU: cpu}})
		}
		return d
	}
	half, alone := each(2, 50), map[string]float64{"a": 100}
	unmeasured := map[string]float64{"a": 100, "b": -1}
	for name, tc := range map[string]struct {
		loads  []map[string]float64
		reason Reason
		why    string
	}{
		"for a minute":        {[]map[string]float64{half, half, alone, half, half}, Steady, "average CPU 50.0 % of 2 workers"},
		"started just now":    {[]map[string]float64{half, half, unmeasured, half, half}, Steady, "average CPU 50.0 % of 2 workers"},
		"again and again":     {[]map[string]float64{half, alone, half, alone, half}, TooFewSamples, "3 samples of all 2 workers"},
		"it does not return":  {[]map[string]float64{alone, alone, alone, alone, alone}, TooFewSamples, "0 samples of all 2 workers"},
		"an idle one is left": {[]map[string]float64{{"a": 1}, {"a": 1}, {"a": 1}, {"a": 1}, {"a": 1}}, TooFewSamples, "0 samples of all 2 workers"},
	} {
		if d := minutes(tc.loads...); d.Reason != tc.reason || d.From != 2 || d.To != 2 || !strings.Contains(d.Why, tc.why) {
			t.Errorf("%s: decision %+v, want %s because of %q", name, d, tc.reason, tc.why)
		}
	}
}

// Samples that come more often than once in an interval are averaged, each once.
func TestSamplesOfAnInterval(t *testing.T) {
	policy := Policy{MinWorkers: 1, MaxWorkers: 9, ScaleInPercent: 20, ScaleOutPercent: 80}
	var s State
	var d Decision
	for i := range 60 { // five minutes, every third sample is high
		at := start.Add(time.Duration(i) * 5 * time.Second)
		load := 30.0
		if i%3 == 0 {
			load = 90
		}
		sample := Sample{At: at, CPU: each(2, load)}
		for range 3 { // asked again before the next one
			s, d = Decide(policy, s, Input{Now: at, Workers: 2, Sample: &sample})
		}
	}
	if d.Reason != Steady || len(s.Points) != 6 {
		t.Fatalf("decision %+v with %d points, want none to change with 6", d, len(s.Points))
	}
	for i, p := range s.Points[1:] { // the first one is alone
		if math.Abs(p.CPU-50) > 4 {
			t.Errorf("point %d is %g %% of %d samples, want about 50", i+1, p.CPU, p.Of)
		}
	}
}

func TestPace(t *testing.T) {
	for interval, want := range map[time.Duration]time.Duration{
		0: 5 * time.Second, time.Minute: 5 * time.Second, time.Second: time.Second, time.Microsecond: 100 * time.Millisecond,
	} {
		if got := (Policy{Interval: interval}).Pace(); got != want {
			t.Errorf("interval %s: pace %s, want %s", interval, got, want)
		}
	}
}

func TestClockJumps(t *testing.T) {
	policy := Policy{MinWorkers: 1, MaxWorkers: 9, ScaleInPercent: 20, ScaleOutPercent: 80}
	for name, jump := range map[string]time.Duration{"forward": 3 * time.Hour, "back": -3 * time.Hour, "a little back": -90 * time.Second} {
		t.Run(name, func(t *testing.T) {
			s, d := run(policy, State{}, Input{Workers: 2}, start, 90, 90, 90)
			if d.Changes() {
				t.Fatalf("early decision %+v", d)
			}
			from := start.Add(3*time.Minute + jump)
			_, d = run(policy, s, Input{Workers: 2}, from, 90, 90, 90, 90, 90)
			if took := d.At.Sub(from); d.Reason != CPUAbove || took > 3*time.Minute {
				t.Errorf("decision %+v, %s after the jump", d, took)
			}
		})
	}
	t.Run("back within a cool-down", func(t *testing.T) {
		s := State{Workers: 2, ChangedAt: start, ScaledOut: true}
		from := start.Add(-5 * time.Hour)
		loads := make([]float64, 30)
		for i := range loads {
			loads[i] = 90
		}
		_, d := run(policy, s, Input{Workers: 2}, from, loads...)
		if took := d.At.Sub(from); d.Reason != CPUAbove || took != 10*time.Minute {
			t.Errorf("decision %+v, %s after the jump; want it after one cool-down", d, took)
		}
	})
}

// A sample that is missing for long leaves a window that no longer speaks of now.
func TestStaleWindow(t *testing.T) {
	policy := Policy{MinWorkers: 1, MaxWorkers: 9, ScaleInPercent: 20, ScaleOutPercent: 80, Window: time.Hour, AfterOut: -1}
	loads := make([]float64, 60)
	for i := range loads {
		loads[i] = 70
	}
	s, d := run(policy, State{}, Input{Workers: 2}, start, loads...)
	if d.Reason != Steady {
		t.Fatalf("decision %+v", d)
	}
	if _, d = Decide(policy, s, Input{Now: start.Add(62 * time.Minute), Workers: 2}); d.Reason != TooFewSamples {
		t.Errorf("decision without a fresh sample: %+v", d)
	}
}

func TestStateStaysSmallAndIsNotShared(t *testing.T) {
	policy := Policy{MinWorkers: 1, MaxWorkers: 9, ScaleInPercent: 20, ScaleOutPercent: 80}
	var s State
	for i := range 10_000 {
		at := start.Add(time.Duration(i) * 10 * time.Millisecond)
		before := s
		points := append([]Point(nil), s.Points...)
		s, _ = Decide(policy, s, Input{Now: at, Workers: 2, Sample: &Sample{At: at, CPU: each(2, 50)}})
		if !reflect.DeepEqual(before.Points, points) && len(points) > 0 {
			t.Fatalf("step %d changed the state it was given", i)
		}
	}
	if len(s.Points) > 6 {
		t.Errorf("%d points are kept of a window of 5", len(s.Points))
	}
	text, err := json.Marshal(s)
	var back State
	if err != nil || json.Unmarshal(text, &back) != nil || !reflect.DeepEqual(back, s) {
		t.Errorf("JSON %s (%v) gives %+v, want %+v", text, err, back, s)
	}
}

func TestValidate(t *testing.T) {
	good := Policy{MinWorkers: 1, MaxWorkers: 1, ScaleInPercent: 1, ScaleOutPercent: 100, AfterOut: -1}
	if err := good.Validate(); err != nil {
		t.Errorf("a good policy: %v", err)
	}
	bad := Policy{MinWorkers: 0, MaxWorkers: -1, ScaleInPercent: 0, ScaleOutPercent: 101, Step: -1}
	err := bad.Validate()
	for _, want := range []string{"least number of workers is 0", "greatest number of workers, -1", "scale in is 0", "scale out is 101", "must not be negative"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

func TestTasks(t *testing.T) {
	for _, tc := range []struct {
		tasks Tasks
		want  int
	}{
		{Tasks{Workers: 4, MCUs: 8}, 64},
		{Tasks{Workers: 4, MCUs: 8, Cap: 15}, 15},
		{Tasks{Workers: 1, MCUs: 8, Cap: 15}, 15},
		{Tasks{Workers: 1, MCUs: 1, Cap: 15}, 2},
		{Tasks{Workers: 4, MCUs: 8, UserMax: 3}, 3},
		{Tasks{Workers: 4, MCUs: 8, UserMax: 30, Cap: 15}, 15},
		{Tasks{}, 1},
	} {
		if got := tc.tasks.Max(); got != tc.want {
			t.Errorf("%+v: %d tasks, want %d", tc.tasks, got, tc.want)
		}
	}
}
