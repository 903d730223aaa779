package devbroker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func start(t *testing.T, settings Settings) *Broker {
	t.Helper()
	b, err := Start(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func client(t *testing.T, addrs []string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	c, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(addrs...), kgo.DisableClientMetrics()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func produce(t *testing.T, c *kgo.Client, topic string, pairs ...string) {
	t.Helper()
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		if err := c.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Key: []byte(key), Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatalf("produce %s to %s: %v", pair, topic, err)
		}
	}
}

// read returns the records of a topic from its start as key=value.
func read(t *testing.T, addrs []string, topic string, n int, opts ...kgo.Opt) []string {
	t.Helper()
	c := client(t, addrs, append([]kgo.Opt{kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}, opts...)...)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []string
	for len(got) < n {
		fetches := c.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("read %s after %d records: %v", topic, len(got), err)
		}
		fetches.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Key)+"="+string(r.Value)) })
	}
	c.Close()
	return got
}

// TestContract is what a worker needs from its brokers, with and without a
// data directory.
func TestContract(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings Settings
	}{
		{"memory", Settings{}},
		{"disk", Settings{DataDir: t.TempDir()}},
		{"disk, synchronous", Settings{DataDir: t.TempDir(), Sync: true}},
		{"three brokers", Settings{Brokers: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.settings.AutoCreateTopics = true
			c.settings.DefaultPartitions = 2
			b := start(t, c.settings)
			t.Run("topics and configurations", func(t *testing.T) { topicsAndConfigs(t, b) })
			t.Run("produce and consume", func(t *testing.T) { produceAndConsume(t, b) })
			t.Run("group commit", func(t *testing.T) { groupCommit(t, b) })
			t.Run("transactions", func(t *testing.T) { transactions(t, b) })
			t.Run("automatic creation", func(t *testing.T) { automaticCreation(t, b) })
			t.Run("faults", func(t *testing.T) { faults(t, b) })
		})
	}
}

func topicsAndConfigs(t *testing.T, b *Broker) {
	admin := kadm.NewClient(client(t, b.Addrs()))
	policy := "compact"
	created, err := admin.CreateTopic(t.Context(), 5, 1, map[string]*string{"cleanup.policy": &policy}, "configs")
	if err != nil || created.Err != nil {
		t.Fatal(err, created.Err)
	}
	again, _ := admin.CreateTopic(t.Context(), 5, 1, nil, "configs")
	if !errors.Is(again.Err, kerr.TopicAlreadyExists) {
		t.Errorf("create again: %v", again.Err)
	}
	many, _ := admin.CreateTopic(t.Context(), 1, 9, nil, "replicated")
	if !errors.Is(many.Err, kerr.InvalidReplicationFactor) {
		t.Errorf("too many replicas: %v", many.Err)
	}
	details, err := admin.ListTopics(t.Context(), "configs")
	if err != nil || len(details["configs"].Partitions) != 5 {
		t.Errorf("partitions: %+v %v", details["configs"], err)
	}
	configs, err := admin.DescribeTopicConfigs(t.Context(), "configs")
	if err != nil {
		t.Fatal(err)
	}
	one, err := configs.On("configs", nil)
	if err != nil {
		t.Fatal(err)
	}
	found := slices.IndexFunc(one.Configs, func(c kadm.Config) bool { return c.Key == "cleanup.policy" })
	if found < 0 || one.Configs[found].MaybeValue() != "compact" || one.Configs[found].Source != kmsg.ConfigSourceDynamicTopicConfig {
		t.Errorf("cleanup.policy: %+v", one.Configs)
	}
}

func produceAndConsume(t *testing.T, b *Broker) {
	c := client(t, b.Addrs())
	if _, err := kadm.NewClient(c).CreateTopic(t.Context(), 1, 1, nil, "records"); err != nil {
		t.Fatal(err)
	}
	produce(t, c, "records", "a=1", "b=2", "a=3")
	if got := strings.Join(read(t, b.Addrs(), "records", 3), " "); got != "a=1 b=2 a=3" {
		t.Errorf("read %s", got)
	}
}

