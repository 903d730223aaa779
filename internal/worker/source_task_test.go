package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

var sourceID = state.TaskID{Connector: "src", Task: 0}

const sourceClass = "test.ScriptSourceConnector"

func (h *host) startSource(props map[string]string) {
	h.t.Helper()
	all := map[string]string{"name": "src", "connector.class": sourceClass}
	for k, v := range props {
		all[k] = v
	}
	if err := h.worker.StartTask(TaskStart{ID: sourceID, Connector: all, Target: state.TargetStarted, Tasks: 1}); err != nil {
		h.t.Fatal(err)
	}
}

type counter int64

func (c counter) Fields() connect.Fields { return connect.Fields{"n": int64(c)} }

var onePartition = connect.NewSourcePartition(connect.Fields{"p": "one"})

func numbered(topic string, n int64) connect.Record {
	return connect.Record{
		Topic: topic, Partition: connect.NoPartition, Timestamp: connect.NoTimestamp,
		ValueSchema: data.StringSchema, Value: fmt.Sprint(n), Source: onePartition, SourceOffset: counter(n),
	}
}

// counting polls numbered records in batches, from the stored offset on, up to end.
func counting(topic string, batch, end int64) *scriptSource {
	var next int64
	return &scriptSource{
		start: func(rt source.Runtime) error {
			offset, err := rt.Offsets.Offset(context.Background(), onePartition)
			next, _ = offset["n"].(int64)
			return err
		},
		poll: func(ctx context.Context) ([]connect.Record, error) {
			if next >= end {
				return idle(ctx)
			}
			var records []connect.Record
			for range min(batch, end-next) {
				next++
				records = append(records, numbered(topic, next))
			}
			return records, nil
		},
	}
}

func (h *host) storedOffset() int64 {
	offset, err := offsetstore.For(h.offsets, "src").Offset(context.Background(), onePartition)
	if err != nil {
		h.t.Fatal(err)
	}
	n, _ := offset["n"].(int64)
	return n
}

func sequence(from, to int64) []string {
	var want []string
	for n := from; n <= to; n++ {
		want = append(want, fmt.Sprint(n))
	}
	return want
}

func TestSourceDeliversInOrderAndStoresOffsets(t *testing.T) {
	h := newHost(t, counting("out", 7, 100).plugin(sourceClass))
	h.startSource(nil)
	if got := h.consume("out", 100); !slices.Equal(got, sequence(1, 100)) {
		t.Fatalf("records are %v", got)
	}
	h.eventually("offset 100 stored while the task runs", func() bool { return h.storedOffset() == 100 })
	h.worker.StopTasks(sourceID)
	h.await(sourceID, state.Unassigned)
	if c, _ := h.worker.TaskCounts(sourceID); c.Records != 0 {
		t.Errorf("a stopped task still has counts: %+v", c)
	}
}

func TestSourceGoesOnAfterStop(t *testing.T) {
	h := newHost(t, counting("out", 10, 50).plugin(sourceClass))
	h.startSource(nil)
	h.consume("out", 50)
	h.worker.StopTasks(sourceID)
	if n := h.storedOffset(); n != 50 {
		t.Fatalf("after a clean stop offset %d is stored, want 50", n)
	}
	h.startSource(nil)
	h.await(sourceID, state.Running)
	h.worker.StopTasks(sourceID)
	if got := h.consume("out", 50); len(got) != 50 {
		t.Fatalf("a restart from the end sent %d records again", len(got)-50)
	}
}

// A record that Kafka refuses for good fails the task, and its offset stays where
// it was.
func TestSourceRefusedRecord(t *testing.T) {
	h := newHost(t, counting("out", 1, 3).plugin(sourceClass))
	h.createTopic("out", 1)
	h.broker.Cluster().ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		h.broker.Cluster().KeepControl()
		return refuseProduce(req.(*kmsg.ProduceRequest), kerr.TopicAuthorizationFailed), nil, true
	})
	h.startSource(nil)
	err := h.await(sourceID, state.Failed)
	if err == nil || !strings.Contains(err.Error(), "Unrecoverable exception from producer send callback") {
		t.Fatalf("the failure is %v", err)
	}
	if cause := errors.Unwrap(err); cause == nil || !strings.Contains(cause.Error(), "needs Write") {
		t.Errorf("the cause gives no advice: %v", cause)
	}
	if n := h.storedOffset(); n != 0 {
		t.Errorf("offset %d is stored although Kafka has nothing", n)
	}
}

