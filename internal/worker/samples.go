package worker

import (
	"slices"

	"github.com/millrace/millrace/internal/metrics"
)

// ConnectorSamples returns what the connectors of the worker do.
func (w *Worker) ConnectorSamples() []metrics.Connector {
	w.mu.Lock()
	defer w.mu.Unlock()
	samples := make([]metrics.Connector, 0, len(w.connectors))
	for _, c := range w.connectors {
		samples = append(samples, c.sample())
	}
	return samples
}

func (c *connectorRun) sample() metrics.Connector {
	status, _ := c.status.Load().(string)
	return metrics.Connector{
		Name: c.name, Status: status, Kind: string(c.entry.Kind),
		Plugin: metrics.Plugin{Class: c.entry.Class, Version: c.entry.Version}, Call: c.watch.call().sample(),
	}
}

func (c *Call) sample() *metrics.Call {
	if c == nil {
		return nil
	}
	return &metrics.Call{Method: c.Method, Since: c.Since}
}

// TaskSamples returns what the tasks of the worker do.
func (w *Worker) TaskSamples() []metrics.Task {
	w.mu.Lock()
	tasks := make([]*taskRun, 0, len(w.tasks))
	for _, t := range w.tasks {
		tasks = append(tasks, t)
	}
	w.mu.Unlock()
	samples := make([]metrics.Task, len(tasks))
	for i, t := range tasks {
		samples[i] = t.sample()
	}
	return samples
}

func (t *taskRun) sample() metrics.Task {
	m := t.meters
	s := metrics.Task{
		Connector: t.id.Connector, Task: t.id.Task, Status: m.states.State(), Kind: "source",
		RunningRatio: m.states.Of("running"), PauseRatio: m.states.Of("paused"),
		Batch: m.batch.Snapshot(), CommitTime: m.commitTime.Snapshot(), Commits: m.commits.Snapshot(),
		Call: t.watch.call().sample(), Errors: t.counts.sample(),
	}
	if classes := m.classes.Load(); classes != nil {
		s.Classes = *classes
	}
	idle := s.Commits == (metrics.Outcome{}) && s.Status == "running"
	if m.sink != nil {
		s.Kind, s.Sink = "sink", m.sink.sample()
		idle = idle && s.Sink.Partitions > 0
	} else {
		s.Source = m.source.sample()
	}
	if idle {
		s.Commits.Success = 1 // as in Connect, where commits of nothing succeed
	}
	return s
}

func (c *counts) sample() metrics.TaskErrors {
	return metrics.TaskErrors{
		Failures: float64(c.failures.Load()), Errors: float64(c.errors.Load()), Skipped: float64(c.skipped.Load()),
		Retries: float64(c.retries.Load()), Logged: float64(c.logged.Load()),
		DeadLetters: float64(c.dlq.Load()), DeadFailures: float64(c.dlqLost.Load()), LastTimestamp: float64(c.lastError.Load()),
	}
}

func (m *sourceMeters) sample() *metrics.SourceTask {
	s := &metrics.SourceTask{Poll: m.poll.Snapshot(), Write: m.write.Snapshot(), PollTime: m.pollTime.Snapshot(), Active: m.active.sample()}
	if m.exactlyOnce.Load() {
		size := m.transaction.Snapshot()
		s.Transaction = &size
	}
	return s
}

func (m *sinkMeters) sample() *metrics.SinkTask {
	return &metrics.SinkTask{
		Read: m.read.Snapshot(), Send: m.send.Snapshot(), PutTime: m.putTime.Snapshot(), Active: m.active.sample(),
		Partitions: float64(m.partitions.Load()), CommitSeqNo: float64(m.sequence.Load()),
		Completions: m.completions.Snapshot(), Skips: m.skips.Snapshot(),
	}
}

// StartSamples returns how starts went.
func (w *Worker) StartSamples() (connectors, tasks metrics.Starts) {
	return w.connectorStarts.sample(), w.taskStarts.sample()
}

// ClientSamples returns what the Kafka clients of connectors do. A producer that tasks
// share has the client id of the task that came first.
func (w *Worker) ClientSamples() []metrics.Client { return w.clients.Samples() }

// compose notes what a task is made of, before it starts.
func (b *builder) compose(c *converters, steps chain) {
	e := b.entry
	classes := &metrics.TaskClasses{
		Connector: asMetric(e), Task: metrics.Plugin{Class: taskClass(e.Class), Version: e.Version},
		Key: c.keyAs, Value: c.valueAs, Header: c.headerAs,
	}
	for _, l := range steps {
		classes.Transforms = append(classes.Transforms, l.as)
		if l.predicate != nil && !slices.Contains(classes.Predicates, l.when) {
			classes.Predicates = append(classes.Predicates, l.when)
		}
	}
	b.t.meters.classes.Store(classes)
}
