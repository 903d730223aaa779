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

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/devbroker"
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
	t.Helper()
	broker, err := devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { broker.Close() })
	return broker
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

func TestExactlyOnceOverRestarts(t *testing.T) {
	var end atomic.Int64
	end.Store(100)
	s := &scriptSource{}
	var next int64
	s.start = func(rt source.Runtime) error {
		offset, err := rt.Offsets.Offset(context.Background(), onePartition)
		next, _ = offset["n"].(int64)
		if rt.Transaction != nil {
			return errors.New("a task without boundaries of its own has a transaction")
		}
		return err
	}
	s.poll = func(ctx context.Context) ([]connect.Record, error) {
		if next >= end.Load() {
			return idle(ctx)
		}
		batch := span(next+1, min(next+7, end.Load()))
		next += int64(len(batch))
		return batch, nil
	}
	x := newExactHost(t, s.plugin(sourceClass))
	x.createTopic("out", 1)
	for _, until := range []int64{100, 150, 250} {
		end.Store(until)
		x.startSource(nil)
		x.awaitCommitted("out", sequence(1, until))
		x.worker.StopTasks(sourceID)
		if err := x.await(sourceID, state.Unassigned); err != nil {
			t.Fatal(err)
		}
		if n := x.stored(); n != until {
			t.Fatalf("offset %d is stored, want %d", n, until)
		}
	}
}