func refuseProduce(req *kmsg.ProduceRequest, err *kerr.Error) *kmsg.ProduceResponse {
	resp := req.ResponseKind().(*kmsg.ProduceResponse)
	for _, topic := range req.Topics {
		rt := kmsg.NewProduceResponseTopic()
		rt.Topic, rt.TopicID = topic.Topic, topic.TopicID
		for _, p := range topic.Partitions {
			rp := kmsg.NewProduceResponseTopicPartition()
			rp.Partition, rp.ErrorCode = p.Partition, err.Code
			rt.Partitions = append(rt.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, rt)
	}
	return resp
}

// While Kafka answers nothing, no offset is stored; when it comes back, nothing is
// lost.
func TestSourceWaitsForAcks(t *testing.T) {
	h := newHost(t, counting("out", 5, 20).plugin(sourceClass))
	h.createTopic("out", 1)
	var blocked atomic.Bool
	blocked.Store(true)
	h.broker.Cluster().ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		h.broker.Cluster().KeepControl()
		if blocked.Load() {
			return refuseProduce(req.(*kmsg.ProduceRequest), kerr.NotLeaderForPartition), nil, true
		}
		return nil, nil, false
	})
	h.startSource(nil)
	h.await(sourceID, state.Running)
	h.eventually("the first batch was polled", func() bool { c, _ := h.worker.TaskCounts(sourceID); return c.Records >= 5 })
	<-time.After(150 * time.Millisecond) // three commit intervals in which nothing may be stored
	if n := h.storedOffset(); n != 0 {
		t.Fatalf("offset %d is stored although Kafka has nothing", n)
	}
	blocked.Store(false)
	if got := h.consume("out", 20); !slices.Equal(got, sequence(1, 20)) {
		t.Fatalf("records are %v", got)
	}
	h.eventually("the last offset is stored", func() bool { return h.storedOffset() == 20 })
}

func TestSourceTolerance(t *testing.T) {
	poison := func() *scriptSource {
		var done bool
		return &scriptSource{poll: func(ctx context.Context) ([]connect.Record, error) {
			if done {
				return idle(ctx)
			}
			done = true
			bad := numbered("out", 2)
			bad.Value = "poison"
			return []connect.Record{numbered("out", 1), bad, numbered("out", 3)}, nil
		}}
	}
	t.Run("none", func(t *testing.T) {
		h := newHost(t, poison().plugin(sourceClass))
		h.startSource(nil)
		err := h.await(sourceID, state.Failed)
		if err == nil || err.Error() != "Tolerance exceeded in error handler" || !errors.Is(err, errPoison) {
			t.Fatalf("the failure is %v", err)
		}
		if n := h.storedOffset(); n > 1 {
			t.Errorf("offset %d is stored", n)
		}
	})
	t.Run("all", func(t *testing.T) {
		s := poison()
		var mu sync.Mutex
		var dropped []string
		s.commits = func(r *connect.Record, m *source.Produced) {
			mu.Lock()
			defer mu.Unlock()
			if m == nil {
				dropped = append(dropped, data.Text(r.Value))
			}
		}
		h := newHost(t, s.plugin(sourceClass))
		h.startSource(map[string]string{"errors.tolerance": "all", "errors.log.enable": "true", "errors.log.include.messages": "true"})
		if got := h.consume("out", 2); !slices.Equal(got, []string{"1", "3"}) {
			t.Fatalf("records are %v", got)
		}
		h.eventually("the offset moves over the dropped record", func() bool { return h.storedOffset() == 3 })
		h.worker.StopTasks(sourceID)
		if !slices.Equal(dropped, []string{"poison"}) {
			t.Errorf("commitRecord told of dropped records %v", dropped)
		}
		if !strings.Contains(h.log.String(), "Error encountered in task src-0. Executing stage 'VALUE_CONVERTER' with class 'test.TextConverter', where source record is = SourceRecord{") {
			t.Errorf("the error log has no such line:\n%s", h.log.String())
		}
	})
}

