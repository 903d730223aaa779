package worker

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/store/state"
)

// sample returns what a task shows.
func (h *host) sample(id state.TaskID) metrics.Task {
	h.t.Helper()
	for _, s := range h.worker.TaskSamples() {
		if s.Connector == id.Connector && s.Task == id.Task {
			return s
		}
	}
	h.t.Fatalf("there are no samples of task %s", id)
	return metrics.Task{}
}

func (h *host) clientSample(kind string) (metrics.Client, bool) {
	for _, c := range h.worker.ClientSamples() {
		if c.Kind == kind {
			return c, true
		}
	}
	return metrics.Client{}, false
}

func TestSourceSamples(t *testing.T) {
	h := newHost(t, counting("out", 4, 10).plugin(sourceClass))
	h.createTopic("out", 1)
	h.startSource(nil)
	h.eventually("the records are written and committed", func() bool {
		s := h.sample(sourceID)
		return s.Source.Write.Total == 10 && s.Commits.Success == 1 && s.CommitTime.Avg > 0
	})
	s := h.sample(sourceID)
	src := s.Source
	if s.Kind != "source" || s.Sink != nil || s.Status != "running" || s.RunningRatio <= 0.5 || s.PauseRatio != 0 || s.Errors != (metrics.TaskErrors{}) {
		t.Errorf("the task shows %+v", s)
	}
	if s.Batch.Max != 4 || s.Batch.Min != 2 || math.Abs(s.Batch.Avg-10.0/3) > 1e-9 || s.Commits.Failure != 0 {
		t.Errorf("batches %+v, commits %+v", s.Batch, s.Commits)
	}
	if src.Poll.Total != 10 || src.Poll.Rate <= 0 || src.Write.Rate <= 0 || src.PollTime.Max < src.PollTime.Avg || src.PollTime.Avg < 0 {
		t.Errorf("polls %+v took %+v, writes %+v", src.Poll, src.PollTime, src.Write)
	}
	if src.Active.Now != 0 || src.Active.Max < 4 || src.Active.Max > 10 || src.Active.Min != 0 || src.Transaction != nil {
		t.Errorf("active %+v, transaction %+v", src.Active, src.Transaction)
	}
	if c := s.Classes; c.Connector.Class != sourceClass || c.Task.Class != "test.ScriptSourceTask" || c.Key.Class != testConverter.Class ||
		c.Header.Version == "" || len(c.Transforms) != 0 {
		t.Errorf("classes %+v", c)
	}
	if c, ok := h.clientSample("producer"); !ok || c.ID != "connector-producer-src-0" || c.Sent == 0 || c.Received == 0 || c.Connections == 0 {
		t.Errorf("the producer shows %+v", c)
	}
	h.worker.PauseTasks("src", true)
	h.await(sourceID, state.Paused)
	h.eventually("the pause shows", func() bool { s := h.sample(sourceID); return s.Status == "paused" && s.PauseRatio > 0 })
	h.worker.StopTasks(sourceID)
	if n := len(h.worker.TaskSamples()); n != 0 {
		t.Errorf("%d tasks show something after the end", n)
	}
	if c, ok := h.clientSample("producer"); ok {
		t.Errorf("the producer shows %+v after the end", c)
	}
}

// Records that are dropped are not written, and nothing stays active.
func TestSourceErrorSamples(t *testing.T) {
	var polled atomic.Bool
	s := &scriptSource{poll: func(ctx context.Context) ([]connect.Record, error) {
		if polled.Swap(true) {
			return idle(ctx)
		}
		batch := span(1, 5)
		batch[1].Value, batch[2].Value = "poison", "poison"
		return batch, nil
	}}
	h := newHost(t, s.plugin(sourceClass))
	h.createTopic("out", 1)
	before := time.Now().Add(-time.Second)
	h.startSource(map[string]string{"errors.tolerance": "all", "errors.log.enable": "true"})
	h.eventually("the batch is finished", func() bool { return h.sample(sourceID).Source.Write.Total == 3 })
	got := h.sample(sourceID)
	if got.Source.Active.Now != 0 || got.Source.Poll.Total != 5 {
		t.Errorf("source %+v", got.Source)
	}
	e := got.Errors
	if at := time.UnixMilli(int64(e.LastTimestamp)); at.Before(before) || at.After(time.Now()) {
		t.Errorf("the last error was at %s", at)
	}
	e.LastTimestamp = 0
	if e != (metrics.TaskErrors{Failures: 2, Errors: 2, Skipped: 2, Logged: 2}) {
		t.Errorf("errors %+v", e)
	}
}