func TestExactlyOnceStart(t *testing.T) {
	var mu sync.Mutex
	var events []string
	note := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, fmt.Sprintf(format, args...))
	}
	s := batches()
	s.start = func(source.Runtime) error {
		note("start")
		return nil
	}
	x := newExactHost(t, s.plugin(sourceClass))
	x.fence = func(_ context.Context, connector string) error {
		note("fence %s", connector)
		return nil
	}
	x.check = func(_ context.Context, id state.TaskID, generation int) error {
		note("check %s %d", id, generation)
		return nil
	}
	x.broker.Cluster().ControlKey(int16(kmsg.InitProducerID), func(req kmsg.Request) (kmsg.Response, error, bool) {
		x.broker.Cluster().KeepControl()
		if id := req.(*kmsg.InitProducerIDRequest).TransactionalID; id != nil {
			note("init %s %d", *id, req.(*kmsg.InitProducerIDRequest).TransactionTimeoutMillis)
		}
		return nil, nil, false
	})
	err := x.worker.StartTask(TaskStart{
		ID: sourceID, Target: state.TargetStarted, Tasks: 1, Generation: 7,
		Connector: map[string]string{
			"name": "src", "connector.class": sourceClass, "producer.override.transaction.timeout.ms": "12345",
			"producer.override.enable.idempotence": "false", "producer.override.transactional.id": "mine",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	x.await(sourceID, state.Running)
	want := []string{"fence src", "init " + sourceTxnID + " 12345", "check src-0 7", "start"}
	mu.Lock()
	if !slices.Equal(events, want) {
		t.Errorf("events are %q, want %q", events, want)
	}
	mu.Unlock()
	for _, warning := range []string{
		"The value 'false' for the 'enable.idempotence' property will be ignored as it cannot be overridden",
		"The value 'mine' for the 'transactional.id' property will be ignored as it cannot be overridden",
	} {
		if !strings.Contains(x.log.String(), warning) {
			t.Errorf("the log has no warning %q", warning)
		}
	}
}

func TestExactlyOnceStartRefused(t *testing.T) {
	refusal := errors.New("no")
	for _, test := range []struct {
		name   string
		refuse func(x *exactHost)
	}{
		{"fence", func(x *exactHost) { x.fence = func(context.Context, string) error { return refusal } }},
		{"check", func(x *exactHost) { x.check = func(context.Context, state.TaskID, int) error { return refusal } }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := batches(plain(1, 3))
			var started atomic.Bool
			s.start = func(source.Runtime) error {
				started.Store(true)
				return nil
			}
			x := newExactHost(t, s.plugin(sourceClass))
			test.refuse(x)
			x.startSource(nil)
			if err := x.await(sourceID, state.Failed); !errors.Is(err, refusal) || started.Load() {
				t.Fatalf("the failure is %v, started is %v", err, started.Load())
			}
		})
	}
	t.Run("stopped while fencing", func(t *testing.T) {
		x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
		asked := make(chan struct{})
		x.fence = func(ctx context.Context, _ string) error {
			close(asked)
			<-ctx.Done()
			return ctx.Err()
		}
		x.startSource(nil)
		<-asked
		x.worker.StopTasks(sourceID)
		x.await(sourceID, state.Unassigned)
	})
}

func TestPollBoundary(t *testing.T) {
	gate := make(chan struct{})
	x := newExactHost(t, batches(plain(1, 3), func(source.Transaction) []connect.Record {
		<-gate
		return span(4, 5)
	}).plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(nil)
	x.awaitCommitted("out", sequence(1, 3))
	if n := x.stored(); n != 3 {
		t.Errorf("offset %d is stored, want 3", n)
	}
	close(gate)
	x.awaitCommitted("out", sequence(1, 5))
	if c, _ := x.worker.TaskCounts(sourceID); c.Records != 5 || c.Written != 5 || c.Commits < 2 {
		t.Errorf("counts are %+v", c)
	}
}

func TestIntervalBoundary(t *testing.T) {
	t.Run("commits while the task waits for records", func(t *testing.T) {
		x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
		x.createTopic("out", 1)
		x.startSource(withBoundary("interval", "transaction.boundary.interval.ms", "100"))
		x.awaitCommitted("out", sequence(1, 3))
	})
	t.Run("by the flush interval of the worker", func(t *testing.T) {
		x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
		x.createTopic("out", 1)
		x.startSource(withBoundary("interval"))
		x.awaitCommitted("out", sequence(1, 3))
	})
	for _, test := range []struct {
		name string
		then func(x *exactHost)
	}{
		{"commits when the task stops", func(x *exactHost) { x.worker.StopTasks(sourceID) }},
		{"commits when the task is paused", func(x *exactHost) {
			x.worker.PauseTasks("src", true)
			x.await(sourceID, state.Paused)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newExactHost(t, batches(plain(1, 3), plain(4, 6)).plugin(sourceClass))
			x.createTopic("out", 1)
			x.startSource(withBoundary("interval", "transaction.boundary.interval.ms", never))
			x.eventually("all is in Kafka", func() bool { return x.endOf("out") == 6 })
			if got := x.committedValues("out"); len(got) > 0 {
				t.Fatalf("committed are %v", got)
			}
			test.then(x)
			if got := x.committedValues("out"); !slices.Equal(got, sequence(1, 6)) {
				t.Fatalf("committed are %v", got)
			}
			if n := x.stored(); n != 6 {
				t.Errorf("offset %d is stored, want 6", n)
			}
		})
	}
}

func TestConnectorBoundary(t *testing.T) {
	for _, test := range []struct {
		name   string
		polls  []func(source.Transaction) []connect.Record
		want   []string
		offset int64
	}{
		{"commit after a record", []func(source.Transaction) []connect.Record{
			plain(1, 3),
			func(tx source.Transaction) []connect.Record {
				batch := span(4, 8)
				tx.CommitAfter(&batch[2])
				return batch
			},
		}, sequence(1, 6), 6},
		{"commit after a batch", []func(source.Transaction) []connect.Record{
			plain(1, 3),
			func(tx source.Transaction) []connect.Record {
				tx.CommitAfterBatch()
				return span(4, 5)
			},
			plain(6, 7),
		}, sequence(1, 5), 5},
		{"commit twice in a batch", []func(source.Transaction) []connect.Record{
			func(tx source.Transaction) []connect.Record {
				batch := span(1, 4)
				tx.CommitAfter(&batch[0])
				tx.CommitAfter(&batch[2])
				return batch
			},
		}, sequence(1, 3), 3},
		{"abort after a record", []func(source.Transaction) []connect.Record{
			plain(1, 3),
			func(tx source.Transaction) []connect.Record {
				batch := span(4, 8)
				tx.AbortAfter(&batch[1])
				tx.CommitAfter(&batch[4])
				return batch
			},
		}, sequence(6, 8), 8},
		{"abort after a batch", []func(source.Transaction) []connect.Record{
			func(tx source.Transaction) []connect.Record {
				tx.CommitAfterBatch()
				return span(1, 2)
			},
			func(tx source.Transaction) []connect.Record {
				tx.AbortAfterBatch()
				return span(3, 9)
			},
		}, sequence(1, 2), 9},
		{"abort of nothing", []func(source.Transaction) []connect.Record{
			func(tx source.Transaction) []connect.Record {
				tx.AbortAfterBatch()
				return nil
			},
			func(tx source.Transaction) []connect.Record {
				tx.CommitAfterBatch()
				return span(1, 2)
			},
		}, sequence(1, 2), 2},
		{"nothing asked for", []func(source.Transaction) []connect.Record{plain(1, 3)}, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newExactHost(t, batches(test.polls...).plugin(sourceClass))
			x.createTopic("out", 1)
			x.startSource(withBoundary("connector"))
			x.eventually("the task has polled all", func() bool {
				c, _ := x.worker.TaskCounts(sourceID)
				call := x.worker.TaskCall(sourceID)
				return c.Records >= test.offset && call != nil && call.Method == "Poll"
			})
			x.eventually("the offset is stored", func() bool { return x.stored() == test.offset })
			x.worker.StopTasks(sourceID) // aborts what is open
			if err := x.await(sourceID, state.Unassigned); err != nil {
				t.Fatal(err)
			}
			if got := x.committedValues("out"); !slices.Equal(got, test.want) {
				t.Errorf("committed are %v, want %v", got, test.want)
			}
			if n := x.stored(); n != test.offset {
				t.Errorf("offset %d is stored, want %d", n, test.offset)
			}
		})
	}
}

func TestConnectorBoundaryErrors(t *testing.T) {
	for _, test := range []struct {
		name, want string
		poll       func(source.Transaction) []connect.Record
	}{
		{"batch", "Connector requested both commit and abort of same transaction", func(tx source.Transaction) []connect.Record {
			tx.CommitAfterBatch()
			tx.AbortAfterBatch()
			return span(1, 2)
		}},
		{"record", "Connector requested both commit and abort of same record against topic/partition out/null", func(tx source.Transaction) []connect.Record {
			batch := span(1, 2)
			tx.CommitAfter(&batch[0])
			tx.AbortAfter(&batch[0])
			return batch
		}},
		{"foreign record", "1 records that are not in the batch", func(tx source.Transaction) []connect.Record {
			r := numbered("out", 1)
			tx.CommitAfter(&r)
			return span(1, 2)
		}},
		{"own offsets topic", "Source tasks may not produce to their own offsets topics when exactly-once support is enabled", func(source.Transaction) []connect.Record {
			return []connect.Record{numbered(workerOffsets, 1)}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newExactHost(t, batches(test.poll).plugin(sourceClass))
			x.createTopic("out", 1)
			x.startSource(withBoundary("connector"))
			if err := x.await(sourceID, state.Failed); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the failure is %v, want %s", err, test.want)
			}
			if got := x.committedValues("out"); len(got) > 0 {
				t.Errorf("committed are %v", got)
			}
		})
	}
}

