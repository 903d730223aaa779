package run

import (
	"context"
	"net"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Network is how a worker reaches Kafka and other workers, and how it is reached.
// The zero value is the network of the machine.
type Network struct {
	// ClientOptions are added to those of every Kafka client: a dialer, hooks.
	ClientOptions []kgo.Opt
	// Listen opens the ports of the REST API; nil for net.Listen.
	Listen func(network, address string) (net.Listener, error)
	// Dial opens connections to other workers by http; nil for those of the machine.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}
