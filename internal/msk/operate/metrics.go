package operate

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/metricship"
	"github.com/millrace/millrace/internal/msk/store"
)

const (
	metricsTime = 5 * time.Second // for a connector
	askedAtOnce = 8               // connectors
)

// Metrics returns the metrics of the connectors that have workers, in the order of their
// creation. What workers do not answer in time is missing.
func (e *Engine) Metrics(ctx context.Context) []metricship.Snapshot {
	var all []store.Connector
	err := e.settings.Store.View(func(tx *store.Tx) (err error) {
		all, err = tx.Connectors().All()
		return err
	})
	if err != nil {
		e.log.Error("The connectors to be measured cannot be read", "err", err)
		return nil
	}
	all = slices.DeleteFunc(all, func(c store.Connector) bool { return len(e.settings.Fleet.Workers(fleetName(c.ARN))) == 0 })
	found := make([]metricship.Snapshot, len(all))
	slots := make(chan struct{}, askedAtOnce)
	var group sync.WaitGroup
	for i := range all {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			found[i] = e.measured(ctx, &all[i])
		})
	}
	group.Wait()
	e.flows.forget(time.Now())
	return found
}

func (e *Engine) measured(ctx context.Context, c *store.Connector) metricship.Snapshot {
	ctx, cancel := context.WithTimeout(ctx, metricsTime)
	defer cancel()
	s := metricship.Snapshot{Connector: c.Name, At: time.Now(), Values: map[metricship.Metric]float64{}}
	running := slices.DeleteFunc(e.settings.Fleet.Workers(fleetName(c.ARN)), func(w fleet.Worker) bool { return w.State != fleet.Running })
	s.Values[metricship.WorkerCount] = float64(len(running))
	putUsage(s.Values, running)
	if len(running) == 0 {
		return s
	}
	e.putTasks(ctx, s.Values, c)
	e.putSeries(ctx, s.Values, running)
	return s
}

// putUsage puts averages over the workers that were measured.
func putUsage(values map[metricship.Metric]float64, running []fleet.Worker) {
	var cpu, memory mean
	for _, w := range running {
		if w.Usage.At.IsZero() {
			continue
		}
		memory.add(w.Usage.MemoryPercent)
		if w.Usage.CPUPercent >= 0 {
			cpu.add(w.Usage.CPUPercent)
		}
	}
	cpu.put(values, metricship.CPUUtilization)
	memory.put(values, metricship.MemoryUtilization)
}

type mean struct {
	sum   float64
	count int
}

func (m *mean) add(v float64) { m.sum, m.count = m.sum+v, m.count+1 }

func (m *mean) put(values map[metricship.Metric]float64, name metricship.Metric) {
	if m.count > 0 {
		values[name] = m.sum / float64(m.count)
	}
}

func (e *Engine) putTasks(ctx context.Context, values map[metricship.Metric]float64, c *store.Connector) {
	ctx, cancel := soon(ctx)
	defer cancel()
	status, err := e.workers(c.ARN).status(ctx, c.Name)
	if err != nil {
		return
	}
	running := 0
	for _, t := range status.Tasks {
		if t.State.State == stateRunning {
			running++
		}
	}
	values[metricship.RunningTaskCount] = float64(running)
	values[metricship.ErroredTaskCount] = float64(failedTasks(status))
}

// putSeries puts what workers say of themselves.
func (e *Engine) putSeries(ctx context.Context, values map[metricship.Metric]float64, running []fleet.Worker) {
	gathered := make([][]series, len(running))
	var group sync.WaitGroup
	for i, w := range running {
		group.Go(func() {
			var err error
			if gathered[i], err = scrape(ctx, w.AdminURL); err != nil {
				e.log.Debug("A worker does not say its metrics", "worker", w.ID, "err", err)
			}
		})
	}
	group.Wait()
	var successes float64
	for i, w := range running {
		for _, s := range gathered[i] {
			if s.name == taskSuccesses {
				successes += s.value
			}
			e.put(values, w, s)
		}
	}
	if attempts := values[metricship.TaskStartupAttemptsTotal]; attempts > 0 {
		values[metricship.TaskStartupSuccessPercentage] = 100 * successes / attempts
	}
}

const (
	taskSuccesses = "kafka_connect_connect_worker_metrics_task_startup_success_total"
	consumerBytes = "kafka_consumer_incoming_byte_total"
	producerBytes = "kafka_producer_outgoing_byte_total"
)

// put adds a series of a worker to the metric that it is a part of. All workers take
// part in a rebalance, so those are not added up.
func (e *Engine) put(values map[metricship.Metric]float64, w fleet.Worker, s series) {
	if math.IsNaN(s.value) || math.IsInf(s.value, 0) {
		return
	}
	add := func(name metricship.Metric, v float64) { values[name] += v }
	join := func(name metricship.Metric, choose func(a, b float64) float64) {
		if now, ok := values[name]; ok {
			s.value = choose(now, s.value)
		}
		values[name] = s.value
	}
	largest, smallest := math.Max, math.Min
	switch s.name {
	case "kafka_connect_connect_worker_metrics_task_startup_attempts_total":
		add(metricship.TaskStartupAttemptsTotal, s.value)
	case "kafka_connect_sink_task_metrics_sink_record_read_rate":
		add(metricship.SinkRecordReadRate, s.value)
	case "kafka_connect_sink_task_metrics_sink_record_send_rate":
		add(metricship.SinkRecordSendRate, s.value)
	case "kafka_connect_source_task_metrics_source_record_poll_rate":
		add(metricship.SourceRecordPollRate, s.value)
	case "kafka_connect_source_task_metrics_source_record_write_rate":
		add(metricship.SourceRecordWriteRate, s.value)
	case "kafka_connect_connect_worker_rebalance_metrics_completed_rebalances_total":
		join(metricship.RebalanceCompletedTotal, largest)
	case "kafka_connect_connect_worker_rebalance_metrics_rebalance_avg_time_ms":
		join(metricship.RebalanceTimeAvg, largest)
	case "kafka_connect_connect_worker_rebalance_metrics_rebalance_max_time_ms":
		join(metricship.RebalanceTimeMax, largest)
	case "kafka_connect_connect_worker_rebalance_metrics_time_since_last_rebalance_ms":
		join(metricship.RebalanceTimeSinceLast, smallest)
	case consumerBytes, producerBytes:
		if names := flowOf(s); len(names) > 0 {
			if rate, known := e.flows.rate(w.ID+s.labels+s.name, s.value, time.Now()); known {
				for _, name := range names {
					add(name, rate)
				}
			}
		}
	}
}

// flowOf returns the metrics that the bytes of a client count for: none when it is a
// worker's own.
func flowOf(s series) []metricship.Metric {
	is := func(client string) bool { return strings.Contains(s.labels, `"connector-`+client+"-") }
	switch {
	case s.name == consumerBytes && is("consumer"):
		return []metricship.Metric{metricship.BytesInPerSec, metricship.SinkConsumerByteRate}
	case s.name == producerBytes && is("producer"):
		return []metricship.Metric{metricship.BytesOutPerSec, metricship.SourceProducerByteRate}
	case s.name == producerBytes && is("dlq-producer"):
		return []metricship.Metric{metricship.BytesOutPerSec}
	}
	return nil
}