// Another producer with the task's transactional id makes it fail, and nothing of its
// open transaction is seen.
func TestFencedTask(t *testing.T) {
	gate := make(chan struct{})
	x := newExactHost(t, batches(plain(1, 3), func(source.Transaction) []connect.Record {
		<-gate
		return span(4, 5)
	}).plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(withBoundary("interval", "transaction.boundary.interval.ms", never))
	x.eventually("the first batch is in Kafka", func() bool { return x.endOf("out") == 3 })
	rival, err := kgo.NewClient(kgo.SeedBrokers(x.broker.Addrs()...), kgo.TransactionalID(sourceTxnID), kgo.DisableClientMetrics())
	if err != nil {
		t.Fatal(err)
	}
	defer rival.Close()
	if _, _, err := rival.ProducerID(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(gate)
	err = x.await(sourceID, state.Failed)
	if err == nil || !strings.HasPrefix(err.Error(), "The task src-0 was unable to finish writing records to Kafka before its producer transaction expired.") ||
		!errors.Is(err, kerr.InvalidProducerEpoch) {
		t.Errorf("the failure is %v", err)
	}
	if err := rival.BeginTransaction(); err != nil {
		t.Fatalf("the rival has been fenced: %v", err)
	}
	if err := rival.ProduceSync(t.Context(), &kgo.Record{Topic: "out", Value: []byte("rival")}).FirstErr(); err != nil {
		t.Fatalf("the rival has been fenced: %v", err)
	}
	if err := rival.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatalf("the rival has been fenced: %v", err)
	}
	if got := x.committedValues("out"); !slices.Equal(got, []string{"rival"}) {
		t.Errorf("committed are %v", got)
	}
	if n := x.stored(); n != 0 {
		t.Errorf("offset %d is stored", n)
	}
}

// A transaction that Kafka refuses to commit fails the task; the next instance goes
// on from what is stored.
func TestRefusedCommit(t *testing.T) {
	x := newExactHost(t, counting("out", 5, 20).plugin(sourceClass))
	x.createTopic("out", 1)
	x.broker.Cluster().Fault(kfake.Fault{
		Keys: []kmsg.Key{kmsg.EndTxn}, TopLevel: true, Err: kerr.InvalidTxnState,
		When: func(req kmsg.Request) bool { return req.(*kmsg.EndTxnRequest).Commit },
	})
	x.startSource(nil)
	err := x.await(sourceID, state.Failed)
	if err == nil || err.Error() != "Failed to flush offsets and/or records for task src-0" || !errors.Is(err, kerr.InvalidTxnState) {
		t.Errorf("the failure is %v", err)
	}
	if got, n := x.committedValues("out"), x.stored(); len(got) > 0 || n != 0 {
		t.Errorf("committed are %v, offset %d", got, n)
	}
	x.worker.StopTasks(sourceID)
	x.startSource(nil)
	x.awaitCommitted("out", sequence(1, 20))
}

// A record that Kafka refuses fails the task although the rest could be committed.
func TestRefusedRecordInTransaction(t *testing.T) {
	x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
	x.createTopic("out", 1)
	x.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "out", Err: kerr.TopicAuthorizationFailed})
	x.startSource(map[string]string{"errors.tolerance": "all"})
	err := x.await(sourceID, state.Failed)
	if err == nil || err.Error() != "Failed to flush offsets and/or records for task src-0" || !strings.Contains(errors.Unwrap(err).Error(), "needs Write") {
		t.Errorf("the failure is %v, because of %v", err, errors.Unwrap(err))
	}
	if got, n := x.committedValues("out"), x.stored(); len(got) > 0 || n != 0 {
		t.Errorf("committed are %v, offset %d", got, n)
	}
}