// Records of a transaction that is aborted do not count for its size; the offsets that
// follow are one of no records.
func TestTransactionSamples(t *testing.T) {
	h := newExactHost(t, batches(plain(1, 3), func(tx source.Transaction) []connect.Record {
		tx.AbortAfterBatch()
		return span(4, 9)
	}, func(tx source.Transaction) []connect.Record {
		tx.CommitAfterBatch()
		return span(10, 10)
	}).plugin(sourceClass))
	h.createTopic("out", 1)
	h.startSource(withBoundary("connector"))
	h.awaitCommitted("out", sequence(10, 10))
	h.eventually("the transactions are recorded", func() bool { return h.sample(sourceID).Source.Transaction.Max == 1 })
	s := h.sample(sourceID)
	if s.Source.Poll.Total != 10 || s.Source.Active.Now != 0 || s.Source.Transaction.Min != 0 || s.Commits.Success != 1 || s.CommitTime.Max <= 0 {
		t.Errorf("source %+v, transactions %+v, commits %+v", s.Source, s.Source.Transaction, s.Commits)
	}
	x := newExactHost(t, batches(plain(1, 3), plain(4, 5)).plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(withBoundary("poll"))
	x.eventually("two transactions are committed", func() bool { return x.sample(sourceID).Source.Write.Total == 5 })
	x.awaitCommitted("out", sequence(1, 5))
	x.eventually("both are recorded", func() bool { return x.sample(sourceID).Source.Transaction.Min == 2 })
	if s := x.sample(sourceID).Source; s.Transaction.Max != 3 || s.Transaction.Avg != 2.5 || s.Active.Now != 0 || s.Active.Max < 3 {
		t.Errorf("transactions %+v, active %+v", s.Transaction, s.Active)
	}
}

func TestSinkSamples(t *testing.T) {
	var k taken
	h := newHost(t, (&scriptSink{put: k.put}).plugin(sinkClass))
	h.createTopic("in", 2)
	h.produce("in", 0, 1, 10)
	h.produce("in", 1, 11, 5)
	h.startSink(0, nil)
	h.eventually("the records are put and committed", func() bool {
		s := h.sample(sinkID)
		return s.Sink.Send.Total == 15 && s.Sink.Active.Now == 0 && s.Sink.Completions.Total > 0
	})
	s := h.sample(sinkID)
	snk := s.Sink
	if s.Kind != "sink" || s.Source != nil || s.Status != "running" || s.Commits.Success != 1 || s.CommitTime.Avg <= 0 {
		t.Errorf("the task shows %+v", s)
	}
	if snk.Read.Total != 15 || snk.Read.Rate <= 0 || snk.PutTime.Avg < 0 || snk.PutTime.Max < snk.PutTime.Avg || s.Batch.Max < 5 || s.Batch.Max > 15 {
		t.Errorf("read %+v, puts %+v, batches %+v", snk.Read, snk.PutTime, s.Batch)
	}
	if snk.Partitions != 2 || snk.CommitSeqNo < 1 || snk.Skips.Total != 0 || snk.Active.Max < 5 || snk.Active.Max > 15 {
		t.Errorf("sink %+v", snk)
	}
	c, _ := h.clientSample("consumer")
	if c.ID != "connector-consumer-snk-0" || c.Received == 0 || len(c.Lags) != 2 || c.Lags[0].Records != 0 || c.Lags[0].Topic != "in" {
		t.Errorf("the consumer shows %+v", c)
	}
	h.worker.StopTasks(sinkID)
	if c, ok := h.clientSample("consumer"); ok {
		t.Errorf("the consumer shows %+v after the end", c)
	}
}

// While a Put does not return, its records are active and the call shows.
func TestHangingSinkSamples(t *testing.T) {
	entered, release := make(chan struct{}, 10), make(chan struct{})
	s := &scriptSink{put: func(_ sink.Runtime, records []connect.Record) error {
		if len(records) > 0 {
			entered <- struct{}{}
			<-release
		}
		return nil
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 7)
	h.startSink(0, nil)
	<-entered
	got := h.sample(sinkID)
	if got.Call == nil || got.Call.Method != "Put" || time.Since(got.Call.Since) > patience || got.Sink.Active.Now != 7 || got.Sink.Send.Total != 0 {
		t.Errorf("call %+v, sink %+v", got.Call, got.Sink)
	}
	close(release)
	h.eventually("nothing is active", func() bool { return h.sample(sinkID).Sink.Active.Now == 0 })
}

func TestSinkErrorSamples(t *testing.T) {
	s := &scriptSink{put: func(rt sink.Runtime, records []connect.Record) error {
		for i := range records {
			if data.Text(records[i].Value) == "bad" {
				if err := rt.Errant.Report(&records[i], errors.New("no good")); err != nil {
					return err
				}
			}
		}
		return nil
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	for _, value := range []string{"1", "poison", "bad"} {
		if err := h.client.ProduceSync(context.Background(), &kgo.Record{Topic: "in", Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	h.startSink(0, map[string]string{
		"errors.tolerance": "all", "errors.log.enable": "true", "errors.deadletterqueue.topic.name": "dead",
		"errors.deadletterqueue.topic.replication.factor": "1",
	})
	h.eventually("the offset moves over dead letters", func() bool { return h.committed("connect-snk", "in", 0) == 3 })
	got := h.sample(sinkID)
	e := got.Errors
	e.LastTimestamp = 0
	// What a task reports itself is neither an error nor skipped, as in Connect.
	if e != (metrics.TaskErrors{Failures: 2, Errors: 1, Skipped: 1, Logged: 2, DeadLetters: 2}) {
		t.Errorf("errors %+v", e)
	}
	if got.Sink.Read.Total != 3 || got.Sink.Send.Total != 2 {
		t.Errorf("sink %+v", got.Sink)
	}
	if _, ok := h.clientSample("admin_client"); !ok {
		t.Error("there is no admin client")
	}
}

// Commits that fail show in the ratio, and what is not committed stays active.
func TestFailedCommitSamples(t *testing.T) {
	var k taken
	h := newHost(t, (&scriptSink{put: k.put}).plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 6)
	var healed atomic.Bool
	h.broker.Cluster().ControlKey(int16(kmsg.OffsetCommit), func(req kmsg.Request) (kmsg.Response, error, bool) {
		h.broker.Cluster().KeepControl()
		if healed.Load() {
			return nil, nil, false
		}
		return refuseCommit(req.(*kmsg.OffsetCommitRequest)), nil, true
	})
	h.startSink(0, nil)
	h.eventually("commits fail", func() bool {
		s := h.sample(sinkID)
		return s.Commits.Failure > 0 && s.Sink.Active.Now == 6
	})
	healed.Store(true)
	h.eventually("a commit succeeds", func() bool {
		s := h.sample(sinkID)
		return s.Sink.Completions.Total > 0 && s.Sink.Active.Now == 0 && s.Commits.Success > 0
	})
}

// The first state that tells counts as the outcome of a start.
func TestStartSamples(t *testing.T) {
	var fail atomic.Bool
	s := counting("out", 1, 0)
	s.start = func(source.Runtime) error {
		if fail.Load() {
			return errors.New("not today")
		}
		return nil
	}
	s.connector = func(source.ConnectorRuntime) error {
		if fail.Load() {
			return errors.New("not today")
		}
		return nil
	}
	h := newHost(t, s.plugin(sourceClass))
	config := map[string]string{"name": "src", "connector.class": sourceClass}
	for _, failing := range []bool{false, true} {
		fail.Store(failing)
		h.startSource(nil)
		h.await(sourceID, map[bool]state.State{false: state.Running, true: state.Failed}[failing])
		if got := h.sample(sourceID).Status; got != map[bool]string{false: "running", true: "failed"}[failing] {
			t.Errorf("the task is %s", got)
		}
		h.worker.StopTasks(sourceID)
		done := make(chan error, 1)
		if err := h.worker.StartConnector("src", config, state.TargetStarted, func(err error) { done <- err }); err != nil {
			t.Fatal(err)
		}
		if err := <-done; (err != nil) != failing {
			t.Fatalf("the connector's start ended with %v", err)
		}
		c := h.worker.ConnectorSamples()
		if len(c) != 1 || c[0].Name != "src" || c[0].Kind != "source" || c[0].Class != sourceClass || c[0].Status != map[bool]string{false: "running", true: "failed"}[failing] {
			t.Errorf("connectors %+v", c)
		}
		h.worker.StopConnector("src")
	}
	if err := h.worker.StartConnector("x", map[string]string{"connector.class": "no.Such"}, state.TargetStarted, func(error) {}); err == nil {
		t.Error("an unknown class starts")
	}
	connectors, tasks := h.worker.StartSamples()
	if connectors.Attempts != 3 || connectors.Successes != 1 || connectors.Failures != 2 || math.Abs(connectors.Recent.Success-1.0/3) > 1e-9 {
		t.Errorf("connectors %+v", connectors)
	}
	if tasks != (metrics.Starts{Attempts: 2, Successes: 1, Failures: 1, Recent: metrics.Outcome{Success: 0.5, Failure: 0.5}}) {
		t.Errorf("tasks %+v", tasks)
	}
}

// Samples are taken while tasks come, work and go.
func TestSamplesWhileTasksWork(t *testing.T) {
	var k taken
	h := newHost(t, counting("in", 7, 500).plugin(sourceClass), (&scriptSink{put: k.put}).plugin(sinkClass))
	h.createTopic("in", 3)
	stop := make(chan struct{})
	var scrapes sync.WaitGroup
	for range 2 {
		scrapes.Go(func() {
			r := &metrics.Registry{Worker: h.worker}
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := r.WriteText(&bytes.Buffer{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	h.startSource(nil)
	h.startSink(0, nil)
	h.startSink(1, nil)
	h.eventually("the records are put", func() bool { return k.len() >= 500 })
	h.worker.StopTasks(sourceID, sinkID, state.TaskID{Connector: "snk", Task: 1})
	close(stop)
	scrapes.Wait()
	if got := slices.Collect(func(yield func(string) bool) {
		for _, s := range h.worker.TaskSamples() {
			yield(s.Connector)
		}
	}); len(got) != 0 {
		t.Errorf("samples of %v", got)
	}
}