func groupCommit(t *testing.T, b *Broker) {
	c := client(t, b.Addrs())
	if _, err := kadm.NewClient(c).CreateTopic(t.Context(), 1, 1, nil, "grouped"); err != nil {
		t.Fatal(err)
	}
	produce(t, c, "grouped", "a=1", "b=2", "c=3")
	member := client(t, b.Addrs(), kgo.ConsumerGroup("group"), kgo.ConsumeTopics("grouped"), kgo.DisableAutoCommit(), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	fetches := member.PollRecords(t.Context(), 2)
	if err := errors.Join(fetches.Err(), member.CommitRecords(t.Context(), fetches.Records()...)); err != nil {
		t.Fatal(err)
	}
	read := fetches.NumRecords()
	member.Close()
	offsets, err := kadm.NewClient(c).FetchOffsets(t.Context(), "group")
	if err != nil {
		t.Fatal(err)
	}
	if o, ok := offsets.Lookup("grouped", 0); !ok || o.At != int64(read) {
		t.Errorf("committed %d after reading %d", o.At, read)
	}
}

func transactions(t *testing.T, b *Broker) {
	c := client(t, b.Addrs(), kgo.TransactionalID("txn"))
	if _, err := kadm.NewClient(c).CreateTopic(t.Context(), 1, 1, nil, "transactional"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		pair string
		end  kgo.TransactionEndTry
	}{{"a=1", kgo.TryCommit}, {"a=2", kgo.TryAbort}, {"a=3", kgo.TryCommit}} {
		if err := c.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		produce(t, c, "transactional", step.pair)
		if err := c.EndTransaction(t.Context(), step.end); err != nil {
			t.Fatal(err)
		}
	}
	got := read(t, b.Addrs(), "transactional", 2, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if strings.Join(got, " ") != "a=1 a=3" {
		t.Errorf("read committed %v", got)
	}
	got = read(t, b.Addrs(), "transactional", 3)
	if strings.Join(got, " ") != "a=1 a=2 a=3" {
		t.Errorf("read uncommitted %v", got)
	}
	fenced := client(t, b.Addrs(), kgo.TransactionalID("txn"))
	if err := fenced.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, fenced, "transactional", "a=4")
	if err := fenced.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	_ = c.BeginTransaction()
	err := c.ProduceSync(t.Context(), &kgo.Record{Topic: "transactional", Value: []byte("zombie")}).FirstErr()
	if err == nil {
		t.Error("the zombie was not fenced")
	}
}

func automaticCreation(t *testing.T, b *Broker) {
	produce(t, client(t, b.Addrs(), kgo.AllowAutoTopicCreation()), "on-demand", "k=v")
	info := b.Cluster().TopicInfo("on-demand")
	if info == nil || len(b.Cluster().PartitionInfos("on-demand")) != 2 {
		t.Errorf("topic %+v", info)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	c := client(t, b.Addrs(), kgo.UnknownTopicRetries(0))
	if err := c.ProduceSync(ctx, &kgo.Record{Topic: "not-allowed", Value: []byte("x")}).FirstErr(); !errors.Is(err, kerr.UnknownTopicOrPartition) {
		t.Errorf("produce to an unknown topic: %v", err)
	}
}

func faults(t *testing.T, b *Broker) {
	c := client(t, b.Addrs(), kgo.RecordRetries(0), kgo.DisableIdempotentWrite())
	if _, err := kadm.NewClient(c).CreateTopic(t.Context(), 1, 1, nil, "faulty"); err != nil {
		t.Fatal(err)
	}
	fault := b.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "faulty", Err: kerr.TopicAuthorizationFailed})
	err := c.ProduceSync(t.Context(), &kgo.Record{Topic: "faulty", Value: []byte("x")}).FirstErr()
	if !errors.Is(err, kerr.TopicAuthorizationFailed) || fault.Hits() != 1 {
		t.Errorf("faulted produce: %v after %d hits", err, fault.Hits())
	}
	produce(t, c, "faulty", "k=v")
}