// When nobody knows whether a transaction was committed, the task finds out and goes
// on: with its records again, or without.
func TestUnknownOutcome(t *testing.T) {
	for _, committed := range []bool{false, true} {
		t.Run(fmt.Sprintf("committed %v", committed), func(t *testing.T) {
			x := newExactHost(t, counting("out", 5, 20).plugin(sourceClass))
			x.createTopic("out", 1)
			raw, err := kgo.NewClient(kgo.SeedBrokers(x.broker.Addrs()...), kgo.DisableClientMetrics())
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			var once atomic.Bool
			cluster := x.broker.Cluster()
			cluster.ControlKey(int16(kmsg.EndTxn), func(req kmsg.Request) (kmsg.Response, error, bool) {
				cluster.KeepControl()
				end := req.(*kmsg.EndTxnRequest)
				if !end.Commit || once.Swap(true) {
					return nil, nil, false
				}
				if committed {
					cluster.SleepControl(func() { // as if the answer were lost
						again := *end
						if _, err := again.RequestWith(context.Background(), raw); err != nil {
							t.Error(err)
						}
					})
				}
				resp := end.ResponseKind().(*kmsg.EndTxnResponse)
				resp.ErrorCode = kerr.UnknownServerError.Code
				return resp, nil, true
			})
			x.startSource(nil)
			x.awaitCommitted("out", sequence(1, 20))
			x.eventually("the last offset is stored", func() bool { return x.stored() == 20 })
			if !strings.Contains(x.log.String(), "the task starts again from the stored offsets") {
				t.Error("the log does not say so")
			}
			x.worker.StopTasks(sourceID)
			if err := x.await(sourceID, state.Unassigned); err != nil {
				t.Error(err)
			}
		})
	}
}

