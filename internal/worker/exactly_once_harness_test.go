package worker

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/workerconfig"
)

const (
	workerOffsets = "connect-offsets"
	sourceTxnID   = "cluster-src-0"
)

// exactHost is a worker of a cluster whose offsets are in a topic.

type exactHost struct {
	*host
	store *offsetstore.Topic

	fence func(ctx context.Context, connector string) error
	check func(ctx context.Context, id state.TaskID, generation int) error
}

func startBroker(t *testing.T) *devbroker.Broker {
	return devbrokertest.Start(t, devbroker.Settings{AutoCreateTopics: true})
}

func newExactHost(t *testing.T, plugins ...plugin.Plugin) *exactHost {
	t.Helper()
	return newClusterHost(t, startBroker(t), true, plugins...)
}

// newClusterHost returns a worker as a distributed herder has one.

func newClusterHost(t *testing.T, broker *devbroker.Broker, exactlyOnce bool, plugins ...plugin.Plugin) *exactHost {
	t.Helper()
	x := &exactHost{
		fence: func(context.Context, string) error { return nil },
		check: func(context.Context, state.TaskID, int) error { return nil },
	}
	x.host = newHostWith(t, broker, func(s *Settings) {
		s.Props["group.id"] = "cluster"
		s.OffsetsTopic = workerconfig.Topic{Name: workerOffsets, Partitions: 3, ReplicationFactor: 1}
		if exactlyOnce {
			s.ExactlyOnce = &ExactlyOnce{
				Fence: func(ctx context.Context, connector string) error { return x.fence(ctx, connector) },
				Check: func(ctx context.Context, id state.TaskID, g int) error { return x.check(ctx, id, g) },
			}
		}
		x.store = openOffsets(t, s.Props, workerOffsets, exactlyOnce)
		s.Offsets = x.store
	}, plugins...)
	return x
}

func openOffsets(t *testing.T, worker map[string]string, topic string, exactlyOnce bool) *offsetstore.Topic {
	t.Helper()
	clients := kafka.InternalProps(worker, kafka.Offsets, exactlyOnce)
	store, err := offsetstore.OpenTopic(t.Context(), offsetstore.TopicSettings{
		Topic: topic, Property: "offset.storage.topic", Partitions: 3, Replication: 1,
		Producer: clients, Consumer: clients, Admin: kafka.InternalProps(worker, kafka.SharedAdmin, false),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

func (x *exactHost) stored() int64 {
	x.t.Helper()
	return storedIn(x.t, x.store)
}

func storedIn(t *testing.T, store offsetstore.Store) int64 {
	t.Helper()
	offset, err := offsetstore.For(store, "src").Offset(t.Context(), onePartition)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := offset["n"].(int64)
	return n
}

// committedValues returns the values that who reads only committed records can see

// of a topic with one partition. Nothing may be open.

func (h *host) committedValues(topic string) []string {
	h.t.Helper()
	stable, err := kadm.NewClient(h.client).ListCommittedOffsets(h.t.Context(), topic)
	if err != nil {
		h.t.Fatal(err)
	}
	end, ok := stable.Lookup(topic, 0)
	if !ok || end.Err != nil {
		h.t.Fatalf("committed end of %s: %v", topic, end.Err)
	}
	c, err := kgo.NewClient(kgo.SeedBrokers(h.broker.Addrs()...), kgo.DisableClientMetrics(), kgo.KeepControlRecords(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	var values []string
	for next := int64(0); next < end.Offset; {
		fetches := c.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			h.t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if !r.Attrs.IsControl() {
				values = append(values, string(r.Value))
			}
		})
	}
	return values
}

func (h *host) awaitCommitted(topic string, want []string) {
	h.t.Helper()
	var got []string
	h.eventually(fmt.Sprintf("the committed records of %s are %v", topic, want), func() bool {
		got = h.committedValues(topic)
		return slices.Equal(got, want)
	})
}

// endOf returns the end of a topic with everything that is not committed.

func (h *host) endOf(topic string) int64 {
	ends, err := kadm.NewClient(h.client).ListEndOffsets(h.t.Context(), topic)
	if err != nil {
		h.t.Fatal(err)
	}
	o, _ := ends.Lookup(topic, 0)
	return o.Offset
}

func withBoundary(boundary string, more ...string) map[string]string {
	props := map[string]string{"transaction.boundary": boundary}
	for i := 0; i < len(more); i += 2 {
		props[more[i]] = more[i+1]
	}
	return props
}

const never = "3600000"

// batches polls each of the batches once, then nothing. tx is the task's transaction

// while it polls.

func batches(polls ...func(tx source.Transaction) []connect.Record) *scriptSource {
	var tx source.Transaction
	next := 0
	return &scriptSource{
		start: func(rt source.Runtime) error {
			tx = rt.Transaction
			return nil
		},
		poll: func(ctx context.Context) ([]connect.Record, error) {
			if next == len(polls) {
				return idle(ctx)
			}
			next++
			return polls[next-1](tx), nil
		},
	}
}

func span(from, to int64) []connect.Record {
	var records []connect.Record
	for n := from; n <= to; n++ {
		records = append(records, numbered("out", n))
	}
	return records
}

func plain(from, to int64) func(source.Transaction) []connect.Record {
	return func(source.Transaction) []connect.Record { return span(from, to) }
}

// Another producer with the task's transactional id makes it fail, and nothing of its

// open transaction is seen.

// A transaction that Kafka refuses to commit fails the task; the next instance goes

// on from what is stored.

// A record that Kafka refuses fails the task although the rest could be committed.

// When nobody knows whether a transaction was committed, the task finds out and goes

// on: with its records again, or without.

// A task that did not stop in time cannot commit when it comes back to life.

// The task is told of the records of a transaction in their order, then of the

// commit, and only when Kafka has all.

// Records of an aborted transaction are told as dropped.

// A worker that has nothing to write begins no transaction.

// A connector with an offsets topic of its own: reads prefer it, the worker's gets

// copies, and it is created as the worker's would be.

// The connector's instance reads its own offsets, too.

// A coordinator that is not available delays the start, and the log says why.

// A task that is paused from the beginning is not started before it is resumed.
