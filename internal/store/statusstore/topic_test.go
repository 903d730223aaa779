package statusstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
	"github.com/millrace/millrace/internal/store/state"
)

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func topicSettings(b *devbroker.Broker) TopicSettings {
	return TopicSettings{
		Worker: map[string]string{"bootstrap.servers": strings.Join(b.Addrs(), ","), "group.id": "g"},
		Topic:  "statuses", Partitions: 5, Replication: 1,
	}
}

func openTopic(t *testing.T, b *devbroker.Broker) *Topic {
	t.Helper()
	topic, err := OpenTopic(within(t), topicSettings(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(topic.Close)
	return topic
}

// settle writes what was put and reads it back.
func settle(t *testing.T, topics ...*Topic) {
	t.Helper()
	for _, topic := range topics {
		if err := topic.Flush(within(t)); err != nil {
			t.Fatal(err)
		}
	}
	for _, topic := range topics {
		if err := topic.ReadToEnd(within(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// history returns the values of a key in the topic, in order.
func history(t *testing.T, b *devbroker.Broker, key string) []string {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.ConsumeTopics("statuses"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var values []string
	total := int64(0)
	for _, p := range b.Cluster().PartitionInfos("statuses") {
		total += p.HighWatermark
	}
	for seen := int64(0); seen < total; {
		fetches := client.PollFetches(within(t))
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			seen++
			if string(r.Key) == key {
				values = append(values, string(r.Value))
			}
		})
	}
	return values
}

var task = state.TaskID{Connector: "c", Task: 0}

func running(worker string, generation int) state.Status {
	return state.Status{State: state.Running, WorkerID: worker, Generation: generation}
}

func TestTwoWorkersSeeEachOther(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	first, second := openTopic(t, b), openTopic(t, b)
	failed := state.Status{State: state.Failed, Trace: "boom\n", WorkerID: "one:8083", Generation: 3, Version: "1.0"}
	first.PutConnector("c", running("one:8083", 3))
	first.PutTask(task, failed)
	first.AddTopic("c", "orders", 0)
	settle(t, first, second)
	if got, ok := second.Task(task); !ok || got != failed {
		t.Errorf("the task is %+v", got)
	}
	if got := second.Topics("c"); len(got) != 1 || got[0].Name != "orders" || got[0].Discovered == 0 {
		t.Errorf("the topics are %+v", got)
	}
	third := openTopic(t, b)
	if got, _ := third.Connector("c"); got != running("one:8083", 3) || !slices.Equal(third.Connectors(), []string{"c"}) {
		t.Errorf("read at the start: %+v", got)
	}
	third.PutConnector("c", state.Status{State: state.Destroyed})
	third.PutTask(task, state.Status{State: state.Destroyed})
	third.DeleteTopic("c", "orders")
	settle(t, third, first)
	if _, ok := first.Connector("c"); ok || len(first.Tasks("c"))+len(first.Topics("c"))+len(first.Connectors()) > 0 {
		t.Errorf("left: %v %v %v", first.Connectors(), first.Tasks("c"), first.Topics("c"))
	}
}

// A call that hangs stands in the newest status of this worker, until that changes or it
// returns, and not in one that another worker has replaced.
func TestStuckCalls(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	first, second := openTopic(t, b), openTopic(t, b)
	const status = `{"state":"%s","trace":null,"worker_id":"one:8083","generation":3,"version":null%s}`
	hangs := state.Stuck{Call: "Put", Since: time.UnixMilli(1700000000000)}
	first.TaskStuck(task, hangs) // of which there is no status
	first.PutTask(task, running("one:8083", 3))
	first.TaskStuck(task, hangs)
	first.TaskStuck(task, hangs)
	settle(t, first, second)
	if got, _ := second.Task(task); got.Stuck != hangs || got.State != state.Running {
		t.Errorf("the task is %+v", got)
	}
	first.TaskStuck(task, state.Stuck{})
	first.PutTask(task, state.Status{State: state.Paused, WorkerID: "one:8083", Generation: 3})
	first.TaskStuck(task, state.Stuck{})
	settle(t, first)
	want := []string{
		fmt.Sprintf(status, "RUNNING", ""), fmt.Sprintf(status, "RUNNING", `,"stuck_call":"Put","stuck_since":1700000000000`),
		fmt.Sprintf(status, "RUNNING", ""), fmt.Sprintf(status, "PAUSED", ""),
	}
	if got := history(t, b, "status-task-c-0"); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	first.PutConnector("c", running("one:8083", 3))
	second.PutConnector("c", running("two:8083", 4))
	settle(t, second, first)
	first.ConnectorStuck("c", hangs)
	settle(t, first)
	if got, _ := first.Connector("c"); got != running("two:8083", 4) {
		t.Errorf("the connector is %+v", got)
	}
}

// Every status is written, in order.
func TestOrder(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b)
	var want []string
	for i := range 1200 {
		topic.PutTask(task, running("one:8083", i))
		want = append(want, fmt.Sprintf(`{"state":"RUNNING","trace":null,"worker_id":"one:8083","generation":%d,"version":null}`, i))
	}
	settle(t, topic)
	if got := history(t, b, "status-task-c-0"); !slices.Equal(got, want) {
		t.Errorf("%d records, want %d", len(got), len(want))
	}
}

func TestSafePuts(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	old, young := openTopic(t, b), openTopic(t, b)
	young.PutTask(task, running("two:8083", 5))
	young.PutConnector("c", running("two:8083", 5))
	settle(t, young, old)
	gone := state.Status{State: state.Unassigned, WorkerID: "one:8083", Generation: 4}
	old.PutTaskSafe(task, gone)
	old.PutConnectorSafe("c", gone)
	settle(t, old)
	if got, _ := old.Task(task); got.State != state.Running {
		t.Errorf("the task is %+v", got)
	}
	gone.Generation = 6
	old.PutTaskSafe(task, gone)
	old.PutConnectorSafe("c", gone)
	settle(t, old)
	if got, _ := old.Connector("c"); got != gone {
		t.Errorf("the connector is %+v", got)
	}
	if got, _ := old.Task(task); got != gone {
		t.Errorf("the task is %+v", got)
	}
}

// A topic is noted once, however often it is used, until it is forgotten.
func TestTopicIsNotedOnce(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b)
	const key = "status-topic-orders:connector-c"
	for range 100 {
		topic.AddTopic("c", "orders", 1)
	}
	settle(t, topic)
	topic.AddTopic("c", "orders", 2)
	settle(t, topic)
	if got := history(t, b, key); len(got) != 1 {
		t.Errorf("written: %q", got)
	}
	topic.DeleteTopic("c", "orders")
	settle(t, topic)
	topic.AddTopic("c", "orders", 2)
	settle(t, topic)
	if got := history(t, b, key); len(got) != 3 {
		t.Errorf("written: %q", got)
	}
}

// fault makes produce requests fail until the answer is called.
func fault(b *devbroker.Broker, err *kerr.Error) (end func()) {
	return b.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: err, Count: -1}).Remove
}

// What fails for a while is written later, unless it does not matter any more.
func TestRetries(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b)
	heal := fault(b, kerr.NotEnoughReplicas)
	other := state.TaskID{Connector: "c", Task: 1}
	topic.PutTask(other, running("one:8083", 1)) // of a generation that passes
	topic.PutTask(task, running("one:8083", 2))  // superseded
	topic.AddTopic("c", "orders", 0)             // always
	if err := topic.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	last := state.Status{State: state.Paused, WorkerID: "one:8083", Generation: 2}
	topic.PutTask(task, last)
	if err := topic.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	heal()
	for limit := within(t); len(topic.Topics("c")) == 0 || len(topic.Tasks("c")) == 0; {
		settle(t, topic)
		if limit.Err() != nil {
			t.Fatal("nothing was written")
		}
	}
	if got, _ := topic.Task(task); got != last {
		t.Errorf("the task is %+v", got)
	}
	if got := history(t, b, "status-task-c-0"); len(got) != 1 {
		t.Errorf("written: %q", got)
	}
	if got := history(t, b, "status-task-c-1"); len(got) != 0 {
		t.Errorf("written: %q", got)
	}
}

