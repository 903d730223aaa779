//go:build integration

package kafkabroker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// kafka is the broker of all tests that leave it alive.
var kafka = NewShared(WithAuthorizer())

func TestMain(m *testing.M) { os.Exit(kafka.Main(m)) }

// testContext ends before the test binary's own deadline would hide which call hung.
func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func connect(t *testing.T, address string, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(address), kgo.AllowAutoTopicCreation(), kgo.MetadataMinAge(50 * time.Millisecond),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func produce(t *testing.T, client *kgo.Client, topic string, from, to int) {
	t.Helper()
	var records []*kgo.Record
	for i := from; i < to; i++ {
		records = append(records, &kgo.Record{Topic: topic, Value: fmt.Append(nil, i)})
	}
	if err := client.ProduceSync(testContext(t), records...).FirstErr(); err != nil {
		t.Fatalf("produce: %v", err)
	}
}

// consume checks that topic, read from its start, holds the numbers below n in
// order.
func consume(t *testing.T, address, topic string, n int, options ...kgo.Opt) {
	t.Helper()
	client := connect(t, address, append(options, kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	var got []string
	for len(got) < n {
		fetches := client.PollFetches(testContext(t))
		if err := fetches.Err(); err != nil {
			t.Fatalf("consume after %d records: %v", len(got), err)
		}
		fetches.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)) })
	}
	var want []string
	for i := range n {
		want = append(want, fmt.Sprint(i))
	}
	if !slices.Equal(got, want) {
		t.Errorf("consumed %v, want %v", got, want)
	}
}

func logins(u User) map[string]sasl.Mechanism {
	return map[string]sasl.Mechanism{
		"PLAIN":         plain.Auth{User: u.Name, Pass: u.Password}.AsMechanism(),
		"SCRAM-SHA-256": scram.Auth{User: u.Name, Pass: u.Password}.AsSha256Mechanism(),
		"SCRAM-SHA-512": scram.Auth{User: u.Name, Pass: u.Password}.AsSha512Mechanism(),
	}
}

