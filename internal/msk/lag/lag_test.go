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
}
