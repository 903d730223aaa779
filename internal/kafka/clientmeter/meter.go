package clientmeter

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/metrics"
)

// Kind is what a client is for, as metrics name it.
type Kind string

// The kinds of clients.
const (
	Producer    Kind = "producer"
	Consumer    Kind = "consumer"
	AdminClient Kind = "admin_client"
)

// Clients knows the open clients of a worker. It is safe for concurrent use.
type Clients struct {
	mu   sync.Mutex
	open map[*Meter]struct{}
}

// New returns Clients without any.
func New() *Clients { return &Clients{open: map[*Meter]struct{}{}} }

// Meter returns a meter for one client that is about to be opened. It counts from
// then on, and is forgotten when the client is closed.
func (c *Clients) Meter(kind Kind) *Meter { return &Meter{clients: c, kind: kind} }

// Options are those of one client that is about to be opened.
func (c *Clients) Options(kind Kind) []kgo.Opt { return c.Meter(kind).Options() }

// Samples returns what the open clients have done.
func (c *Clients) Samples() []metrics.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	samples := make([]metrics.Client, 0, len(c.open))
	for m := range c.open {
		samples = append(samples, m.sample())
	}
	return samples
}

// Meter counts what one client does. Its hooks are called by the client.
type Meter struct {
	clients     *Clients
	kind        Kind
	id          string
	sent        atomic.Int64
	received    atomic.Int64
	connections atomic.Int64

	mu   sync.Mutex
	lags map[partition]int64
}

type partition struct {
	topic  string
	number int32
}

// Options make a client use the meter; it must be one client only.
func (m *Meter) Options() []kgo.Opt { return []kgo.Opt{kgo.WithHooks(m)} }

// Lags notes how many records are left in the partitions of which records were just
// fetched. committed is whether the consumer reads only what is committed.
func (m *Meter) Lags(fetches kgo.Fetches, committed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lags == nil {
		m.lags = map[partition]int64{}
	}
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if len(p.Records) == 0 {
			return
		}
		end := p.HighWatermark
		if committed {
			end = p.LastStableOffset
		}
		next := p.Records[len(p.Records)-1].Offset + 1
		m.lags[partition{p.Topic, p.Partition}] = max(end-next, 0)
	})
}

// Forget drops the lag of a partition that the consumer does not have any more.
func (m *Meter) Forget(topic string, number int32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.lags, partition{topic, number})
}

func (m *Meter) sample() metrics.Client {
	c := metrics.Client{
		Kind: string(m.kind), ID: m.id, Sent: float64(m.sent.Load()), Received: float64(m.received.Load()),
		Connections: float64(max(m.connections.Load(), 0)),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for p, n := range m.lags {
		c.Lags = append(c.Lags, metrics.Lag{Topic: p.topic, Partition: p.number, Records: float64(n)})
	}
	return c
}

// OnNewClient is called before the client does anything.
func (m *Meter) OnNewClient(client *kgo.Client) {
	m.id, _ = client.OptValue(kgo.ClientID).(string)
	m.clients.mu.Lock()
	defer m.clients.mu.Unlock()
	m.clients.open[m] = struct{}{}
}

// OnClientClosed is called when the client does nothing any more.
func (m *Meter) OnClientClosed(*kgo.Client) {
	m.clients.mu.Lock()
	defer m.clients.mu.Unlock()
	delete(m.clients.open, m)
}

// OnBrokerConnect counts a connection, also one that fails after it was opened: the
// client then tells first that it is closed.
func (m *Meter) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, conn net.Conn, _ error) {
	if conn != nil {
		m.connections.Add(1)
	}
}

// OnBrokerDisconnect takes a connection back.
func (m *Meter) OnBrokerDisconnect(kgo.BrokerMetadata, net.Conn) { m.connections.Add(-1) }

// OnBrokerWrite counts the bytes of a request.
func (m *Meter) OnBrokerWrite(_ kgo.BrokerMetadata, _ int16, n int, _, _ time.Duration, _ error) {
	m.sent.Add(int64(n))
}

// OnBrokerRead counts the bytes of a response.
func (m *Meter) OnBrokerRead(_ kgo.BrokerMetadata, _ int16, n int, _, _ time.Duration, _ error) {
	m.received.Add(int64(n))
}
