package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka/ssl/ssltest"
)

const (
	plainModule = `org.apache.kafka.common.security.plain.PlainLoginModule required username="alice" password="wonder-land";`
	scramModule = `org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="wonder-land";`
)

func cluster(t *testing.T, opts ...kfake.Opt) (bootstrap string) {
	t.Helper()
	c, err := kfake.NewCluster(append(opts, kfake.NumBrokers(1), kfake.ClusterID("kraft-1"))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()[0]
}

// ping opens an admin client that gives up soon and asks for the cluster's id.
func ping(t *testing.T, bootstrap string, props map[string]string) (id string, err error) {
	t.Helper()
	all := with("request.timeout.ms", "2000", "default.api.timeout.ms", "2000", "retries", "1", "socket.connection.setup.timeout.ms", "1000")
	for name, value := range props {
		all[name] = value
	}
	all["bootstrap.servers"] = bootstrap
	a, err := AdminOptions(all)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return ClusterID(ctx, open(t, a.Opts...))
}

// listeners are the clusters of the tests, by security protocol.
type listeners struct {
	plaintext, ssl, sasl, saslSSL string
	trust                         map[string]string // ssl.* of clients
}

func start(t *testing.T) listeners {
	t.Helper()
	ca := ssltest.NewAuthority(t, "ca")
	secure := kfake.TLS(&tls.Config{Certificates: []tls.Certificate{ca.Issue(t, "broker", "127.0.0.1", "localhost").TLS()}})
	var users []kfake.Opt
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		users = append(users, kfake.Superuser(mechanism, "alice", "wonder-land"))
	}
	users = append(users, kfake.EnableSASL())
	return listeners{
		plaintext: cluster(t),
		ssl:       cluster(t, secure),
		sasl:      cluster(t, users...),
		saslSSL:   cluster(t, append(users, secure)...),
		trust: map[string]string{
			"ssl.truststore.location": ca.TrustJKS(t), "ssl.truststore.password": ssltest.Password,
		},
	}
}

func (l listeners) props(protocol, mechanism, jaas string) map[string]string {
	props := map[string]string{"security.protocol": protocol}
	if mechanism != "" {
		props["sasl.mechanism"], props["sasl.jaas.config"] = mechanism, jaas
	}
	if strings.HasSuffix(protocol, "SSL") {
		for name, value := range l.trust {
			props[name] = value
		}
	}
	return props
}

func TestPing(t *testing.T) {
	l := start(t)
	for _, test := range []struct {
		bootstrap                 string
		protocol, mechanism, jaas string
	}{
		{l.plaintext, "PLAINTEXT", "", ""},
		{l.ssl, "SSL", "", ""},
		{l.sasl, "SASL_PLAINTEXT", "PLAIN", plainModule},
		{l.sasl, "SASL_PLAINTEXT", "SCRAM-SHA-256", scramModule},
		{l.sasl, "sasl_plaintext", "SCRAM-SHA-512", scramModule},
		{l.saslSSL, "SASL_SSL", "PLAIN", plainModule},
		{l.saslSSL, "SASL_SSL", "SCRAM-SHA-512", scramModule},
	} {
		t.Run(test.protocol+" "+test.mechanism, func(t *testing.T) {
			id, err := ping(t, test.bootstrap, l.props(test.protocol, test.mechanism, test.jaas))
			if err != nil || id != "kraft-1" {
				t.Errorf("got %q, %v", id, err)
			}
		})
	}
}

