package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/store/state"
)

var sinkID = state.TaskID{Connector: "snk", Task: 0}

const sinkClass = "test.ScriptSinkConnector"

func (h *host) startSink(n int, props map[string]string) state.TaskID {
	h.t.Helper()
	all := map[string]string{"name": "snk", "connector.class": sinkClass, "topics": "in"}
	maps.Copy(all, props)
	id := state.TaskID{Connector: "snk", Task: n}
	if err := h.worker.StartTask(TaskStart{ID: id, Connector: all, Target: state.TargetStarted, Tasks: 1}); err != nil {
		h.t.Fatal(err)
	}
	return id
}

// taken collects what is put.
type taken struct {
	mu     sync.Mutex
	values []string
}

func (k *taken) put(_ sink.Runtime, records []connect.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range records {
		k.values = append(k.values, data.Text(records[i].Value))
	}
	return nil
}

func (k *taken) all() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.values)
}

func (k *taken) len() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.values)
}

func TestSinkDeliversInOrderAndCommits(t *testing.T) {
	var k taken
	h := newHost(t, (&scriptSink{put: k.put}).plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 1200)
	h.startSink(0, nil)
	h.eventually("all records are put", func() bool { return k.len() == 1200 })
	if got := k.all(); !slices.Equal(got, sequence(1, 1200)) {
		t.Fatal("the records are not in order")
	}
	h.eventually("offsets are committed while the task runs", func() bool { return h.committed("connect-snk", "in", 0) == 1200 })
	h.worker.StopTasks(sinkID)
	h.await(sinkID, state.Unassigned)
	h.produce("in", 0, 1201, 3)
	h.startSink(0, nil)
	h.eventually("it goes on where it was", func() bool { return k.len() == 1203 })
	if got := k.all(); !slices.Equal(got[1200:], sequence(1201, 1203)) {
		t.Fatalf("after the restart came %v", got[1200:])
	}
}

