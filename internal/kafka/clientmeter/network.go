package clientmeter

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/metrics"
)

// Network counts what one client does, with rates. It costs some locks for each
// request.
type Network struct {
	open                atomic.Int64 // connections
	created, closed     *metrics.Meter
	requests, responses *metrics.Meter
	size                *metrics.Stat
	sent, received, io  *metrics.Meter
}

// NewNetwork returns a Network at zero.
func NewNetwork(s metrics.Sampling) *Network {
	return &Network{
		created: metrics.NewMeter(s), closed: metrics.NewMeter(s),
		requests: metrics.NewMeter(s), responses: metrics.NewMeter(s), size: metrics.NewStat(s),
		sent: metrics.NewMeter(s), received: metrics.NewMeter(s), io: metrics.NewMeter(s),
	}
}

// Options make a client use it; it must be one client only.
func (n *Network) Options() []kgo.Opt { return []kgo.Opt{kgo.WithHooks(n)} }

// Sample returns what the client has done.
func (n *Network) Sample() metrics.Network {
	return metrics.Network{
		Connections: float64(max(n.open.Load(), 0)), Created: n.created.Snapshot(), Closed: n.closed.Snapshot(),
		Requests: n.requests.Snapshot(), Responses: n.responses.Snapshot(), RequestSize: n.size.Snapshot(),
		Sent: n.sent.Snapshot(), Received: n.received.Snapshot(), IO: n.io.Snapshot(),
	}
}

// OnBrokerConnect counts a connection, as Meter does.
func (n *Network) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, conn net.Conn, _ error) {
	if conn != nil {
		n.open.Add(1)
		n.created.Add(1)
	}
}

// OnBrokerDisconnect takes a connection back.
func (n *Network) OnBrokerDisconnect(kgo.BrokerMetadata, net.Conn) {
	n.open.Add(-1)
	n.closed.Add(1)
}

// OnBrokerWrite counts a request.
func (n *Network) OnBrokerWrite(_ kgo.BrokerMetadata, _ int16, bytes int, _, _ time.Duration, err error) {
	now := time.Now()
	n.sent.AddAt(now, int64(bytes))
	n.io.AddAt(now, 1)
	if err == nil {
		n.requests.AddAt(now, 1)
		n.size.RecordAt(now, float64(bytes))
	}
}

// OnBrokerRead counts a response.
func (n *Network) OnBrokerRead(_ kgo.BrokerMetadata, _ int16, bytes int, _, _ time.Duration, err error) {
	now := time.Now()
	n.received.AddAt(now, int64(bytes))
	n.io.AddAt(now, 1)
	if err == nil {
		n.responses.AddAt(now, 1)
	}
}