// A task that did not stop in time cannot commit when it comes back to life.
func TestAbandonedCannotCommit(t *testing.T) {
	gate := make(chan struct{})
	x := newExactHost(t, batches(plain(1, 3), func(source.Transaction) []connect.Record {
		<-gate
		return span(4, 5)
	}).plugin(sourceClass))
	x.createTopic("out", 1)
	x.worker.GracefulTimeout = 50 * time.Millisecond
	x.startSource(withBoundary("interval", "transaction.boundary.interval.ms", never))
	x.eventually("the first batch is in Kafka", func() bool { return x.endOf("out") == 3 })
	x.worker.StopTasks(sourceID)
	close(gate)
	x.eventually("the abandoned task has ended", func() bool { return strings.Contains(x.log.String(), "abandoned has ended") })
	if got := x.committedValues("out"); len(got) > 0 {
		t.Errorf("committed are %v", got)
	}
	if end := x.endOf("out"); end != 3 {
		t.Errorf("the topic ends at %d, want 3", end)
	}
	if n := x.stored(); n != 0 {
		t.Errorf("offset %d is stored", n)
	}
}

// The task is told of the records of a transaction in their order, then of the
// commit, and only when Kafka has all.
func TestExactlyOnceTells(t *testing.T) {
	var x *exactHost
	var mu sync.Mutex
	var events []string
	s := batches(func(source.Transaction) []connect.Record {
		batch := span(1, 3)
		batch[1].Value = "poison"
		return batch
	}, plain(4, 5))
	s.commits = func(r *connect.Record, m *source.Produced) {
		mu.Lock()
		defer mu.Unlock()
		at := "dropped"
		if m != nil {
			at = fmt.Sprint("at ", m.Offset)
		}
		n := int64(r.SourceOffset.(counter))
		events = append(events, fmt.Sprintf("%s %s stored %v", data.Text(r.Value), at, storedIn(t, x.store) >= n))
	}
	s.stored = func() {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, "commit")
	}
	x = newExactHost(t, s.plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(map[string]string{"errors.tolerance": "all"})
	x.awaitCommitted("out", []string{"1", "3", "4", "5"})
	x.worker.StopTasks(sourceID)
	x.await(sourceID, state.Unassigned)
	// Offset 2 is the end of the first transaction.
	want := []string{
		"1 at 0 stored true", "poison dropped stored true", "3 at 1 stored true", "commit",
		"4 at 3 stored true", "5 at 4 stored true", "commit",
	}
	mu.Lock()
	defer mu.Unlock()
	if len(events) < len(want) || !slices.Equal(events[:len(want)], want) {
		t.Errorf("events are %q, want %q first", events, want)
	}
}