func TestSinkDeliversAgainAfterRetriable(t *testing.T) {
	var k taken
	var calls atomic.Int32
	s := &scriptSink{put: func(rt sink.Runtime, records []connect.Record) error {
		if len(records) == 0 {
			return nil
		}
		if calls.Add(1) <= 3 {
			rt.Context.RetryAfter(10 * time.Millisecond)
			return connect.Retriable(errors.New("busy"))
		}
		return k.put(rt, records)
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 10)
	h.startSink(0, nil)
	h.eventually("all records are put", func() bool { return k.len() >= 10 })
	if got := k.all(); !slices.Equal(got, sequence(1, 10)) {
		t.Fatalf("records are %v", got)
	}
	h.eventually("committed", func() bool { return h.committed("connect-snk", "in", 0) == 10 })
}

// Nothing is committed beyond what the task says is safe, and what is not safe comes
// again after a restart.
func TestSinkCommitsOnlyWhatIsSafe(t *testing.T) {
	var k taken
	tp := connect.TopicPartition{Topic: "in"}
	s := &scriptSink{put: k.put, preCommit: func(o sink.Offsets) (sink.Offsets, error) {
		if o[tp] < 4 {
			return nil, nil
		}
		return sink.Offsets{tp: 4}, nil
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 10)
	h.startSink(0, nil)
	h.eventually("offset 4 is committed", func() bool { return h.committed("connect-snk", "in", 0) == 4 })
	h.worker.StopTasks(sinkID)
	if n := h.committed("connect-snk", "in", 0); n != 4 {
		t.Fatalf("offset %d is committed, want 4", n)
	}
	before := k.len()
	h.startSink(0, nil)
	h.eventually("the unsafe records come again", func() bool { return k.len() == before+6 })
	if got := k.all()[before:]; !slices.Equal(got, sequence(5, 10)) {
		t.Fatalf("after the restart came %v", got)
	}
}

func TestSinkPreCommitErrorRewinds(t *testing.T) {
	var k taken
	var fails atomic.Int32
	s := &scriptSink{put: k.put, preCommit: func(o sink.Offsets) (sink.Offsets, error) {
		if fails.Add(1) == 1 {
			return nil, errors.New("the disk is full")
		}
		return o, nil
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 5)
	h.startSink(0, nil)
	h.eventually("the records came twice", func() bool { return k.len() == 10 })
	if got := k.all(); !slices.Equal(got, append(sequence(1, 5), sequence(1, 5)...)) {
		t.Fatalf("records are %v", got)
	}
	h.eventually("committed", func() bool { return h.committed("connect-snk", "in", 0) == 5 })
}

func TestSinkRewind(t *testing.T) {
	var k taken
	var rewound bool
	tp := connect.TopicPartition{Topic: "in"}
	s := &scriptSink{put: func(rt sink.Runtime, records []connect.Record) error {
		for i := range records {
			if records[i].Consumed.Offset == 700 && !rewound {
				rewound = true
				rt.Context.Rewind(sink.Offsets{tp: 650})
				return nil
			}
		}
		return k.put(rt, records)
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 0, 2000)
	h.startSink(0, nil)
	h.eventually("the last record is put", func() bool { return k.len() > 0 && k.all()[k.len()-1] == "1999" })
	got := k.all()
	if !slices.Equal(got[:500], sequence(0, 499)) || !slices.Equal(got[500:], sequence(650, 1999)) {
		t.Fatalf("%d records, around the rewind: %v", len(got), got[495:505])
	}
}

func TestSinkPausedPartitionIsHeldBack(t *testing.T) {
	var k taken
	p0 := connect.TopicPartition{Topic: "in"}
	var seen1 atomic.Int32
	var paused bool
	s := &scriptSink{put: func(rt sink.Runtime, records []connect.Record) error {
		for i := range records {
			switch records[i].Partition {
			case 0:
				if !paused && seen1.Load() < 3 {
					paused = true
					if err := rt.Context.Pause(p0); err != nil {
						return err
					}
				}
			case 1:
				if seen1.Add(1) == 3 {
					if err := rt.Context.Resume(p0); err != nil {
						return err
					}
				}
			}
		}
		return k.put(rt, records)
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 2)
	h.produce("in", 0, 0, 1)
	h.startSink(0, nil)
	h.eventually("the first record is put", func() bool { return k.len() == 1 })
	h.produce("in", 0, 1, 5)
	h.produce("in", 1, 100, 3)
	h.eventually("all records are put", func() bool { return k.len() == 9 })
	if got := k.all(); !slices.Equal(got[:4], []string{"0", "100", "101", "102"}) || !slices.Equal(got[4:], sequence(1, 5)) {
		t.Fatalf("records are %v", got)
	}
}

// Two tasks share the partitions; when one goes, the other takes over without loss.
func TestSinkRebalance(t *testing.T) {
	var k taken
	h := newHost(t, (&scriptSink{put: k.put}).plugin(sinkClass))
	h.createTopic("in", 6)
	first, second := h.startSink(0, nil), h.startSink(1, nil)
	want := map[string]bool{}
	write := func(from int) {
		for p := range int32(6) {
			h.produce("in", p, from+int(p)*100, 50)
			for i := range 50 {
				want[fmt.Sprint(from+int(p)*100+i)] = true
			}
		}
	}
	write(0)
	h.await(first, state.Running)
	h.await(second, state.Running)
	h.eventually("the first half is put", func() bool { return distinct(k.all()) == 300 })
	h.worker.StopTasks(first)
	write(10_000)
	h.eventually("the second half is put", func() bool { return distinct(k.all()) == 600 })
	for _, v := range k.all() {
		delete(want, v)
	}
	if len(want) > 0 {
		t.Fatalf("%d records are lost", len(want))
	}
	h.worker.StopTasks(second)
	for p := range int32(6) {
		if n := h.committed("connect-snk", "in", p); n != 100 {
			t.Errorf("partition %d is committed at %d, want 100", p, n)
		}
	}
}

// A partition that was paused, given up and given again is not paused any more.
func TestSinkPauseEndsWithTheAssignment(t *testing.T) {
	var k taken
	var paused atomic.Bool
	var opens atomic.Int32
	s := &scriptSink{
		open: func([]connect.TopicPartition) { opens.Add(1) },
		put: func(rt sink.Runtime, records []connect.Record) error {
			if len(records) > 0 && paused.CompareAndSwap(false, true) {
				if err := rt.Context.Pause(connect.TopicPartition{Topic: "in"}); err != nil {
					return err
				}
			}
			return k.put(rt, records)
		},
	}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 0, 1)
	h.startSink(0, nil)
	h.eventually("the first record is put", func() bool { return k.len() == 1 })
	second := h.startSink(1, nil) // at whose coming the first gives up what it has
	h.eventually("the partition is given again", func() bool { return opens.Load() == 2 })
	h.worker.StopTasks(second)
	h.produce("in", 0, 1, 5)
	h.eventually("the others are put", func() bool { return distinct(k.all()) == 6 })
}

func distinct(values []string) int {
	set := map[string]bool{}
	for _, v := range values {
		set[v] = true
	}
	return len(set)
}

func TestSinkDeadLetters(t *testing.T) {
	var k taken
	s := &scriptSink{put: func(rt sink.Runtime, records []connect.Record) error {
		for i := range records {
			if data.Text(records[i].Value) == "3" {
				if err := rt.Errant.Report(&records[i], errors.New("three is a crowd")); err != nil {
					return err
				}
			}
		}
		return k.put(rt, records)
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 3)
	if err := h.client.ProduceSync(context.Background(), &kgo.Record{Topic: "in", Key: []byte("k"), Value: []byte("poison")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	h.startSink(0, map[string]string{
		"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dead",
		"errors.deadletterqueue.topic.replication.factor": "1", "errors.deadletterqueue.context.headers.enable": "true",
	})
	h.eventually("the good ones are put", func() bool { return k.len() == 3 })
	dead := h.consumeRecords("dead", 2)
	byValue := map[string]map[string]string{}
	for _, r := range dead {
		headers := map[string]string{}
		for _, x := range r.Headers {
			headers[x.Key] = string(x.Value)
		}
		byValue[string(r.Value)] = headers
	}
	for value, want := range map[string][2]string{
		"poison": {"VALUE_CONVERTER", "test.TextConverter"}, "3": {"TASK_PUT", "org.apache.kafka.connect.sink.SinkTask"},
	} {
		got := byValue[value]
		if got["__connect.errors.stage"] != want[0] || got["__connect.errors.class.name"] != want[1] ||
			got["__connect.errors.topic"] != "in" || got["__connect.errors.connector.name"] != "snk" ||
			!strings.Contains(got["__connect.errors.exception.stacktrace"], got["__connect.errors.exception.message"]) {
			t.Errorf("headers of dead letter %s are %v", value, got)
		}
	}
	h.eventually("the offset moves over dead letters", func() bool { return h.committed("connect-snk", "in", 0) == 4 })
}

func (h *host) consumeRecords(topic string, n int) []*kgo.Record {
	h.t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(h.broker.Addrs()...), kgo.ConsumeTopics(topic), kgo.DisableClientMetrics())
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var records []*kgo.Record
	for len(records) < n && ctx.Err() == nil {
		records = append(records, c.PollFetches(ctx).Records()...)
	}
	return records
}

func TestSinkFailures(t *testing.T) {
	cases := []struct {
		name string
		put  func(sink.Runtime, []connect.Record) error
		want string
	}{
		{"error", func(sink.Runtime, []connect.Record) error { return errors.New("no more room") }, "Exiting WorkerSinkTask due to unrecoverable exception."},
		{"panic", func(sink.Runtime, []connect.Record) error { panic("flood") }, "Exiting WorkerSinkTask due to unrecoverable exception."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, (&scriptSink{put: c.put}).plugin(sinkClass))
			h.createTopic("in", 1)
			h.produce("in", 0, 1, 1)
			h.startSink(0, nil)
			if err := h.await(sinkID, state.Failed); err == nil || err.Error() != c.want || errors.Unwrap(err) == nil {
				t.Fatalf("the failure is %v", err)
			}
			if n := h.committed("connect-snk", "in", 0); n != -1 {
				t.Errorf("offset %d is committed", n)
			}
		})
	}
	t.Run("poison without tolerance", func(t *testing.T) {
		var k taken
		h := newHost(t, (&scriptSink{put: k.put}).plugin(sinkClass))
		h.createTopic("in", 1)
		if err := h.client.ProduceSync(context.Background(), &kgo.Record{Topic: "in", Value: []byte("poison")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		h.startSink(0, nil)
		if err := h.await(sinkID, state.Failed); err == nil || err.Error() != "Tolerance exceeded in error handler" {
			t.Fatalf("the failure is %v", err)
		}
	})
}

func TestSinkPauseKeepsWhatWasRead(t *testing.T) {
	var k taken
	h := newHost(t, (&scriptSink{put: k.put}).plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 10)
	h.startSink(0, nil)
	h.eventually("the first records are put", func() bool { return k.len() == 10 })
	h.worker.PauseTasks("snk", true)
	h.await(sinkID, state.Paused)
	h.produce("in", 0, 11, 1000)
	h.eventually("the pause commits", func() bool { return h.committed("connect-snk", "in", 0) == 10 })
	if n := k.len(); n != 10 {
		t.Fatalf("%d records are put while the task is paused", n)
	}
	h.worker.PauseTasks("snk", false)
	h.eventually("the rest is put", func() bool { return k.len() == 1010 })
	if got := k.all(); !slices.Equal(got, sequence(1, 1010)) {
		t.Fatal("the records are not in order")
	}
}

// A Put that hangs is given up; the partitions go to others and nothing is committed
// for it.
func TestSinkHangIsAbandoned(t *testing.T) {
	release, entered := make(chan struct{}), make(chan struct{}, 10)
	s := &scriptSink{put: func(_ sink.Runtime, records []connect.Record) error {
		if len(records) > 0 {
			entered <- struct{}{}
			<-release
		}
		return nil
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 3)
	h.worker.GracefulTimeout = 50 * time.Millisecond
	h.startSink(0, nil)
	<-entered
	h.worker.StopTasks(sinkID)
	close(release)
	h.eventually("the abandoned task has ended", func() bool { return strings.Contains(h.log.String(), "abandoned has ended") })
	if n := h.committed("connect-snk", "in", 0); n != -1 {
		t.Errorf("an abandoned task committed offset %d", n)
	}
}

// A task says once what is safe; when Kafka refuses the commit, it is tried again.
func TestSinkCommitsAgainAfterFailure(t *testing.T) {
	var k taken
	tp := connect.TopicPartition{Topic: "in"}
	var said bool
	s := &scriptSink{put: k.put, preCommit: func(o sink.Offsets) (sink.Offsets, error) {
		if said || o[tp] < 10 {
			return nil, nil
		}
		said = true
		return sink.Offsets{tp: 10}, nil
	}}
	h := newHost(t, s.plugin(sinkClass))
	h.createTopic("in", 1)
	h.produce("in", 0, 1, 10)
	var refused atomic.Int32
	h.broker.Cluster().ControlKey(int16(kmsg.OffsetCommit), func(req kmsg.Request) (kmsg.Response, error, bool) {
		h.broker.Cluster().KeepControl()
		if refused.Add(1) > 2 {
			return nil, nil, false
		}
		return refuseCommit(req.(*kmsg.OffsetCommitRequest)), nil, true
	})
	h.startSink(0, nil)
	h.eventually("the offset is committed in the end", func() bool { return h.committed("connect-snk", "in", 0) == 10 })
	if c, _ := h.worker.TaskCounts(sinkID); c.FailedCommits != 2 {
		t.Errorf("%d commits failed, want 2", c.FailedCommits)
	}
}

func refuseCommit(req *kmsg.OffsetCommitRequest) *kmsg.OffsetCommitResponse {
	resp := req.ResponseKind().(*kmsg.OffsetCommitResponse)
	for _, topic := range req.Topics {
		rt := kmsg.NewOffsetCommitResponseTopic()
		rt.Topic, rt.TopicID = topic.Topic, topic.TopicID
		for _, p := range topic.Partitions {
			rp := kmsg.NewOffsetCommitResponseTopicPartition()
			rp.Partition, rp.ErrorCode = p.Partition, kerr.OffsetMetadataTooLarge.Code
			rt.Partitions = append(rt.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, rt)
	}
	return resp
}

// Every partition that was opened is closed, also one without records.
func TestSinkClosesWhatItOpened(t *testing.T) {
	var mu sync.Mutex
	opened, closed := map[connect.TopicPartition]bool{}, map[connect.TopicPartition]bool{}
	note := func(set map[connect.TopicPartition]bool) func([]connect.TopicPartition) {
		return func(tps []connect.TopicPartition) {
			mu.Lock()
			defer mu.Unlock()
			for _, tp := range tps {
				set[tp] = true
			}
		}
	}
	var k taken
	h := newHost(t, (&scriptSink{put: k.put, open: note(opened), close: note(closed)}).plugin(sinkClass))
	h.createTopic("in", 3)
	h.produce("in", 1, 1, 5)
	h.startSink(0, nil)
	h.eventually("the records are put", func() bool { return k.len() == 5 })
	h.worker.StopTasks(sinkID)
	mu.Lock()
	defer mu.Unlock()
	if len(opened) != 3 || !maps.Equal(opened, closed) {
		t.Errorf("opened %v, closed %v", opened, closed)
	}
}
