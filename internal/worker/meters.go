package worker

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
)

// taskMeters are what a task does, as metrics show it. They are moved once per batch
// or commit, and read by anybody.
//
// Connect: the metrics groups of org.apache.kafka.connect.runtime.WorkerTask,
// AbstractWorkerSourceTask and WorkerSinkTask.
type taskMeters struct {
	states     *metrics.Shares
	batch      *metrics.Stat
	commitTime *metrics.Stat // ms
	commits    *metrics.Ratio
	classes    atomic.Pointer[metrics.TaskClasses] // nil until the task was put together

	source *sourceMeters // nil for a sink
	sink   *sinkMeters   // nil for a source
}

func newTaskMeters(kind pluginset.Kind, s metrics.Sampling) *taskMeters {
	m := &taskMeters{
		states: metrics.NewShares(), batch: metrics.NewStat(s), commitTime: metrics.NewStat(s), commits: metrics.NewRatio(s),
	}
	if kind == pluginset.Sink {
		m.sink = newSinkMeters(s)
	} else {
		m.source = newSourceMeters(s)
	}
	return m
}

// committed records an offset commit that succeeded.
func (m *taskMeters) committed(began time.Time) {
	m.commitTime.Record(milliseconds(time.Since(began)))
	m.commits.Record(true)
}

func (m *taskMeters) notCommitted() { m.commits.Record(false) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// sourceMeters are those of a source task.
type sourceMeters struct {
	poll, write *metrics.Meter
	pollTime    *metrics.Stat // ms
	active      level
	transaction *metrics.Stat // records; only used when tasks deliver exactly once
	exactlyOnce atomic.Bool
}

func newSourceMeters(s metrics.Sampling) *sourceMeters {
	return &sourceMeters{
		poll: metrics.NewMeter(s), write: metrics.NewMeter(s), pollTime: metrics.NewStat(s),
		active: level{recent: metrics.NewStat(s)}, transaction: metrics.NewStat(s),
	}
}

// polled records what a Poll has returned.
func (m *taskMeters) polled(began time.Time, n int) {
	now := time.Now()
	m.source.pollTime.RecordAt(now, milliseconds(now.Sub(began)))
	m.source.poll.AddAt(now, int64(n))
	m.source.active.move(now, int64(n))
	m.batch.RecordAt(now, float64(n))
}

// finished records the end of a batch, or of an attempt to send it: of n records that
// need nothing more, Kafka has some.
func (m *sourceMeters) finished(n, written int) {
	now := time.Now()
	m.write.AddAt(now, int64(written))
	m.active.move(now, -int64(n))
}

// sinkMeters are those of a sink task.
type sinkMeters struct {
	read, send         *metrics.Meter
	putTime            *metrics.Stat // ms
	active             level
	partitions         atomic.Int64
	sequence           atomic.Int64 // of offset commits
	completions, skips *metrics.Meter
}

func newSinkMeters(s metrics.Sampling) *sinkMeters {
	return &sinkMeters{
		read: metrics.NewMeter(s), send: metrics.NewMeter(s), putTime: metrics.NewStat(s),
		active: level{recent: metrics.NewStat(s)}, completions: metrics.NewMeter(s), skips: metrics.NewMeter(s),
	}
}

// put records a Put that succeeded.
func (m *taskMeters) put(began time.Time, n int) {
	now := time.Now()
	m.sink.putTime.RecordAt(now, milliseconds(now.Sub(began)))
	m.sink.send.AddAt(now, int64(n))
	m.batch.RecordAt(now, float64(n))
}

// level goes up and down, and is never below zero.
type level struct {
	now    atomic.Int64
	recent *metrics.Stat
}

func (l *level) move(at time.Time, by int64) { l.recent.RecordAt(at, float64(max(l.now.Add(by), 0))) }

func (l *level) set(to int64) {
	l.now.Store(to)
	l.recent.Record(float64(to))
}

func (l *level) sample() metrics.Level {
	return metrics.Level{Now: float64(max(l.now.Load(), 0)), Spread: l.recent.Snapshot()}
}

// starts counts the starts of connectors or of tasks.
type starts struct {
	successes, failures atomic.Int64
	recent              *metrics.Ratio
}

// ended records the outcome of one.
func (s *starts) ended(success bool) {
	if success {
		s.successes.Add(1)
	} else {
		s.failures.Add(1)
	}
	s.recent.Record(success)
}

func (s *starts) sample() metrics.Starts {
	ok, failed := float64(s.successes.Load()), float64(s.failures.Load())
	return metrics.Starts{Attempts: ok + failed, Successes: ok, Failures: failed, Recent: s.recent.Snapshot()}
}

// starting tells a start's outcome, once: by the first state that is one.
type starting struct {
	of   *starts
	told bool
}

func (s *starting) enter(st state.State) {
	if s.told || st != state.Running && st != state.Failed {
		return
	}
	s.told = true
	s.of.ended(st == state.Running)
}

func metricState(s state.State) string { return strings.ToLower(string(s)) }
