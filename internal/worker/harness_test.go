package worker

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

// host is a worker on an embedded broker, and what its listener was told.
type host struct {
	t       *testing.T
	worker  *Worker
	broker  *devbroker.Broker
	offsets *offsetstore.Memory
	client  *kgo.Client
	log     *lockedBuilder

	mu       sync.Mutex
	changed  chan struct{}
	tasks    map[state.TaskID]taskState
	connects map[string]taskState
}

type taskState struct {
	state state.State
	err   error
}

type allowAll struct{}

func (allowAll) Allows(policy.Request) bool { return true }

// lockedBuilder collects log lines of several goroutines.
type lockedBuilder struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuilder) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuilder) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newHost(t *testing.T, plugins ...plugin.Plugin) *host {
	t.Helper()
	return newHostOn(t, startBroker(t), plugins...)
}

func newHostOn(t *testing.T, broker *devbroker.Broker, plugins ...plugin.Plugin) *host {
	t.Helper()
	return newHostWith(t, broker, func(*Settings) {}, plugins...)
}

// newHostWith lets adjust change the worker's settings.
func newHostWith(t *testing.T, broker *devbroker.Broker, adjust func(*Settings), plugins ...plugin.Plugin) *host {
	t.Helper()
	h := &host{
		t: t, broker: broker, offsets: offsetstore.NewMemory(), changed: make(chan struct{}), log: &lockedBuilder{},
		tasks: map[state.TaskID]taskState{}, connects: map[string]taskState{},
	}
	var err error
	h.client, err = kgo.NewClient(kgo.SeedBrokers(broker.Addrs()...), kgo.DisableClientMetrics(), kgo.MetadataMinAge(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.client.Close)
	raw := connectorconfig.Plugin{Class: testConverter.Class}
	settings := Settings{
		Props: map[string]string{
			"bootstrap.servers": strings.Join(broker.Addrs(), ","), "consumer.metadata.max.age.ms": "500",
			"producer.enable.metrics.push": "false", "consumer.enable.metrics.push": "false",
		},
		Plugins:    pluginset.New(append(plugins, testConverter)...),
		Converters: Converters{Key: raw, Value: raw, Header: raw},
		Offsets:    h.offsets, Policy: allowAll{}, Listener: h,
		Log:     slog.New(slog.NewTextHandler(h.log, nil)),
		Resolve: func(_ context.Context, _ string, p map[string]string) (map[string]string, error) { return p, nil },

		OffsetFlushInterval: 50 * time.Millisecond, OffsetFlushTimeout: 5 * time.Second,
		GracefulTimeout: 5 * time.Second, TopicCreation: true,
	}
	adjust(&settings)
	h.worker = New(settings)
	t.Cleanup(func() {
		h.worker.Stop()
		if t.Failed() {
			t.Log(h.log.String())
		}
	})
	return h
}

func (h *host) note(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *host) ConnectorStatus(name string, s state.State, _ string, err error) {
	h.note(func() { h.connects[name] = taskState{s, err} })
}

func (h *host) TaskStatus(id state.TaskID, s state.State, _ string, err error) {
	h.note(func() { h.tasks[id] = taskState{s, err} })
}

func (h *host) TopicUsed(state.TaskID, string) {}

func (h *host) ReconfigureTasks(string) {}

const patience = 20 * time.Second

// await waits until a task is in a state and returns its error.
func (h *host) await(id state.TaskID, want state.State) error {
	h.t.Helper()
	deadline := time.After(patience)
	for {
		h.mu.Lock()
		now, changed := h.tasks[id], h.changed
		h.mu.Unlock()
		if now.state == want {
			return now.err
		}
		select {
		case <-changed:
		case <-deadline:
			h.t.Fatalf("task %s is %s (%v), want %s", id, now.state, now.err, want)
		}
	}
}

// eventually waits until ok holds; it asks again after short waits because what it
// asks about lies in Kafka.
func (h *host) eventually(what string, ok func() bool) {
	h.t.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			h.t.Fatalf("not in time: %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func (h *host) createTopic(name string, partitions int32) {
	h.t.Helper()
	if _, err := kadm.NewClient(h.client).CreateTopic(context.Background(), partitions, 1, nil, name); err != nil {
		h.t.Fatal(err)
	}
}

// produce writes n numbered records to one partition: "from" … "from+n-1".
func (h *host) produce(topic string, partition int32, from, n int) {
	h.t.Helper()
	records := make([]*kgo.Record, n)
	for i := range records {
		records[i] = &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Appendf(nil, "%d", from+i)}
	}
	c, err := kgo.NewClient(kgo.SeedBrokers(h.broker.Addrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.DisableClientMetrics())
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	if err := c.ProduceSync(context.Background(), records...).FirstErr(); err != nil {
		h.t.Fatal(err)
	}
}

// consume returns the values of the first n records of a topic.
func (h *host) consume(topic string, n int) []string {
	h.t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(h.broker.Addrs()...), kgo.ConsumeTopics(topic), kgo.DisableClientMetrics(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var values []string
	for len(values) < n {
		fetches := c.PollFetches(ctx)
		if ctx.Err() != nil {
			h.t.Fatalf("topic %s has %d records, want %d: %q", topic, len(values), n, values)
		}
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	return values
}

// committed returns the group's offset of a partition, -1 for none.
func (h *host) committed(group, topic string, partition int32) int64 {
	offsets, err := kadm.NewClient(h.client).FetchOffsets(context.Background(), group)
	if err != nil {
		return -1
	}
	o, ok := offsets.Lookup(topic, partition)
	if !ok {
		return -1
	}
	return o.At
}
