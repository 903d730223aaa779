//go:build integration

package exactlyonce

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/worker"
	"github.com/millrace/millrace/internal/workerconfig"
	"github.com/millrace/millrace/plugins/converters/stringconverter"
	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

var broker = kafkabroker.NewShared()

func TestMain(m *testing.M) { os.Exit(broker.Main(m)) }

const (
	window = 60 * time.Second
	class  = "test.NumbersSourceConnector"
	name   = "numbers"
)

var (
	id        = state.TaskID{Connector: name}
	partition = connect.NewSourcePartition(connect.Fields{"p": "one"})
)

// numbers is a source of the numbers from 1 on, as far as end. ask, unless nil, sees
// each batch before it is returned.
type numbers struct {
	topic string
	batch int64
	end   atomic.Int64
	ask   func(source.Transaction, []connect.Record)
}

func (n *numbers) Start(context.Context, source.ConnectorRuntime, map[string]string) error {
	return nil
}

func (n *numbers) TaskConfigs(int) ([]map[string]string, error) { return []map[string]string{{}}, nil }
func (n *numbers) Stop() error                                  { return nil }
func (n *numbers) NewTask() source.Task                         { return &numbersTask{numbers: n} }

type numbersTask struct {
	*numbers
	tx   source.Transaction
	next int64
}

type at int64

func (a at) Fields() connect.Fields { return connect.Fields{"n": int64(a)} }

func (t *numbersTask) Start(ctx context.Context, rt source.Runtime, _ map[string]string) error {
	stored, err := rt.Offsets.Offset(ctx, partition)
	t.next, _ = stored["n"].(int64)
	t.tx = rt.Transaction
	return err
}