func TestPingErrors(t *testing.T) {
	l := start(t)
	wrong := func(module string) string { return strings.ReplaceAll(module, "wonder-land", "looking-glass") }
	foreign := map[string]string{"security.protocol": "SSL", "ssl.truststore.type": "PEM", "ssl.truststore.certificates": ssltest.NewAuthority(t, "other").CertPEM()}
	for _, test := range []struct {
		name      string
		bootstrap string
		props     map[string]string
		text      string
	}{
		{"nobody listens", closedPort(t), nil, "refused"},
		{"plaintext to tls", l.ssl, nil, "see security.protocol"},
		{"tls to plaintext", l.plaintext, l.props("SSL", "", ""), "security.protocol"},
		{"unknown authority", l.ssl, foreign, "ssl.truststore.location, does not hold the authority"},
		{"no sasl", l.sasl, nil, "see security.protocol"},
		{"wrong password", l.sasl, l.props("SASL_PLAINTEXT", "PLAIN", wrong(plainModule)), "sasl"},
		{"wrong scram password", l.sasl, l.props("SASL_PLAINTEXT", "SCRAM-SHA-512", wrong(scramModule)), "sasl"},
		{"mechanism not offered", l.sasl, l.props("SASL_PLAINTEXT", "OAUTHBEARER", `OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="a";`), "sasl.mechanism"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := ping(t, test.bootstrap, test.props)
			if !errors.Is(err, ErrUnreachable) || !strings.HasPrefix(err.Error(), ErrUnreachable.Error()) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %v, want %q", err, test.text)
			}
			if err != nil && strings.Contains(err.Error(), "looking-glass") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

func TestHint(t *testing.T) {
	for text, err := range map[string]error{
		"cannot be resolved":                &net.DNSError{Err: "no such host", Name: "x"},
		"does not use a name":               x509.HostnameError{Certificate: &x509.Certificate{}},
		"is not valid":                      x509.CertificateInvalidError{Reason: x509.Expired},
		"does not speak TLS":                tls.RecordHeaderError{},
		"refused the TLS handshake":         &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")},
		"refused the credentials":           kerr.SaslAuthenticationFailed,
		"does not offer the SASL mechanism": kerr.UnsupportedSaslMechanism,
		"closed the connection":             io.EOF,
		"no answer in time":                 context.DeadlineExceeded,
		"see bootstrap.servers":             errors.New("x"),
	} {
		if got := hint(fmt.Errorf("dial: %w", err)); !strings.Contains(got, text) {
			t.Errorf("%v: got %q, want %q", err, got, text)
		}
	}
}

// closedPort returns an address that nobody listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestProduceAndConsume sends with the properties of a source task and reads with
// those of a sink task.
func TestProduceAndConsume(t *testing.T) {
	bootstrap := cluster(t, kfake.SeedTopics(4, "t"))
	worker := map[string]string{"bootstrap.servers": bootstrap}
	p, err := ProducerOptions(SourceProducerProps(worker, nil, "src", 0))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	producer := open(t, p.Opts...)
	large := make([]byte, 100_000) // larger than batch.size, which is no limit
	for _, test := range []struct {
		record *kgo.Record
		sent   bool
	}{
		{&kgo.Record{Topic: "t", Partition: 3, Key: []byte("k"), Value: []byte("v")}, true},
		{&kgo.Record{Topic: "t", Partition: -1, Value: large}, true},
		{&kgo.Record{Topic: "t", Partition: 9, Value: []byte("v")}, false},
		{&kgo.Record{Topic: "t", Partition: 0, Value: make([]byte, 2<<20)}, false},
	} {
		partition := test.record.Partition
		err := producer.ProduceSync(ctx, test.record).FirstErr()
		if (err == nil) != test.sent || test.sent && partition >= 0 && test.record.Partition != partition {
			t.Errorf("partition %d, %d bytes: got partition %d, %v", partition, len(test.record.Value), test.record.Partition, err)
		}
	}

	c, err := ConsumerOptions(SinkConsumerProps(worker, nil, "sink", 0))
	if err != nil {
		t.Fatal(err)
	}
	consumer := open(t, append(append(c.Opts, c.GroupOpts...), kgo.ConsumeTopics("t"))...)
	for got := 0; got < 2; {
		fetches := consumer.PollRecords(ctx, c.MaxPollRecords)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		got += fetches.NumRecords()
	}
}

func TestLogger(t *testing.T) {
	for _, test := range []struct {
		level slog.Level
		want  kgo.LogLevel
		lines string
	}{
		{slog.LevelError + 4, kgo.LogLevelNone, ""},
		{slog.LevelError, kgo.LogLevelError, "error"},
		{slog.LevelWarn, kgo.LogLevelWarn, "error warn"},
		{slog.LevelInfo, kgo.LogLevelWarn, "error warn"},
		{slog.LevelDebug, kgo.LogLevelInfo, "error warn info"},
		{levelTrace, kgo.LogLevelDebug, "error warn info debug"},
	} {
		var b strings.Builder
		l := Logger(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: test.level})))
		if got := l.Level(); got != test.want {
			t.Errorf("%v: got level %v, want %v", test.level, got, test.want)
		}
		for level, msg := range map[kgo.LogLevel]string{1: "error", 2: "warn", 3: "info", 4: "debug"} {
			l.Log(level, msg, "topic", "t")
		}
		for _, msg := range strings.Fields(test.lines) {
			if !strings.Contains(b.String(), "msg="+msg+" topic=t") {
				t.Errorf("%v: %s is missing in %s", test.level, msg, b.String())
			}
		}
		if got := strings.Count(b.String(), "msg="); got != len(strings.Fields(test.lines)) {
			t.Errorf("%v: got %d lines", test.level, got)
		}
	}
}