// What the brokers refuse is not tried again and holds nobody up.
func TestRefusal(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b)
	heal := fault(b, kerr.TopicAuthorizationFailed)
	topic.PutTask(task, running("one:8083", 1))
	if err := topic.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	heal()
	topic.PutConnector("c", running("one:8083", 1))
	settle(t, topic)
	if _, ok := topic.Connector("c"); !ok || len(topic.Tasks("c")) != 0 {
		t.Errorf("connector %v, tasks %v", ok, topic.Tasks("c"))
	}
}

func TestQueueForgetsWhatWasDeleted(t *testing.T) {
	q := newQueue()
	put := func() []item {
		q.put(item{record: Record{Key: []byte("k")}})
		items, _ := q.take(10)
		return items
	}
	before := put()
	q.forget("k", time.Now().Add(time.Minute))
	if q.back(before); len(q.items) != 0 {
		t.Error("a put before the deletion is tried again")
	}
	after := put()
	q.forget("k", time.Now().Add(-time.Minute))
	if q.back(after); len(q.items) != 1 {
		t.Error("a put after the deletion is not tried again")
	}
}

func TestQueueIsBounded(t *testing.T) {
	q := newQueue()
	done := q.mark()
	for range 5 * queueLimit {
		q.put(item{record: Record{Key: []byte("k")}})
	}
	if n := len(q.items); n > queueLimit+1 {
		t.Errorf("%d puts wait", n)
	}
	if q.items[0].done == nil {
		t.Error("the mark is gone")
	}
	select {
	case <-done:
		t.Error("nothing was tried yet")
	default:
	}
}

func TestGarbage(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.DefaultProduceTopic("statuses"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, r := range []*kgo.Record{
		{},
		{Key: []byte("x")},
		{Key: []byte("status-task-c-0"), Value: []byte("{")},
		{Key: []byte("status-task-c-0"), Value: []byte("null")},
		{Key: []byte("status-topic-a"), Value: []byte("{}")},
		{Key: []byte("status-connector-")},
		{Value: []byte("v")},
	} {
		if err := client.ProduceSync(within(t), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	topic.PutTask(task, running("one:8083", 1))
	settle(t, topic)
	if got, _ := topic.Task(task); got != running("one:8083", 1) {
		t.Errorf("the task is %+v", got)
	}
}

// While the broker is away, puts do not block and Close ends.
func TestBrokerAway(t *testing.T) {
	t.Parallel()
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		topic.PutTask(task, running("one:8083", i))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := topic.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the flush ended with %v", err)
	}
	began := time.Now()
	topic.Close()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("closing took %v", took)
	}
	topic.PutTask(task, running("one:8083", 1)) // does nothing
}

// Close writes what was put before.
func TestCloseWrites(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b)
	topic.PutTask(task, running("one:8083", 1))
	topic.Close()
	if got, ok := openTopic(t, b).Task(task); !ok {
		t.Errorf("the task is %+v", got)
	}
}

func TestNameless(t *testing.T) {
	_, err := OpenTopic(within(t), TopicSettings{})
	var bad *config.Error
	if !errors.As(err, &bad) || err.Error() != "Must specify topic for connector status." {
		t.Errorf("the error is %v", err)
	}
}