func (t *numbersTask) Poll(ctx context.Context) ([]connect.Record, error) {
	for t.next >= t.end.Load() {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	var batch []connect.Record
	for range min(t.batch, t.end.Load()-t.next) {
		t.next++
		batch = append(batch, connect.Record{
			Topic: t.topic, Partition: connect.NoPartition, Timestamp: connect.NoTimestamp,
			ValueSchema: data.StringSchema, Value: fmt.Sprint(t.next), Source: partition, SourceOffset: at(t.next),
		})
	}
	if t.ask != nil {
		t.ask(t.tx, batch)
	}
	return batch, nil
}

// host is a worker whose statuses can be waited for.
type host struct {
	*testing.T
	worker *worker.Worker
	client *kgo.Client
	store  *offsetstore.Topic
	topic  string
	group  string

	mu     sync.Mutex
	states map[state.TaskID]state.State
	errs   map[state.TaskID]error
}

func (h *host) ConnectorStatus(string, state.State, string, error) {}

func (h *host) TaskStatus(id state.TaskID, s state.State, _ string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.states[id], h.errs[id] = s, err
}

func (h *host) TopicUsed(state.TaskID, string) {}
func (h *host) ReconfigureTasks(string)        {}

type allowAll struct{}

func (allowAll) Allows(policy.Request) bool { return true }

// start returns a worker that has the numbers as its only connector.
func start(t *testing.T, b *kafkabroker.Broker, n *numbers) *host {
	t.Helper()
	unique := kafkabroker.UniqueName(t)
	h := &host{T: t, topic: unique, group: unique, states: map[state.TaskID]state.State{}, errs: map[state.TaskID]error{}}
	n.topic = h.topic
	h.client = h.connect(b)
	if _, err := kadm.NewClient(h.client).CreateTopic(t.Context(), 1, 1, nil, h.topic); err != nil {
		t.Fatal(err)
	}
	props := map[string]string{"bootstrap.servers": b.Bootstrap(), "group.id": h.group}
	offsets := workerconfig.Topic{Name: unique + "-offsets", Partitions: 3, ReplicationFactor: 1}
	clients := kafka.InternalProps(props, kafka.Offsets, true)
	var err error
	h.store, err = offsetstore.OpenTopic(t.Context(), offsetstore.TopicSettings{
		Topic: offsets.Name, Property: "offset.storage.topic", Partitions: offsets.Partitions, Replication: 1,
		Producer: clients, Consumer: clients, Admin: kafka.InternalProps(props, kafka.SharedAdmin, true),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.store.Close)
	text := stringconverter.Plugin.Describe().Class
	h.worker = worker.New(worker.Settings{
		Props:      props,
		Plugins:    pluginset.New(plugin.Source{Info: plugin.Info{Class: class}, New: func() source.Connector { return n }}, stringconverter.Plugin),
		Converters: worker.Converters{Key: connectorconfig.Plugin{Class: text}, Value: connectorconfig.Plugin{Class: text}, Header: connectorconfig.Plugin{Class: text}},
		Offsets:    h.store, Policy: allowAll{}, Listener: h, Log: slog.New(slog.NewTextHandler(&testLog{t: t}, nil)),
		Resolve: func(_ context.Context, _ string, p map[string]string) (map[string]string, error) { return p, nil },
		ExactlyOnce: &worker.ExactlyOnce{
			Fence: func(context.Context, string) error { return nil },
			Check: func(context.Context, state.TaskID, int) error { return nil },
		},
		OffsetsTopic: offsets, OffsetFlushInterval: time.Minute, OffsetFlushTimeout: 5 * time.Second, GracefulTimeout: 10 * time.Second,
	})
	t.Cleanup(h.worker.Stop)
	return h
}

// testLog shows the log of a test.
type testLog struct{ t *testing.T }

func (l *testLog) Write(p []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Log(strings.TrimSpace(string(p)))
	}
	return len(p), nil
}

func (h *host) connect(b *kafkabroker.Broker, opts ...kgo.Opt) *kgo.Client {
	h.Helper()
	c, err := kgo.NewClient(append(opts, kgo.SeedBrokers(b.Bootstrap()), kgo.MetadataMinAge(50*time.Millisecond))...)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(c.Close)
	return c
}

func (h *host) run(pairs ...string) {
	h.Helper()
	props := map[string]string{"name": name, "connector.class": class}
	for i := 0; i < len(pairs); i += 2 {
		props[pairs[i]] = pairs[i+1]
	}
	if err := h.worker.StartTask(worker.TaskStart{ID: id, Connector: props, Target: state.TargetStarted, Tasks: 1}); err != nil {
		h.Fatal(err)
	}
}

// await waits for a state of the task and returns its error.
func (h *host) await(want state.State) (err error) {
	h.Helper()
	millrace.Await(h, window, "the task to be "+string(want), func() error {
		h.mu.Lock()
		defer h.mu.Unlock()
		err = h.errs[id]
		if s := h.states[id]; s != want {
			return fmt.Errorf("it is %s (%v)", s, err)
		}
		return nil
	})
	return err
}

func (h *host) stored() int64 {
	h.Helper()
	fields, err := offsetstore.For(h.store, name).Offset(h.Context(), partition)
	if err != nil {
		h.Fatal(err)
	}
	n, _ := fields["n"].(int64)
	return n
}

// committed returns the values that are committed.
func (h *host) committed() ([]string, error) {
	ends, err := kadm.NewClient(h.client).ListCommittedOffsets(h.Context(), h.topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, err
	}
	end, _ := ends.Lookup(h.topic, 0)
	c, err := kgo.NewClient(kgo.SeedBrokers(h.client.OptValue(kgo.SeedBrokers).([]string)...), kgo.KeepControlRecords(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{h.topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(h.Context(), window)
	defer cancel()
	var values []string
	for next := int64(0); next < end.Offset; {
		fetches := c.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if !r.Attrs.IsControl() {
				values = append(values, string(r.Value))
			}
		})
	}
	return values, nil
}

// awaitCommitted waits until the numbers up to n are committed, each once and in
// order, and no others.
func (h *host) awaitCommitted(n int64) {
	h.Helper()
	millrace.Await(h, window, fmt.Sprintf("%d numbers to be committed", n), func() error {
		values, err := h.committed()
		if err == nil && int64(len(values)) < n {
			err = fmt.Errorf("%d are", len(values))
		}
		return err
	})
	h.requireCommitted(n)
}

func (h *host) requireCommitted(n int64) {
	h.Helper()
	values, err := h.committed()
	if err != nil {
		h.Fatal(err)
	}
	if int64(len(values)) != n {
		h.Fatalf("%d numbers are committed, want %d", len(values), n)
	}
	for i, v := range values {
		if v != fmt.Sprint(i+1) {
			h.Fatalf("the committed number at %d is %s", i, v)
		}
	}
}

func (h *host) end() int64 {
	ends, err := kadm.NewClient(h.client).ListEndOffsets(h.Context(), h.topic)
	if err != nil {
		return -1
	}
	o, _ := ends.Lookup(h.topic, 0)
	return o.Offset
}