// Records of an aborted transaction are told as dropped.
func TestExactlyOnceTellsOfAborted(t *testing.T) {
	told := make(chan *source.Produced, 10)
	s := batches(func(tx source.Transaction) []connect.Record {
		tx.AbortAfterBatch()
		return span(1, 2)
	})
	s.commits = func(_ *connect.Record, m *source.Produced) { told <- m }
	x := newExactHost(t, s.plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(withBoundary("connector"))
	for range 2 {
		if m := <-told; m != nil {
			t.Errorf("a record is said to be at %+v", *m)
		}
	}
}

func TestDroppedRecordsMoveTheOffset(t *testing.T) {
	x := newExactHost(t, batches(func(source.Transaction) []connect.Record {
		batch := span(1, 2)
		batch[0].Value, batch[1].Value = "poison", "poison"
		return batch
	}).plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(map[string]string{"errors.tolerance": "all"})
	x.eventually("the offset is stored", func() bool { return x.stored() == 2 })
	if end := x.endOf("out"); end != 0 {
		t.Errorf("the topic ends at %d", end)
	}
}

// A worker that has nothing to write begins no transaction.
func TestNoEmptyTransactions(t *testing.T) {
	var polls atomic.Int32
	s := &scriptSource{poll: func(ctx context.Context) ([]connect.Record, error) {
		if polls.Add(1) > 20 {
			return idle(ctx)
		}
		return nil, nil
	}}
	x := newExactHost(t, s.plugin(sourceClass))
	ends := x.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn, kmsg.AddPartitionsToTxn}, TopLevel: true, Observe: true, Count: -1})
	x.startSource(nil)
	x.eventually("the task has polled", func() bool { return polls.Load() > 20 })
	x.worker.StopTasks(sourceID)
	if err := x.await(sourceID, state.Unassigned); err != nil {
		t.Error(err)
	}
	if n := ends.Hits(); n > 0 {
		t.Errorf("%d transactions were ended", n)
	}
}

// A connector with an offsets topic of its own: reads prefer it, the worker's gets
// copies, and it is created as the worker's would be.
func TestOwnOffsetsTopic(t *testing.T) {
	for _, exactlyOnce := range []bool{false, true} {
		t.Run(fmt.Sprintf("exactly once %v", exactlyOnce), func(t *testing.T) {
			broker := startBroker(t)
			var end atomic.Int64
			end.Store(20)
			var next int64
			s := counting("out", 5, 0)
			s.start = func(rt source.Runtime) error {
				offset, err := rt.Offsets.Offset(context.Background(), onePartition)
				next, _ = offset["n"].(int64)
				return err
			}
			s.poll = func(ctx context.Context) ([]connect.Record, error) {
				if next >= end.Load() {
					return idle(ctx)
				}
				next++
				return []connect.Record{numbered("out", next)}, nil
			}
			x := newClusterHost(t, broker, exactlyOnce, s.plugin(sourceClass))
			x.createTopic("out", 1)
			// The worker's offset, which counts until the connector has its own.
			before := map[*connect.SourcePartition]connect.Fields{onePartition: {"n": int64(10)}}
			if err := offsetstore.For(x.store, "src").Commit(t.Context(), before); err != nil {
				t.Fatal(err)
			}
			own := map[string]string{"offsets.storage.topic": "src-offsets"}
			x.startSource(own)
			x.awaitCommitted("out", sequence(11, 20))
			x.worker.StopTasks(sourceID)
			if err := x.await(sourceID, state.Unassigned); err != nil {
				t.Fatal(err)
			}
			store := openOffsets(t, x.worker.Props, "src-offsets", exactlyOnce)
			if n := storedIn(t, store); n != 20 {
				t.Errorf("the own topic has offset %d, want 20", n)
			}
			x.eventually("the worker's topic has a copy", func() bool { return x.stored() == 20 })
			if topics, err := kadm.NewClient(x.client).ListTopics(t.Context(), "src-offsets"); err != nil || len(topics["src-offsets"].Partitions) != 3 {
				t.Errorf("the own topic has %d partitions, want 3; error %v", len(topics["src-offsets"].Partitions), err)
			}
			end.Store(25)
			x.startSource(own)
			x.awaitCommitted("out", sequence(11, 25))
		})
	}
}