func clientTLS(t *testing.T, b *Broker, withCertificate bool) *tls.Config {
	t.Helper()
	cfg, err := b.Certificates().ClientTLS(withCertificate)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestPlaintext(t *testing.T) {
	b := kafka.Broker(t)
	topic := UniqueName(t)
	produce(t, connect(t, b.Bootstrap()), topic, 0, 100)
	consume(t, b.Bootstrap(), topic, 100)
	consume(t, b.Bootstrap(), topic, 100, kgo.ConsumerGroup(topic))
}

func TestClusterID(t *testing.T) {
	b := kafka.Broker(t)
	metadata, err := kadm.NewClient(connect(t, b.Bootstrap())).BrokerMetadata(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if metadata.Cluster != b.ClusterID() {
		t.Errorf("cluster id %q, want %q", metadata.Cluster, b.ClusterID())
	}
}

func TestTransaction(t *testing.T) {
	b := kafka.Broker(t)
	topic := UniqueName(t)
	client := connect(t, b.Bootstrap(), kgo.TransactionalID(topic))
	for _, commit := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		produce(t, client, topic, 0, 10)
		if err := client.EndTransaction(testContext(t), commit); err != nil {
			t.Fatal(err)
		}
	}
	consume(t, b.Bootstrap(), topic, 10, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
}

func TestLogin(t *testing.T) {
	b := kafka.Broker(t)
	for _, listener := range []Listener{SASLPlaintext, SASLTLS} {
		for name, mechanism := range logins(b.User(AliceName)) {
			t.Run(string(listener)+"/"+name, func(t *testing.T) {
				options := []kgo.Opt{kgo.SASL(mechanism)}
				if listener == SASLTLS {
					options = append(options, kgo.DialTLSConfig(clientTLS(t, b, false)))
				}
				topic := UniqueName(t)
				produce(t, connect(t, b.Address(listener), options...), topic, 0, 10)
				consume(t, b.Address(listener), topic, 10, options...)
			})
		}
	}
}

func TestLoginRefused(t *testing.T) {
	b := kafka.Broker(t)
	for who, user := range map[string]User{
		"wrong password": {AliceName, "not-" + b.User(AliceName).Password},
		"unknown user":   {"mallory", "secret"},
	} {
		for name, mechanism := range logins(user) {
			t.Run(who+"/"+name, func(t *testing.T) {
				err := connect(t, b.Address(SASLPlaintext), kgo.SASL(mechanism)).Ping(testContext(t))
				if !errors.Is(err, kerr.SaslAuthenticationFailed) {
					t.Errorf("ping: %v, want %v", err, kerr.SaslAuthenticationFailed)
				}
			})
		}
	}
}

func TestTLS(t *testing.T) {
	b := kafka.Broker(t)
	for _, tc := range []struct {
		listener        Listener
		withCertificate bool
	}{{TLS, false}, {TLS, true}, {MTLS, true}} {
		t.Run(fmt.Sprint(tc), func(t *testing.T) {
			options := kgo.DialTLSConfig(clientTLS(t, b, tc.withCertificate))
			topic := UniqueName(t)
			produce(t, connect(t, b.Address(tc.listener), options), topic, 0, 10)
			consume(t, b.Address(tc.listener), topic, 10, options)
		})
	}
}

func TestTLSRefused(t *testing.T) {
	b := kafka.Broker(t)
	other, err := writeCertificates(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := other.ClientTLS(true)
	if err != nil {
		t.Fatal(err)
	}
	distrustful := clientTLS(t, b, false)
	distrustful.RootCAs = stranger.RootCAs
	stranger.RootCAs = clientTLS(t, b, false).RootCAs
	for name, tc := range map[string]struct {
		listener Listener
		config   *tls.Config
	}{
		"broker of an unknown authority": {TLS, distrustful},
		"no client certificate":          {MTLS, clientTLS(t, b, false)},
		"client of an unknown authority": {MTLS, stranger},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			err := connect(t, b.Address(tc.listener), kgo.DialTLSConfig(tc.config)).Ping(ctx)
			var unknown x509.UnknownAuthorityError
			var alert *net.OpError
			if !errors.As(err, &unknown) && !errors.As(err, &alert) {
				t.Errorf("ping: %v, want a TLS error", err)
			}
		})
	}
}

func TestDenyTopic(t *testing.T) {
	b := kafka.Broker(t)
	forbidden := UniqueName(t)
	b.DenyTopic(t, AliceName, forbidden)
	login := kgo.SASL(logins(b.User(AliceName))["PLAIN"])
	produce(t, connect(t, b.Address(SASLPlaintext), login), UniqueName(t), 0, 1)
	denied := connect(t, b.Address(SASLPlaintext), login)
	err := denied.ProduceSync(testContext(t), &kgo.Record{Topic: forbidden}).FirstErr()
	if !errors.Is(err, kerr.TopicAuthorizationFailed) {
		t.Errorf("produce: %v, want %v", err, kerr.TopicAuthorizationFailed)
	}
	admin := kgo.SASL(logins(b.User(AdminName))["SCRAM-SHA-256"])
	produce(t, connect(t, b.Address(SASLPlaintext), admin), forbidden, 0, 1)
}

func TestOptions(t *testing.T) {
	carol := User{"carol", `odd "quoted" \ pass, word=1]`}
	b := Start(t, WithUser(carol), WithPartitions(3), WithoutTopicCreation())
	for name, mechanism := range logins(carol) {
		if err := connect(t, b.Address(SASLPlaintext), kgo.SASL(mechanism)).Ping(testContext(t)); err != nil {
			t.Errorf("log in with %s: %v", name, err)
		}
	}
	client := connect(t, b.Bootstrap(), kgo.UnknownTopicRetries(1))
	err := client.ProduceSync(testContext(t), &kgo.Record{Topic: "nowhere"}).FirstErr()
	if !errors.Is(err, kerr.UnknownTopicOrPartition) {
		t.Errorf("produce to an unknown topic: %v, want %v", err, kerr.UnknownTopicOrPartition)
	}
}

func TestKillAndRestart(t *testing.T) {
	b := Start(t)
	address, pid := b.Bootstrap(), b.PID()
	client := connect(t, address)
	produce(t, client, "kept", 0, 50)
	b.Kill(t)
	if err := connect(t, address, kgo.RequestRetries(0)).Ping(testContext(t)); err == nil {
		t.Error("ping of a killed broker succeeded")
	}
	b.Restart(t)
	if b.Bootstrap() != address || b.PID() == pid {
		t.Errorf("after restart: address %s, was %s; pid %d, was %d", b.Bootstrap(), address, b.PID(), pid)
	}
	produce(t, client, "kept", 50, 60)
	b.Restart(t)
	consume(t, address, "kept", 60)
	login := logins(b.User(AliceName))["SCRAM-SHA-512"]
	consume(t, b.Address(SASLPlaintext), "kept", 60, kgo.SASL(login))
}

func TestPortTaken(t *testing.T) {
	rival := kafka.Broker(t)
	choices := 0
	b, err := start(t.TempDir(), newSettings(nil), func() (ports, error) {
		chosen, err := freePorts()
		if choices++; choices == 1 {
			chosen[TLS] = rival.ports[TLS]
		}
		return chosen, err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	})
	if choices != 2 {
		t.Errorf("ports chosen %d times, want 2", choices)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		Start(b).Kill(b)
	}
}