func TestAddresses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		addr, advertised string
		taken            bool
		want             string // in the error, or the prefix of the address
	}{
		{addr: taken.Addr().String(), taken: true, want: "address already in use"},
		{addr: "0.0.0.0:0", want: "advertised host is needed"},
		{addr: ":0", want: "advertised host is needed"},
		{addr: "127.0.0.1", want: "missing port"},
		{addr: "127.0.0.1:99999", want: "port is not a number"},
		{addr: "0.0.0.0:0", advertised: "localhost", want: "localhost:"},
		{addr: "", want: "127.0.0.1:"},
	} {
		b, err := Start(Settings{Addr: c.addr, Advertised: c.advertised, DataDir: t.TempDir()})
		if got := errors.Is(err, syscall.EADDRINUSE); got != c.taken {
			t.Errorf("%q: address in use %v, want %v: %v", c.addr, got, c.taken, err)
		}
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q: %v, want %s", c.addr, err, c.want)
			}
			continue
		}
		if got := b.Addrs()[0]; !strings.HasPrefix(got, c.want) {
			t.Errorf("%q: address %s, want %s", c.addr, got, c.want)
		}
		if err := client(t, b.Addrs()).Ping(t.Context()); err != nil {
			t.Errorf("%q: %v", c.addr, err)
		}
		if err := errors.Join(b.Close(), b.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestStrangeConnections(t *testing.T) {
	b := start(t, Settings{})
	for _, sent := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"\x00\x00\x00\x10\x7f\xff\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00", // unknown kind
		"\xff\xff\xff\xff\x00\x03",                                                         // four gigabytes
		"\x00\x00\x00\x02\x00\x03\x00\x00",                                                 // too short
	} {
		conn, err := net.Dial("tcp", b.Addrs()[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(sent)); err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(make([]byte, 1)); n != 0 || errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
			t.Errorf("%q was not hung up on: %d %v", sent, n, err)
		}
		_ = conn.Close()
	}
	if err := client(t, b.Addrs()).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestManyMetadataRequests(t *testing.T) {
	b := start(t, Settings{AutoCreateTopics: true})
	c := client(t, b.Addrs())
	for i := range 2*renewAfter + 10 {
		req := kmsg.NewPtrMetadataRequest()
		req.AllowAutoTopicCreation = true
		if i%renewAfter == renewAfter-1 || i == 2*renewAfter+9 {
			topic := kmsg.NewMetadataRequestTopic()
			topic.Topic = kmsg.StringPtr(fmt.Sprintf("topic-%d", i))
			req.Topics = append(req.Topics, topic)
		} else {
			req.Topics = []kmsg.MetadataRequestTopic{}
		}
		if _, err := req.RequestWith(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{renewAfter - 1, 2*renewAfter - 1, 2*renewAfter + 9} {
		if b.Cluster().TopicInfo(fmt.Sprintf("topic-%d", i)) == nil {
			t.Errorf("the topic of request %d is missing", i)
		}
	}
}

func TestFakeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := new(kfake.VirtualNetwork)
		b, err := Start(Settings{Addr: "localhost:9092", Listen: network.Listen})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if err := b.Cluster().CreateTopic("short", 1, map[string]string{"retention.ms": "60000"}); err != nil {
			t.Fatal(err)
		}
		c, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.Dialer(network.DialContext))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		produce(t, c, "short", "k=v")
		time.Sleep(retentionCheck + time.Second)
		if info := b.Cluster().PartitionInfo("short", 0); info.LogStartOffset != 1 {
			t.Errorf("log starts at %d after its retention", info.LogStartOffset)
		}
	})
}