func TestSourcePollErrors(t *testing.T) {
	cases := []struct {
		name string
		poll func() ([]connect.Record, error)
		want string
	}{
		{"error", func() ([]connect.Record, error) { return nil, errors.New("the well is dry") }, "the well is dry"},
		{"panic", func() ([]connect.Record, error) { panic("at the disco") }, "panic in Poll: at the disco"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := &scriptSource{poll: func(context.Context) ([]connect.Record, error) { return c.poll() }}
			h := newHost(t, s.plugin(sourceClass))
			h.startSource(nil)
			if err := h.await(sourceID, state.Failed); err == nil || err.Error() != c.want {
				t.Fatalf("the failure is %v, want %s", err, c.want)
			}
		})
	}
	t.Run("retriable", func(t *testing.T) {
		var calls atomic.Int32
		s := &scriptSource{poll: func(ctx context.Context) ([]connect.Record, error) {
			if n := calls.Add(1); n < 3 {
				return nil, connect.Retriable(errors.New("not yet"))
			} else if n == 3 {
				return []connect.Record{numbered("out", 1)}, nil
			}
			return idle(ctx)
		}}
		h := newHost(t, s.plugin(sourceClass))
		h.startSource(nil)
		h.consume("out", 1)
	})
}

func TestSourcePauseAndResume(t *testing.T) {
	h := newHost(t, counting("out", 1, 5).plugin(sourceClass))
	h.startSource(nil)
	h.consume("out", 5)
	h.worker.PauseTasks("src", true)
	h.await(sourceID, state.Paused)
	h.worker.PauseTasks("src", false)
	h.await(sourceID, state.Running)
}

// A task that hangs is given up after the graceful time-out; its producer is taken
// from it.
func TestSourceHangIsAbandoned(t *testing.T) {
	release := make(chan struct{})
	s := &scriptSource{poll: func(context.Context) ([]connect.Record, error) {
		<-release
		return []connect.Record{numbered("out", 1)}, nil
	}}
	h := newHost(t, s.plugin(sourceClass))
	h.createTopic("out", 1)
	h.worker.GracefulTimeout = 50 * time.Millisecond
	h.startSource(nil)
	h.await(sourceID, state.Running)
	h.eventually("the call is visible", func() bool {
		c := h.worker.TaskCall(sourceID)
		return c != nil && c.Method == "Poll" && time.Since(c.Since) < patience
	})
	h.worker.StopTasks(sourceID)
	if !strings.Contains(h.log.String(), "call=\"Poll since") {
		t.Errorf("the log does not name the call:\n%s", h.log.String())
	}
	close(release)
	h.eventually("the abandoned task has ended", func() bool { return strings.Contains(h.log.String(), "abandoned has ended") })
	ends, err := kadm.NewClient(h.client).ListEndOffsets(context.Background(), "out")
	if err != nil {
		t.Fatal(err)
	}
	if o, _ := ends.Lookup("out", 0); o.Offset != 0 {
		t.Errorf("an abandoned task wrote %d records", o.Offset)
	}
}

func TestSourceCreatesTopics(t *testing.T) {
	h := newHost(t, counting("made.here", 1, 1).plugin(sourceClass))
	h.startSource(map[string]string{
		"topic.creation.default.partitions": "3", "topic.creation.default.replication.factor": "1",
		"topic.creation.groups": "made", "topic.creation.made.include": "made\\..*", "topic.creation.made.partitions": "5",
		"topic.creation.made.cleanup.policy": "compact",
	})
	h.consume("made.here", 1)
	topics, err := kadm.NewClient(h.client).ListTopics(context.Background(), "made.here")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(topics["made.here"].Partitions); n != 5 {
		t.Errorf("the topic has %d partitions, want 5", n)
	}
}
