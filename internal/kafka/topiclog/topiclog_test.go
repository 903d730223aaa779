package topiclog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
	"github.com/millrace/millrace/internal/kafka"
)

func startBroker(t *testing.T) *devbroker.Broker {
	return devbrokertest.Start(t, devbroker.Settings{Brokers: 2})
}

// reading gathers what a log hands over.
type reading struct {
	mu      sync.Mutex
	records []*kgo.Record
}

func (r *reading) apply(record *kgo.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = append(r.records, record)
}

// texts returns key=value of all records, a key alone for a tombstone.
func (r *reading) texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, record := range r.records {
		text := string(record.Key)
		if record.Value != nil {
			text += "=" + string(record.Value)
		}
		all = append(all, text)
	}
	return all
}

func settings(b *devbroker.Broker, r *reading) Settings {
	worker := map[string]string{
		"bootstrap.servers": strings.Join(b.Addrs(), ","), "group.id": "g", "default.api.timeout.ms": "30000",
	}
	clients := kafka.InternalProps(worker, kafka.Configs, false)
	return Settings{
		Topic: "log", Property: "config.storage.topic", Purpose: "connector configurations",
		Partitions: 3, ReplicationFactor: 1, Config: map[string]string{"retention.ms": "-1", "cleanup.policy": "delete"},
		Producer: clients, Consumer: clients, Admin: kafka.InternalProps(worker, kafka.SharedAdmin, false),
		Apply: r.apply,
	}
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func open(t *testing.T, s Settings) *Log {
	t.Helper()
	l, err := Open(within(t), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func send(t *testing.T, l *Log, texts ...string) {
	t.Helper()
	var records []*kgo.Record
	for _, text := range texts {
		key, value, ok := strings.Cut(text, "=")
		r := &kgo.Record{Key: []byte(key)}
		if ok {
			r.Value = []byte(value)
		}
		records = append(records, r)
	}
	if err := l.Send(within(t), records...); err != nil {
		t.Fatal(err)
	}
}

func readToEnd(t *testing.T, l *Log) {
	t.Helper()
	if err := l.ReadToEnd(within(t)); err != nil {
		t.Fatal(err)
	}
}

func TestCreatedAsWanted(t *testing.T) {
	b, r := startBroker(t), &reading{}
	l := open(t, settings(b, r))
	info := b.Cluster().TopicInfo("log")
	if info == nil || l.Partitions() != 3 {
		t.Fatalf("topic %+v, %d partitions", info, l.Partitions())
	}
	policy, retention := info.Configs["cleanup.policy"], info.Configs["retention.ms"]
	if policy == nil || *policy != "compact" || retention == nil || *retention != "-1" {
		t.Errorf("the topic's settings are %v", info.Configs)
	}
}

// Two logs on one topic see each other's records, those of one key in order.
func TestTwoLogsOnOneTopic(t *testing.T) {
	b, ra, rb := startBroker(t), &reading{}, &reading{}
	first := open(t, settings(b, ra))
	send(t, first, "k=1", "j=1")
	second := open(t, settings(b, rb))
	if got := rb.texts(); len(got) != 2 {
		t.Fatalf("read at the start: %q", got)
	}
	send(t, second, "k=2", "k")
	readToEnd(t, first)
	for _, r := range []*reading{ra, rb} {
		readToEnd(t, second)
		got := slices.DeleteFunc(r.texts(), func(s string) bool { return strings.HasPrefix(s, "j") })
		if want := []string{"k=1", "k=2", "k"}; !slices.Equal(got, want) {
			t.Errorf("read %q, want %q", got, want)
		}
	}
}

// The vectors are of Java's default partitioner.
func TestPartitionsAsJava(t *testing.T) {
	for _, c := range []struct {
		partitions int32
		key        string
		want       int32
	}{
		{25, `["my-src",{"protocol":"1","table":"db.tbl"}]`, 2},
		{25, `["my-src",{"filename":"/tmp/in.txt"}]`, 1},
		{5, "status-connector-my-src", 2},
		{5, "status-task-my-src-0", 4},
		{5, "status-topic-orders:connector-my-src", 4},
	} {
		b, r := startBroker(t), &reading{}
		s := settings(b, r)
		s.Partitions = c.partitions
		l := open(t, s)
		send(t, l, c.key+"=x")
		readToEnd(t, l)
		if len(r.records) != 1 || r.records[0].Partition != c.want {
			t.Errorf("%s: %+v, want partition %d", c.key, r.records, c.want)
		}
	}
}

func TestWrongCleanupPolicy(t *testing.T) {
	b := startBroker(t)
	for policy, shown := range map[string]string{"delete": "delete", "compact,delete": "compact,delete", "delete, compact": "compact,delete"} {
		name := "log-" + strconv.Itoa(len(policy))
		if err := b.Cluster().CreateTopic(name, 1, map[string]string{"cleanup.policy": policy}); err != nil {
			t.Fatal(err)
		}
		s := settings(b, &reading{})
		s.Topic = name
		_, err := Open(within(t), s)
		want := "Topic '" + name + "' supplied via the 'config.storage.topic' property is required to have 'cleanup.policy=compact' to guarantee " +
			"consistency and durability of connector configurations, but found the topic currently has 'cleanup.policy=" + shown + "'. Continuing would " +
			"likely result in eventually losing connector configurations and problems restarting this Connect cluster in the future. Change the " +
			"'config.storage.topic' property in the Connect worker configurations to use a topic with 'cleanup.policy=compact'."
		var bad *config.Error
		if !errors.As(err, &bad) || bad.Msg != want {
			t.Errorf("%s:\n%v, want\n%s", policy, err, want)
		}
	}
}

func TestReplicationFactorBeyondBrokers(t *testing.T) {
	s := settings(startBroker(t), &reading{})
	s.ReplicationFactor = 3
	s.Admin["default.api.timeout.ms"], s.Admin["request.timeout.ms"] = "300", "300"
	_, err := Open(within(t), s)
	if err == nil || err.Error() != "Error while attempting to create/find topic(s) 'log'" || !strings.Contains(errors.Unwrap(err).Error(), "available brokers 2") {
		t.Errorf("the error is %v, because %v", err, errors.Unwrap(err))
	}
}

func TestNoBroker(t *testing.T) {
	b := startBroker(t)
	s := settings(b, &reading{})
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	s.Admin["default.api.timeout.ms"], s.Admin["request.timeout.ms"] = "500", "500"
	_, err := Open(within(t), s)
	if err == nil || !strings.HasPrefix(err.Error(), "Timed out while checking for or creating topic(s) 'log'. ") {
		t.Errorf("the error is %v", err)
	}
}

// A topic that is deleted and created again, with fewer or more records, is read from
// its beginning, and can be written.
func TestRecreatedTopic(t *testing.T) {
	for _, after := range []int{1, 8} {
		b, r := startBroker(t), &reading{}
		s := settings(b, r)
		s.Partitions = 1
		l := open(t, s)
		send(t, l, "a=1", "b=1", "c=1")
		readToEnd(t, l)
		if err := b.Cluster().DeleteTopic("log"); err != nil {
			t.Fatal(err)
		}
		other := open(t, s)
		for i := range after {
			send(t, other, fmt.Sprintf("new=%d", i))
		}
		readToEnd(t, l)
		if got := r.texts(); !slices.Contains(got, fmt.Sprintf("new=%d", after-1)) {
			t.Errorf("read %q", got)
		}
		send(t, l, "mine=1")
		readToEnd(t, l)
		if got := r.texts(); got[len(got)-1] != "mine=1" {
			t.Errorf("read %q", got)
		}
	}
}

// Nobody asks for the end of the topic, and yet its successor is followed.
func TestRecreatedTopicIsNoticed(t *testing.T) {
	t.Parallel()
	b, r := startBroker(t), &reading{}
	l := open(t, settings(b, r))
	send(t, l, "a=1")
	readToEnd(t, l)
	if err := b.Cluster().DeleteTopic("log"); err != nil {
		t.Fatal(err)
	}
	send(t, open(t, settings(b, &reading{})), "new=1")
	for limit := within(t); !slices.Contains(r.texts(), "new=1"); {
		if !pause(limit, 10*time.Millisecond) {
			t.Fatalf("read %q", r.texts())
		}
	}
}

// Records may be deleted up to any offset, the end included.
func TestTruncatedTopic(t *testing.T) {
	b := startBroker(t)
	s := settings(b, &reading{})
	s.Partitions = 1
	writer := open(t, s)
	send(t, writer, "a=1", "b=1", "c=1")
	for _, deleted := range []int64{2, 3} {
		if err := b.Cluster().DeleteRecords("log", 0, deleted); err != nil {
			t.Fatal(err)
		}
		r := &reading{}
		s.Apply = r.apply
		l := open(t, s)
		if got := r.texts(); len(got) != 3-int(deleted) {
			t.Errorf("after deletion up to %d: %q", deleted, got)
		}
		l.Close()
	}
	send(t, writer, "d=1")
	readToEnd(t, writer)
}

// What the cleaner leaves may end in offsets without records.
func TestCompactedTopic(t *testing.T) {
	b, r := startBroker(t), &reading{}
	s := settings(b, r)
	s.Partitions = 1
	s.Config = map[string]string{"min.cleanable.dirty.ratio": "0", "delete.retention.ms": "0", "segment.bytes": "1"}
	writer := open(t, s)
	for i := range 20 {
		send(t, writer, fmt.Sprintf("k%d=%d", i%3, i))
	}
	send(t, writer, "k0", "k1", "k2")
	b.Cluster().Compact()
	again := &reading{}
	s.Apply = again.apply
	l := open(t, s)
	send(t, l, "k=end")
	readToEnd(t, l)
	got := again.texts()
	if len(got) > 23 || got[len(got)-1] != "k=end" {
		t.Errorf("read %q", got)
	}
}

func TestManyRecordsAtTheStart(t *testing.T) {
	b, r := startBroker(t), &reading{}
	writer := open(t, settings(b, r))
	var records []*kgo.Record
	for i := range 10_000 {
		records = append(records, &kgo.Record{Key: fmt.Appendf(nil, "key-%d", i), Value: make([]byte, 200)})
	}
	if err := writer.Send(within(t), records...); err != nil {
		t.Fatal(err)
	}
	again := &reading{}
	s := settings(b, again)
	began := time.Now()
	open(t, s)
	t.Logf("10,000 records in %v", time.Since(began))
	if took := time.Since(began); len(again.texts()) != 10_000 || took > 5*time.Second {
		t.Errorf("%d records in %v", len(again.texts()), took)
	}
}

// restartable is a broker that comes back on its address with its data.
func restartable(t *testing.T) (b *devbroker.Broker, restart func(down func())) {
	t.Helper()
	s := devbroker.Settings{DataDir: t.TempDir()}
	b, err := devbroker.Start(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Addr = b.Addrs()[0]
	running := b
	t.Cleanup(func() { running.Close() })
	return b, func(down func()) {
		t.Helper()
		if err := running.Close(); err != nil {
			t.Fatal(err)
		}
		down()
		if running, err = devbroker.Start(s); err != nil {
			t.Fatal(err)
		}
	}
}

// A write and a read begun while the broker is away end well when it comes back.
func TestBrokerRestart(t *testing.T) {
	b, restart := restartable(t)
	r := &reading{}
	s := settings(b, r)
	l := open(t, s)
	send(t, l, "a=1")
	done := make(chan error, 2)
	restart(func() {
		go func() { done <- l.Send(within(t), &kgo.Record{Key: []byte("b"), Value: []byte("1")}) }()
		go func() { done <- l.ReadToEnd(within(t)) }()
	})
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	readToEnd(t, l)
	if got := slices.Sorted(slices.Values(r.texts())); !slices.Equal(got, []string{"a=1", "b=1"}) {
		t.Errorf("read %q", got)
	}
}

// While the broker is away everything hangs; the context ends the wait of one, and
// Close that of all.
func TestCloseEndsHangingCalls(t *testing.T) {
	b := startBroker(t)
	s := settings(b, &reading{})
	l := open(t, s)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := l.ReadToEnd(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the read ended with %v", err)
	}
	if err := l.Send(short, &kgo.Record{Key: []byte("k")}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the write ended with %v", err)
	}
	done := make(chan error, 3)
	go func() { done <- l.ReadToEnd(context.Background()) }()
	go func() { done <- l.Send(context.Background(), &kgo.Record{Key: []byte("k")}) }()
	l.Post([]*kgo.Record{{Key: []byte("k")}}, func(err error) { done <- err })
	began := time.Now()
	l.Close()
	for range 3 {
		if err := <-done; err == nil {
			t.Error("a call that hung ended well")
		}
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("closing took %v", took)
	}
	if err := l.ReadToEnd(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := l.Send(context.Background(), &kgo.Record{Key: []byte("k")}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A receiver that never returns does not hold Close for ever.
func TestCloseWithStuckReceiver(t *testing.T) {
	t.Parallel()
	b, stuck := startBroker(t), make(chan struct{})
	defer close(stuck)
	s := settings(b, &reading{})
	entered := make(chan struct{}, 1)
	s.Apply = func(*kgo.Record) { entered <- struct{}{}; <-stuck }
	l := open(t, s)
	send(t, l, "k=v")
	<-entered
	l.Close()
}

func TestReadOnly(t *testing.T) {
	s := settings(startBroker(t), &reading{})
	s.Producer = nil
	l := open(t, s)
	if err := l.Send(within(t), &kgo.Record{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("the write ended with %v", err)
	}
	readToEnd(t, l)
}

func TestPartitionsAdded(t *testing.T) {
	b, r := startBroker(t), &reading{}
	s := settings(b, r)
	s.Partitions = 1
	l := open(t, s)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).CreatePartitions(within(t), 1, "log"); err != nil {
		t.Fatal(err)
	}
	if err := client.ProduceSync(within(t), &kgo.Record{Topic: "log", Partition: 1, Key: []byte("k")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	for limit := within(t); len(r.texts()) == 0; {
		readToEnd(t, l)
		if limit.Err() != nil {
			t.Fatal("the new partition is not read")
		}
	}
}

// With only committed records read, a read waits for an open transaction and does not
// hand over what was aborted.
func TestCommittedOnly(t *testing.T) {
	b, r := startBroker(t), &reading{}
	s := settings(b, r)
	s.Partitions = 1
	s.Consumer = maps.Clone(s.Consumer)
	s.Consumer["isolation.level"] = "read_committed"
	l := open(t, s)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.TransactionalID("t"), kgo.DefaultProduceTopic("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, end := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := client.ProduceSync(within(t), kgo.KeyStringRecord("k", strconv.FormatBool(bool(end)))).FirstErr(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- l.ReadToEnd(within(t)) }()
		select {
		case err := <-done:
			t.Fatalf("the read ended while the transaction was open: %v", err)
		case <-time.After(200 * time.Millisecond):
		}
		if err := client.EndTransaction(within(t), end); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if got := r.texts(); !slices.Equal(got, []string{"k=true"}) {
		t.Errorf("read %q", got)
	}
}

// Many who ask at once are answered by few look-ups.
func TestReadersShareLookUps(t *testing.T) {
	l := open(t, settings(startBroker(t), &reading{}))
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if err := l.ReadToEnd(within(t)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// Leaders move under reads and writes. The embedded broker then forgets which offsets
// belong to which leader, so that partitions are read again; nothing is left out.
func TestLeadersMove(t *testing.T) {
	b, r := startBroker(t), &reading{}
	l := open(t, settings(b, r))
	var want []string
	for i := range 40 {
		if i%8 == 0 {
			b.Cluster().ShufflePartitionLeaders()
		}
		want = append(want, fmt.Sprintf("k%02d=v", i))
		send(t, l, want[i])
		readToEnd(t, l)
	}
	if got := slices.Compact(slices.Sorted(slices.Values(r.texts()))); !slices.Equal(got, want) {
		t.Errorf("read %q", got)
	}
}
