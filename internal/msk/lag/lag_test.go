package lag

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/devbroker"
)

func TestLag(t *testing.T) {
	broker, err := devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = broker.Close() }()
	client, err := kgo.NewClient(kgo.SeedBrokers(broker.Addrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	if _, err := admin.CreateTopic(t.Context(), 3, 1, nil, "in"); err != nil {
		t.Fatal(err)
	}
	for i, age := range []time.Duration{time.Hour, time.Minute, time.Second} {
		for _, partition := range []int32{0, 1} {
			r := &kgo.Record{Topic: "in", Partition: partition, Value: []byte{byte(i)}, Timestamp: time.Now().Add(-age - time.Duration(partition)*10*time.Second)}
			if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
	}
	worker := map[string]string{"bootstrap.servers": strings.Join(broker.Addrs(), ",")}
	for _, c := range []struct {
		first, second int64 // what is committed; below 0 for nothing
		want          time.Duration
	}{{-1, -1, 0}, {0, 3, time.Hour}, {1, 2, time.Minute}, {1, 1, 70 * time.Second}, {3, 2, 11 * time.Second}, {3, 3, 0}} {
		offsets := kadm.Offsets{}
		for partition, at := range []int64{c.first, c.second} {
			if at >= 0 {
				offsets.AddOffset("in", int32(partition), at, -1)
			}
		}
		if len(offsets) > 0 {
			if err := admin.CommitAllOffsets(t.Context(), "connect-c", offsets); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		got, err := New(nil).Lag(ctx, worker, "connect-c")
		cancel()
		if err != nil || got < c.want || got > c.want+9*time.Second {
			t.Errorf("committed %d and %d: %s, %v, want %s", c.first, c.second, got, err, c.want)
		}
	}
	partly := kadm.Offsets{}
	partly.AddOffset("in", 0, 3, -1)
	if err := admin.CommitAllOffsets(t.Context(), "connect-d", partly); err != nil {
		t.Fatal(err)
	}
	for begin, want := range map[string]time.Duration{"": time.Hour + 10*time.Second, "earliest": time.Hour + 10*time.Second, "latest": 0} {
		worker["consumer.auto.offset.reset"] = begin
		if got, err := New(nil).Lag(t.Context(), worker, "connect-d"); err != nil || got < want || got > want+9*time.Second {
			t.Errorf("nothing committed of a partition that is read from %q: %s, %v, want %s", begin, got, err, want)
		}
	}
}

// TestRebalances has a member join, and then a second one while the first does not come
// back.
func TestRebalances(t *testing.T) {
	broker, err := devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = broker.Close() }()
	worker := map[string]string{"bootstrap.servers": strings.Join(broker.Addrs(), ",")}
	is := func(want bool) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			got, err := New(nil).Rebalances(t.Context(), worker, "connect-c")
			if err == nil && got == want {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("it rebalances: %t, %v, want %t", got, err, want)
			}
		}
	}
	join := func(opts ...kgo.Opt) *kgo.Client {
		t.Helper()
		opts = append(opts, kgo.SeedBrokers(broker.Addrs()...), kgo.ConsumerGroup("connect-c"), kgo.ConsumeTopics("in"), kgo.AllowAutoTopicCreation())
		client, err := kgo.NewClient(opts...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		return client
	}
	is(false)
	joined := make(chan struct{})
	// It does not hear of the other for long.
	join(kgo.HeartbeatInterval(25*time.Second), kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) { close(joined) }))
	select {
	case <-joined:
	case <-time.After(30 * time.Second):
		t.Fatal("the first member has not joined")
	}
	is(false)
	join()
	is(true)
}
