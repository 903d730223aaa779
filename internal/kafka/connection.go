package kafka

import (
	"math/rand/v2"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/login"
	"github.com/millrace/millrace/internal/kafka/ssl"
)

// connection adds the options of brokers, connections, retries and security.
func (r *reading) connection() error {
	seeds, err := bootstrap(r.List(keyBootstrap))
	if err != nil {
		return err
	}
	r.add(kgo.SeedBrokers(seeds...))
	if r.ClientID != "" {
		r.add(kgo.ClientID(r.ClientID))
	}
	if strings.EqualFold(r.String(keyRecovery), "rebootstrap") {
		r.add(kgo.OnRebootstrapRequired(func() ([]string, error) { return seeds, nil }))
	}
	if !r.Bool(keyMetricsPush) {
		r.add(kgo.DisableClientMetrics())
	}
	// Brokers close connections while they restart. Java tries again whatever the
	// reason was; Ping explains connections that never worked.
	r.add(kgo.AlwaysRetryEOF())
	r.timeouts()
	return r.security()
}

func (r *reading) timeouts() {
	// Limits are those of kgo: beyond them it refuses to start.
	r.add(kgo.RequestTimeoutOverhead(clamp(r.RequestTimeout, 100*time.Millisecond, 15*time.Minute)))
	idle := r.duration(keyMaxIdle)
	if idle < 0 {
		idle = Forever // -1: never
	}
	r.add(kgo.ConnIdleTimeout(clamp(idle, 100*time.Millisecond, 15*time.Minute)))

	first, longest := r.duration(keyRetryBackoff), max(r.duration(keyRetryBackoffMax), r.reconnectMax())
	r.add(kgo.RetryBackoffFn(backoff(first, longest)))

	// Java asks for metadata as often as retry.backoff.max.ms allows while something
	// is wrong; kgo's own limit of 5 s would delay each failover.
	maxAge := clamp(r.duration(keyMetadataMaxAge), 10*time.Millisecond, time.Hour)
	minAge := clamp(r.duration(keyRetryBackoffMax), 250*time.Millisecond, 5*time.Second)
	r.add(kgo.MetadataMaxAge(maxAge), kgo.MetadataMinAge(min(minAge, maxAge)))
}

// reconnectMax is reconnect.backoff.max.ms; as in Java a first pause given alone is
// also the longest.
func (r *reading) reconnectMax() time.Duration {
	const first = "reconnect.backoff.ms"
	if r.given(first) && !r.given(keyReconnectMax) {
		return r.duration(first)
	}
	return r.duration(keyReconnectMax)
}

// backoff doubles the pause with each failure and spreads it by a fifth, as Java's
// ExponentialBackoff. kgo has one pause for requests and connections.
func backoff(first, longest time.Duration) func(int) time.Duration {
	first = max(first, time.Millisecond)
	longest = max(longest, first)
	return func(failures int) time.Duration {
		pause := first
		for i := 1; i < failures && pause < longest; i++ {
			pause *= 2
		}
		pause = min(pause, longest)
		return time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64()))
	}
}

func (r *reading) security() error {
	protocol := strings.ToUpper(r.String(keySecurityProtocol))
	setup := max(0, r.duration(keySetupTimeout))
	if strings.HasSuffix(protocol, "SSL") {
		client, err := ssl.NewClient(r.Originals())
		if err != nil {
			return err
		}
		r.add(kgo.Dialer(client.Dialer(setup)))
	} else {
		r.add(kgo.Dialer((&net.Dialer{Timeout: setup}).DialContext))
	}
	if strings.HasPrefix(protocol, "SASL_") {
		mechanism, err := login.Mechanism(r.Originals())
		if err != nil {
			return err
		}
		r.add(kgo.SASL(mechanism))
	}
	return nil
}

var hostPort = regexp.MustCompile(`^(?:[0-9a-zA-Z%._-]*://)?\[?([0-9a-zA-Z%._:-]*)\]?:([0-9]+)$`)

// bootstrap checks the addresses of bootstrap.servers. Names are not looked up
// here: a name that cannot be resolved now may be resolved later.
func bootstrap(urls []string) ([]string, error) {
	var seeds []string
	for _, url := range urls {
		if url == "" {
			continue
		}
		m := hostPort.FindStringSubmatch(url)
		if m == nil {
			return nil, config.Errorf(keyBootstrap, "Invalid url in %s: %s", keyBootstrap, url)
		}
		if port, err := strconv.Atoi(m[2]); err != nil || port > 65535 {
			return nil, config.Errorf(keyBootstrap, "Invalid port in %s: %s", keyBootstrap, url)
		}
		if m[1] == "" {
			m[1] = "localhost"
		}
		seeds = append(seeds, net.JoinHostPort(m[1], m[2]))
	}
	if len(seeds) == 0 {
		return nil, config.Errorf(keyBootstrap, "No resolvable bootstrap urls given in %s", keyBootstrap)
	}
	return seeds, nil
}