// The connector's instance reads its own offsets, too.
func TestOwnOffsetsOfTheInstance(t *testing.T) {
	var x *exactHost
	var kept source.OffsetReader
	s := batches()
	s.connector = func(rt source.ConnectorRuntime) error {
		kept = rt.Offsets
		if n := offsetOf(t, rt.Offsets); n != 7 {
			return fmt.Errorf("the offset is %d", n)
		}
		return nil
	}
	x = newClusterHost(t, startBroker(t), false, s.plugin(sourceClass))
	mine := map[*connect.SourcePartition]connect.Fields{onePartition: {"n": int64(7)}}
	if err := offsetstore.For(openOffsets(t, x.worker.Props, "src-offsets", false), "src").Commit(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	started := make(chan error, 1)
	props := map[string]string{"name": "src", "connector.class": sourceClass, "offsets.storage.topic": "src-offsets"}
	if err := x.worker.StartConnector("src", props, state.TargetStarted, func(err error) { started <- err }); err != nil {
		t.Fatal(err)
	}
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	x.worker.StopConnector("src")
	if _, err := kept.Offset(t.Context(), onePartition); err == nil || !strings.HasPrefix(err.Error(), "Offset reader is closed.") {
		t.Errorf("after the end the reader says %v", err)
	}
}

func offsetOf(t *testing.T, r source.OffsetReader) int64 {
	t.Helper()
	fields, err := r.Offset(t.Context(), onePartition)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := fields["n"].(int64)
	return n
}

// A coordinator that is not available delays the start, and the log says why.
func TestCoordinatorNotAvailable(t *testing.T) {
	x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
	x.createTopic("out", 1)
	away := x.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.FindCoordinator}, TxnID: sourceTxnID, Err: kerr.CoordinatorNotAvailable, Count: -1})
	x.startSource(nil)
	x.eventually("the log says why the task waits", func() bool {
		log := x.log.String()
		return strings.Contains(log, "The task waits for the transaction coordinator") && strings.Contains(log, "COORDINATOR_NOT_AVAILABLE")
	})
	away.Remove()
	x.awaitCommitted("out", sequence(1, 3))
}

func TestTooManyTasks(t *testing.T) {
	for enforce, want := range map[string]state.State{"true": state.Failed, "false": state.Running} {
		t.Run("enforce "+enforce, func(t *testing.T) {
			h := newHost(t, batches().plugin(sourceClass))
			err := h.worker.StartTask(TaskStart{
				ID: sourceID, Target: state.TargetStarted, Tasks: 3,
				Connector: map[string]string{"name": "src", "connector.class": sourceClass, "tasks.max": "2", "tasks.max.enforce": enforce},
			})
			if err != nil {
				t.Fatal(err)
			}
			failure := h.await(sourceID, want)
			if want == state.Failed && (failure == nil || !strings.HasPrefix(failure.Error(), "The connector src has generated 3 tasks, which is greater than 2,")) {
				t.Errorf("the failure is %v", failure)
			}
		})
	}
}

// A task that is paused from the beginning is not started before it is resumed.
func TestPausedFromTheBeginning(t *testing.T) {
	var started atomic.Bool
	s := batches()
	s.start = func(source.Runtime) error {
		started.Store(true)
		return nil
	}
	h := newHost(t, s.plugin(sourceClass))
	props := map[string]string{"name": "src", "connector.class": sourceClass}
	if err := h.worker.StartTask(TaskStart{ID: sourceID, Connector: maps.Clone(props), Target: state.TargetPaused, Tasks: 1}); err != nil {
		t.Fatal(err)
	}
	h.await(sourceID, state.Paused)
	if started.Load() {
		t.Fatal("the task was started")
	}
	h.worker.PauseTasks("src", false)
	h.await(sourceID, state.Running)
	h.worker.StopTasks(sourceID)
	h.await(sourceID, state.Unassigned)
	started.Store(false)
	if err := h.worker.StartTask(TaskStart{ID: sourceID, Connector: props, Target: state.TargetPaused, Tasks: 1}); err != nil {
		t.Fatal(err)
	}
	h.await(sourceID, state.Paused)
	h.worker.StopTasks(sourceID)
	h.await(sourceID, state.Unassigned)
	if started.Load() {
		t.Error("a task that was stopped while it was paused was started")
	}
}
