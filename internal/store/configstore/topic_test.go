package configstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
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
		Worker:  map[string]string{"bootstrap.servers": strings.Join(b.Addrs(), ","), "group.id": "g"},
		GroupID: "g", EOS: EOSDisabled, Topic: "configs", Replication: 1,
	}
}

func openTopic(t *testing.T, s TopicSettings) *Topic {
	t.Helper()
	topic, err := OpenTopic(within(t), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(topic.Close)
	return topic
}

// produce writes records written key=value as they are, a key alone being a tombstone.
func produce(t *testing.T, b *devbroker.Broker, records ...string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.DefaultProduceTopic("configs"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, text := range records {
		key, value, ok := strings.Cut(text, "=")
		r := &kgo.Record{Key: []byte(key)}
		if ok {
			r.Value = []byte(value)
		}
		if err := client.ProduceSync(within(t), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// heard gathers events.
type heard struct {
	mu     sync.Mutex
	events []string
}

func (h *heard) add(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, fmt.Sprintf("%d %s%s%v%s", e.Kind, e.Connector, e.Restart.Connector, e.Tasks, e.Level))
}

func (h *heard) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

// Two workers share a topic: whatever one writes, the other sees and is told in order.
func TestTwoWorkers(t *testing.T) {
	b, told, ctx := devbrokertest.Start(t, devbroker.Settings{}), &heard{}, within(t)
	writer := openTopic(t, topicSettings(b))
	s := topicSettings(b)
	s.Events = told.add
	other := openTopic(t, s)
	for _, err := range []error{
		writer.PutConnector(ctx, "c", map[string]string{"name": "c", "k": "v"}, state.TargetPaused),
		writer.PutTasks(ctx, "c", []map[string]string{{"i": "0"}, {"i": "1"}}),
		writer.PutTarget(ctx, "c", state.TargetStarted),
		writer.PutTaskCount(ctx, "c", 2),
		writer.PutSessionKey(ctx, SessionKey{Key: []byte("0123456789abcdef0123456789abcdef"), Algorithm: "HmacSHA256", Created: 1}),
		writer.PutRestart(ctx, state.RestartRequest{Connector: "c"}),
		writer.PutLoggerLevel(ctx, "x", "DEBUG"),
		other.ReadToEnd(ctx),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, topic := range map[string]*Topic{"writer": writer, "other": other} {
		if err := topic.ReadToEnd(ctx); err != nil {
			t.Fatal(err)
		}
		snap := topic.Snapshot()
		c := snap.Connector("c")
		if c.Target != state.TargetStarted || len(snap.Tasks("c")) != 2 || c.PendingFencing || c.TaskCountRecord != (Count{2, true}) ||
			!maps.Equal(Strings(c.Config), map[string]string{"name": "c", "k": "v"}) || snap.SessionKey == nil {
			t.Errorf("%s: %+v", name, c)
		}
		if snap.Offset != 10 {
			t.Errorf("%s: the offset is %d", name, snap.Offset)
		}
	}
	want := []string{"1 c[]", "3 c[c-0 c-1]", "4 c[]", "5 []", "6 c[]", "7 []DEBUG"}
	if got := told.all(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if err := other.RemoveConnector(ctx, "c"); err != nil || other.Snapshot().Contains("c") {
		t.Errorf("after the removal (%v): %v", err, other.Snapshot().Connectors())
	}
}

func TestSnapshotIsKept(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, topicSettings(b))
	before := topic.Snapshot()
	if topic.Snapshot() != before {
		t.Error("there are two snapshots of one state")
	}
	if err := topic.PutConnector(within(t), "c", map[string]string{}, ""); err != nil {
		t.Fatal(err)
	}
	after := topic.Snapshot()
	if before.Contains("c") || !after.Contains("c") || before.Offset != -1 || after.Offset != 1 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// What compaction leaves is in order but has gaps; what is not read back consistent is
// repaired by the next commit.
func TestPartialHistory(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	openTopic(t, topicSettings(b)).Close()
	produce(t, b, "task-gone-0={\"properties\":{}}", `commit-gone={"tasks":1}`, `tasks-fencing-c={"task-count":3}`,
		connectorC, task1, `commit-c={"tasks":2}`, `target-state-c={"state":"PAUSED"}`, "connector-old", "target-state-old")
	topic := openTopic(t, topicSettings(b))
	snap := topic.Snapshot()
	c := snap.Connector("c")
	if !slices.Equal(snap.Connectors(), []string{"c"}) || !c.Inconsistent || c.TaskCount != 2 || snap.Tasks("c") != nil || snap.Offset != 9 {
		t.Fatalf("connectors %v, offset %d, c %+v", snap.Connectors(), snap.Offset, c)
	}
	if err := topic.PutTasks(within(t), "c", []map[string]string{{}, {}}); err != nil {
		t.Fatal(err)
	}
	if got := topic.Snapshot().Tasks("c"); len(got) != 2 {
		t.Errorf("tasks after the repair: %v", got)
	}
}

// Java's workers stop at some of these records, at the start or later.
func TestGarbage(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	openTopic(t, topicSettings(b)).Close()
	garbage := []string{
		"", "=", "connector-x={", "connector-x=\xff\xfe", connectorC, `commit-c={"tasks":-1}`, `commit-c={"tasks":"1"}`,
		`session-key={"key":"","algorithm":"HmacSHA256","creation-timestamp":1}`, "unheard-of={}", `task-c-={"properties":{}}`,
		`restart-connector-c=null`, `tasks-fencing-c={}`,
	}
	produce(t, b, garbage...)
	topic := openTopic(t, topicSettings(b))
	produce(t, b, garbage...)
	if err := topic.PutConnector(within(t), "d", map[string]string{"a": "b"}, ""); err != nil {
		t.Fatal(err)
	}
	if got := topic.Snapshot().Connectors(); !slices.Equal(got, []string{"c", "d"}) {
		t.Errorf("connectors %v", got)
	}
}

func TestUnsuitableTopics(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	if err := b.Cluster().CreateTopic("configs", 3, map[string]string{"cleanup.policy": "compact"}); err != nil {
		t.Fatal(err)
	}
	nameless := topicSettings(b)
	nameless.Topic = ""
	for want, s := range map[string]TopicSettings{
		"Must specify topic for connector configuration.": nameless,
		"Topic 'configs' supplied via the 'config.storage.topic' property is required to have a single partition in order to guarantee " +
			"consistency of connector configurations, but found 3 partitions.": topicSettings(b),
	} {
		_, err := OpenTopic(within(t), s)
		var bad *config.Error
		if !errors.As(err, &bad) || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// Errors have Connect's words, and the cause behind them.
func TestWriteErrors(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, topicSettings(b))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	none := map[string]string{}
	for want, write := range map[string]func(context.Context) error{
		errPutConnector: func(ctx context.Context) error { return topic.PutConnector(ctx, "c", none, "") },
		errRemove:       func(ctx context.Context) error { return topic.RemoveConnector(ctx, "c") },
		errCommitTasks:  func(ctx context.Context) error { return topic.PutTasks(ctx, "c", []map[string]string{none}) },
		errPutTarget:    func(ctx context.Context) error { return topic.PutTarget(ctx, "c", state.TargetPaused) },
		errPutSession:   func(ctx context.Context) error { return topic.PutSessionKey(ctx, SessionKey{}) },
		errPutTaskCount: func(ctx context.Context) error { return topic.PutTaskCount(ctx, "c", 1) },
		errPutLevel:     func(ctx context.Context) error { return topic.PutLoggerLevel(ctx, "x", "INFO") },
		"Error writing restart request for {connectorName='c', onlyFailed=false, includeTasks=true} to Kafka": func(ctx context.Context) error {
			return topic.PutRestart(ctx, state.RestartRequest{Connector: "c", IncludeTasks: true})
		},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		err := write(ctx)
		cancel()
		var failed *connect.Error
		if !errors.As(err, &failed) || err.Error() != want || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v (%v), want %s", err, errors.Unwrap(err), want)
		}
	}
}

func leading(b *devbroker.Broker, eos string) TopicSettings {
	s := topicSettings(b)
	s.EOS = eos
	return s
}

// A new leader shuts the old one out, which can come back by claiming again.
func TestFencing(t *testing.T) {
	for _, eos := range []string{EOSPreparing, EOSEnabled} {
		b, ctx := devbrokertest.Start(t, devbroker.Settings{}), within(t)
		old, young := openTopic(t, leading(b, eos)), openTopic(t, leading(b, eos))
		put := func(l *Topic, k string) error { return l.PutConnector(ctx, "c", map[string]string{"k": k}, "") }
		if err := put(old, "0"); !errors.Is(err, ErrUnclaimed) || old.Fenced() {
			t.Errorf("without a claim: %v", err)
		}
		for _, l := range []*Topic{old, old} {
			if err := l.Claim(ctx); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 3 {
			if err := put(old, fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := young.Claim(ctx); err != nil {
			t.Fatal(err)
		}
		var refused *PrivilegedWriteError
		if err := put(old, "old"); !errors.As(err, &refused) || !old.Fenced() || young.Fenced() {
			t.Errorf("%s: the old leader got %v, because %v", eos, err, errors.Unwrap(err))
		}
		if err := put(young, "young"); err != nil {
			t.Fatal(err)
		}
		if err := young.PutTasks(ctx, "c", []map[string]string{{}, {}}); err != nil {
			t.Fatal(err)
		}
		if err := old.ReadToEnd(ctx); err != nil {
			t.Fatal(err)
		}
		snap := old.Snapshot()
		if got := Strings(snap.Connector("c").Config)["k"]; got != "young" || len(snap.Tasks("c")) != 2 {
			t.Errorf("%s: k is %q, tasks %v", eos, got, snap.Tasks("c"))
		}
		// Any worker may write these.
		if err := old.PutTarget(ctx, "c", state.TargetStopped); err != nil {
			t.Error(err)
		}
		if err := old.Claim(ctx); err != nil || old.Fenced() {
			t.Fatal(err)
		}
		if err := put(old, "again"); err != nil {
			t.Error(err)
		}
		old.Unclaim()
		if err := put(old, "late"); !errors.Is(err, ErrUnclaimed) || old.Fenced() {
			t.Errorf("after Unclaim: %v", err)
		}
	}
}

func TestDisabledNeedsNoClaim(t *testing.T) {
	topic := openTopic(t, topicSettings(devbrokertest.Start(t, devbroker.Settings{})))
	if err := topic.Claim(within(t)); err != nil || topic.Fenced() {
		t.Fatal(err)
	}
	topic.Unclaim()
	if err := topic.PutConnector(within(t), "c", map[string]string{}, ""); err != nil {
		t.Error(err)
	}
}

const closeWindow = 4 * time.Second

// Nothing a leader does can hang: closing ends its transaction and its claim.
func TestCloseEndsLeading(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic, other := openTopic(t, leading(b, EOSPreparing)), openTopic(t, leading(b, EOSPreparing))
	if err := topic.Claim(within(t)); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	go func() { done <- topic.PutConnector(context.Background(), "c", map[string]string{}, "") }()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		done <- other.Claim(ctx)
	}()
	began := time.Now()
	if err := <-done; err == nil || !other.Fenced() {
		t.Errorf("the claim ended with %v", err)
	}
	topic.Close()
	if took := time.Since(began); took > closeWindow {
		t.Errorf("closing took %v", took)
	}
	if err := <-done; err == nil || topic.Fenced() {
		t.Errorf("the write ended with %v", err)
	}
}

func TestManyRecords(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	openTopic(t, topicSettings(b)).Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.DefaultProduceTopic("configs"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var records []*kgo.Record
	for i := range 1000 {
		name := fmt.Sprintf("c%d", i)
		config, err := ConnectorRecords(name, Properties(map[string]string{"name": name, "connector.class": "x", "tasks.max": "8"}), "")
		if err != nil {
			t.Fatal(err)
		}
		tasks, commit, err := TaskRecords(name, slices.Repeat([]*data.Map{Properties(map[string]string{"task.class": "y"})}, 8))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, produced(slices.Concat(config, tasks, []Record{commit}))...)
	}
	if err := client.ProduceSync(within(t), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	topic := openTopic(t, topicSettings(b))
	took := time.Since(began)
	t.Logf("%d records in %v", len(records), took)
	if got := len(topic.Snapshot().Connectors()); got != 1000 || took > 5*time.Second {
		t.Errorf("%d connectors in %v", got, took)
	}
}
