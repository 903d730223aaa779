//go:build integration

package pipeline

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

const scramLogin = `org.apache.kafka.common.security.scram.ScramLoginModule required username="%s" password="%s";`

// secured returns worker properties with which the worker and all its clients use
// some security settings.
func secured(pairs ...string) map[string]string {
	props := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		for _, prefix := range []string{"", "producer.", "consumer.", "admin."} {
			props[prefix+pairs[i]] = pairs[i+1]
		}
	}
	return props
}

func scram(protocol string, u kafkabroker.User) []string {
	return []string{
		"security.protocol", protocol, "sasl.mechanism", "SCRAM-SHA-512",
		"sasl.jaas.config", fmt.Sprintf(scramLogin, u.Name, u.Password),
	}
}

// trust returns the trust store as a PEM file.
func trust(t *testing.T, b *kafkabroker.Broker) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, b.Certificates().Authority, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"ssl.truststore.type", "PEM", "ssl.truststore.location", path}
}

// identity returns the client's certificate as PEM text in the properties.
func identity(b *kafkabroker.Broker) []string {
	c := b.Certificates()
	return []string{
		"ssl.keystore.type", "PEM", "ssl.keystore.certificate.chain", string(c.Client), "ssl.keystore.key", string(c.ClientKey),
	}
}

// TestSecureListeners runs a pipeline with all its clients, those for topic creation
// and dead letters among them, over listeners that ask for credentials.
func TestSecureListeners(t *testing.T) {
	b := kafka.Broker(t)
	alice := b.User(kafkabroker.AliceName)
	for name, tc := range map[string]struct {
		listener kafkabroker.Listener
		security []string
	}{
		"SCRAM over TLS": {kafkabroker.SASLTLS, append(scram("SASL_SSL", alice), trust(t, b)...)},
		"mutual TLS":     {kafkabroker.MTLS, append(append([]string{"security.protocol", "SSL"}, identity(b)...), trust(t, b)...)},
	} {
		t.Run(name, func(t *testing.T) {
			w := binary.Worker(t, millrace.Settings{Bootstrap: b.Address(tc.listener), Props: secured(tc.security...)})
			w.Start(t)
			smallPipeline(t, connect(t, b), w)
		})
	}
}

// smallPipeline moves JSON lines, some of them bad, from file to file.
func smallPipeline(t *testing.T, c client, w *millrace.Worker) {
	t.Helper()
	const lines = 1000
	start, dir, name := time.Now(), t.TempDir(), kafkabroker.UniqueName(t)
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	for id := range lines {
		if id%10 == 0 {
			appendLines(t, in, garbage)
			continue
		}
		appendLines(t, in, fmt.Sprintf(`{"id":%d}`, id))
	}
	w.Create(t, name+"-feed", source(in, name, "topic.creation.default.partitions", "2", "topic.creation.default.replication.factor", "1"))
	awaitPosition(t, w, name+"-feed", in)
	w.Create(t, name, jsonSink(out, name, "errors.tolerance", "all", "errors.deadletterqueue.topic.name", name+"-dead",
		"errors.deadletterqueue.topic.replication.factor", "1"))
	c.awaitCommitted(t, name, name)
	checkGood(t, readLines(t, out), lines, 10)
	if n := c.count(t, name+"-dead"); n != lines/10 {
		t.Errorf("%d dead letters, want %d", n, lines/10)
	}
	t.Logf("%d records in %.1f s", lines, time.Since(start).Seconds())
}

// TestWorkerRefused starts workers that Kafka does not let in: they end soon, and say
// what to look at.
func TestWorkerRefused(t *testing.T) {
	t.Parallel()
	b := kafka.Broker(t)
	alice := b.User(kafkabroker.AliceName)
	wrong := kafkabroker.User{Name: alice.Name, Password: "not-" + alice.Password}
	for name, tc := range map[string]struct {
		listener kafkabroker.Listener
		security []string
		want     []string
	}{
		"wrong password":              {kafkabroker.SASLPlaintext, scram("SASL_PLAINTEXT", wrong), []string{"sasl.jaas.config"}},
		"wrong password over TLS":     {kafkabroker.SASLTLS, append(scram("SASL_SSL", wrong), trust(t, b)...), []string{"sasl.jaas.config"}},
		"authority not trusted":       {kafkabroker.TLS, []string{"security.protocol", "SSL"}, []string{"ssl.truststore.location"}},
		"no client certificate":       {kafkabroker.MTLS, append([]string{"security.protocol", "SSL"}, trust(t, b)...), []string{"ssl.keystore.location"}},
		"TLS to a plain listener":     {kafkabroker.Plaintext, append([]string{"security.protocol", "SSL"}, trust(t, b)...), []string{"security.protocol"}},
		"plain text to TLS":           {kafkabroker.TLS, nil, []string{"security.protocol"}},
		"no login where one is asked": {kafkabroker.SASLPlaintext, nil, []string{"security.protocol"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			props := with(secured(tc.security...), "default.api.timeout.ms", "5000", "request.timeout.ms", "2000")
			w := binary.Worker(t, millrace.Settings{Bootstrap: b.Address(tc.listener), Props: props})
			refused(t, w, 15*time.Second, append(tc.want, b.Address(tc.listener))...)
		})
	}
}

