package kafkabroker

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Listener is one way to reach a broker.
type Listener string

// The listeners of every broker.
const (
	Plaintext     Listener = "PLAINTEXT"      // neither encryption nor login
	TLS           Listener = "TLS"            // server certificate only
	MTLS          Listener = "MTLS"           // client certificate required
	SASLPlaintext Listener = "SASL_PLAINTEXT" // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512
	SASLTLS       Listener = "SASL_TLS"       // the same over TLS
	controller    Listener = "CONTROLLER"     // for the broker itself
)

const host = "127.0.0.1"

// securityProtocols gives Kafka's name for what each listener speaks, in the
// order in which listeners get their ports.
func securityProtocols() []struct {
	Listener Listener
	Protocol string
} {
	return []struct {
		Listener Listener
		Protocol string
	}{
		{Plaintext, "PLAINTEXT"},
		{TLS, "SSL"},
		{MTLS, "SSL"},
		{SASLPlaintext, "SASL_PLAINTEXT"},
		{SASLTLS, "SASL_SSL"},
		{controller, "PLAINTEXT"},
	}
}

// Ports are taken below the range from which systems give clients theirs: a
// client that dials a stopped broker's port there could connect to itself.
const (
	firstPort    = 25000
	lastPort     = 32000
	portAttempts = 1000
)

type ports map[Listener]int

// freePorts chooses a port for each listener that nobody listens on now. Nothing
// reserves them: a broker that finds one taken must be started with others.
func freePorts() (ports, error) {
	chosen, used := ports{}, map[int]bool{}
	for _, l := range securityProtocols() {
		port, err := freePort(used)
		if err != nil {
			return nil, err
		}
		chosen[l.Listener], used[port] = port, true
	}
	return chosen, nil
}

func freePort(used map[int]bool) (int, error) {
	for range portAttempts {
		port := firstPort + rand.IntN(lastPort-firstPort)
		if used[port] {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			return 0, fmt.Errorf("free a port: %w", err)
		}
		return port, nil
	}
	return 0, fmt.Errorf("find a free port between %d and %d: all %d tried are in use", firstPort, lastPort, portAttempts)
}

func (p ports) address(l Listener) string {
	return net.JoinHostPort(host, strconv.Itoa(p[l]))
}
