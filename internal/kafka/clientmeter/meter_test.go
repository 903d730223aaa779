package clientmeter

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/metrics"
)

func open(t *testing.T, addr string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(addr), kgo.DisableClientMetrics())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func only(t *testing.T, c *Clients) metrics.Client {
	t.Helper()
	samples := c.Samples()
	if len(samples) != 1 {
		t.Fatalf("%d clients, want 1: %+v", len(samples), samples)
	}
	return samples[0]
}

// TestMeter follows a producer and a consumer from their beginning to their end.
func TestMeter(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	addr := cluster.ListenAddrs()[0]
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	clients := New()
	if s := clients.Samples(); len(s) != 0 {
		t.Fatalf("clients before the first: %+v", s)
	}
	producer := open(t, addr, append(clients.Options(Producer), kgo.ClientID("p"), kgo.ProducerBatchCompression(kgo.NoCompression()))...)
	if c := only(t, clients); c.ID != "p" || c.Kind != "producer" || c.Sent != 0 || c.Connections != 0 {
		t.Errorf("an idle producer: %+v", c)
	}
	for range 5 {
		if err := producer.ProduceSync(ctx, &kgo.Record{Topic: "t", Value: make([]byte, 1000)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	if c := only(t, clients); c.Sent < 5000 || c.Received == 0 || c.Connections < 1 {
		t.Errorf("a producer that has sent: %+v", c)
	}
	producer.Close()
	if s := clients.Samples(); len(s) != 0 {
		t.Errorf("a closed client is known: %+v", s)
	}

	m := clients.Meter(Consumer)
	consumer := open(t, addr, append(m.Options(), kgo.ConsumeTopics("t"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	fetches := consumer.PollRecords(ctx, 2)
	m.Lags(fetches, false)
	lag := float64(5 - fetches.NumRecords())
	if c := only(t, clients); len(c.Lags) != 1 || c.Lags[0] != (metrics.Lag{Topic: "t", Partition: 0, Records: lag}) || c.Received < 1000 {
		t.Errorf("a consumer of %d records: %+v", fetches.NumRecords(), c)
	}
	m.Forget("t", 0)
	if c := only(t, clients); len(c.Lags) != 0 {
		t.Errorf("a lag that was forgotten: %+v", c)
	}
}

// TestLags: a consumer of committed records is at the end where the last transaction
// under way begins.
func TestLags(t *testing.T) {
	fetches := kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: "t", Partitions: []kgo.FetchPartition{
		{Partition: 0, HighWatermark: 10, LastStableOffset: 8, Records: []*kgo.Record{{Offset: 3}, {Offset: 4}}},
		{Partition: 1, HighWatermark: 10, LastStableOffset: 10},
		{Partition: 2, HighWatermark: -1, LastStableOffset: -1, Records: []*kgo.Record{{Offset: 3}}},
	}}}}}
	for _, test := range []struct {
		committed bool
		want      map[int32]float64
	}{
		{false, map[int32]float64{0: 5, 2: 0}},
		{true, map[int32]float64{0: 3, 2: 0}},
	} {
		m := New().Meter(Consumer)
		m.Lags(fetches, test.committed)
		got := map[int32]float64{}
		for _, l := range m.sample().Lags {
			got[l.Partition] = l.Records
		}
		if len(got) != len(test.want) || got[0] != test.want[0] || got[2] != test.want[2] {
			t.Errorf("committed=%v: %v, want %v", test.committed, got, test.want)
		}
	}
}

// TestFailedConnections: one that could not be opened is none.
func TestFailedConnections(t *testing.T) {
	clients := New()
	network := NewNetwork(metrics.Sampling{})
	client := open(t, "127.0.0.1:1", append(clients.Options(AdminClient), network.Options()...)...)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if client.Ping(ctx) == nil {
		t.Fatal("somebody answers at port 1")
	}
	if c := only(t, clients); c.Connections != 0 || c.Kind != "admin_client" {
		t.Errorf("%+v", c)
	}
	if s := network.Sample(); s.Connections != 0 || s.Created.Total != 0 || s.Requests.Total != 0 {
		t.Errorf("%+v", s)
	}
}

func TestNetwork(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	n := NewNetwork(metrics.Sampling{})
	client := open(t, cluster.ListenAddrs()[0], n.Options()...)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := client.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	s := n.Sample()
	if s.Connections < 1 || s.Created.Total < 1 || s.Requests.Total < 1 || s.Responses.Total < 1 || s.IO.Rate <= 0 ||
		s.IO.Total < s.Requests.Total+s.Responses.Total || s.RequestSize.Max < s.RequestSize.Avg || s.Sent.Total == 0 || s.Received.Total == 0 {
		t.Errorf("%+v", s)
	}
	client.Close()
	if s = n.Sample(); s.Connections != 0 || s.Closed.Total != s.Created.Total {
		t.Errorf("after the end: %+v", s)
	}
}