// refused checks that the worker ends with the status of a worker that cannot start,
// and says so in its last line.
func refused(t *testing.T, w *millrace.Worker, within time.Duration, want ...string) {
	t.Helper()
	start := time.Now()
	w.Launch(t)
	if code := w.ExitCode(t, within); code != 2 {
		t.Errorf("exit status %d, want 2", code)
	}
	lines := strings.Split(strings.TrimSpace(w.Log()), "\n")
	last := lines[len(lines)-1]
	requireAll(t, last, append(want, "Failed to connect to and describe Kafka cluster")...)
	t.Logf("after %.1f s: %s", time.Since(start).Seconds(), last)
	for _, secret := range []string{"alice-secret", "PRIVATE KEY"} {
		if strings.Contains(w.Log(), secret) {
			t.Errorf("the log has a secret")
		}
	}
}

// TestUnreachable starts workers when nobody listens.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		props  map[string]string
		within time.Duration
	}{
		"as it comes":  {nil, 45 * time.Second},
		"with a limit": {map[string]string{"default.api.timeout.ms": "2000", "request.timeout.ms": "1000"}, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := binary.Worker(t, millrace.Settings{Bootstrap: "127.0.0.1:1", Props: tc.props})
			refused(t, w, tc.within, "bootstrap.servers=127.0.0.1:1")
		})
	}
}

// TestOverridePolicy has a connector override what the worker's policy forbids.
func TestOverridePolicy(t *testing.T) {
	b := kafka.Broker(t)
	c, name := connect(t, b), kafkabroker.UniqueName(t)
	topic := c.createTopic(t, 1)
	w := binary.Worker(t, millrace.Settings{
		Bootstrap: b.Bootstrap(), Props: map[string]string{"connector.client.config.override.policy": "None"},
	})
	w.Start(t)
	config := source(w.File("in"), topic, "producer.override.sasl.jaas.config", fmt.Sprintf(scramLogin, "x", "top-secret"))
	status, answer := w.Call(t, "POST", "/connectors", map[string]any{"name": name, "config": config})
	if status != http.StatusBadRequest {
		t.Errorf("status %d, want 400", status)
	}
	requireAll(t, answer, "sasl.jaas.config", "None")
	if strings.Contains(answer+w.Log(), "top-secret") {
		t.Errorf("the answer or the log has the password: %s", answer)
	}
	if status, _ := w.Call(t, "GET", "/connectors/"+name+"/status", nil); status != http.StatusNotFound {
		t.Errorf("the connector is there: status %d", status)
	}
}

// TestOverrideRefused has a connector with credentials that Kafka refuses, in a worker
// that Kafka knows.
func TestOverrideRefused(t *testing.T) {
	t.Parallel()
	b := kafka.Broker(t)
	c, dir := connect(t, b), t.TempDir()
	topic, name := c.createTopic(t, 1), kafkabroker.UniqueName(t)
	appendLines(t, filepath.Join(dir, "in"), "a line")
	w := binary.Worker(t, millrace.Settings{
		Bootstrap: b.Address(kafkabroker.SASLPlaintext),
		Props:     secured(scram("SASL_PLAINTEXT", b.User(kafkabroker.AliceName))...),
	})
	w.Start(t)
	login := fmt.Sprintf(scramLogin, kafkabroker.AliceName, "wrong")
	for suffix, config := range map[string]map[string]string{
		"-source":     source(filepath.Join(dir, "in"), topic, "producer.override.sasl.jaas.config", login),
		"-sink":       sink(filepath.Join(dir, "out"), topic, "consumer.override.sasl.jaas.config", login),
		"-regex-sink": without(sink(filepath.Join(dir, "out"), topic, "topics.regex", topic+".*", "consumer.override.sasl.jaas.config", login), "topics"),
	} {
		w.Create(t, name+suffix, config)
	}
	for _, suffix := range []string{"-source", "-sink", "-regex-sink"} {
		requireAll(t, w.AwaitFailedTask(t, name+suffix), "SASL_AUTHENTICATION_FAILED", "sasl.jaas.config")
	}
}
