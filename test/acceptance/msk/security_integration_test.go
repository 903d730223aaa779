//go:build integration

package msk

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

// secure is a stage with a broker of Apache Kafka that has all kinds of listeners.
type secure struct {
	*stage
	broker *kafkabroker.Broker
}

// way is how a connector gets into a cluster.
type way struct {
	listener   kafkabroker.Listener
	encryption types.KafkaClusterEncryptionInTransitType
	// keys are those of the worker configuration that begin with millrace.kafka.
	keys map[string]string
}

// TestSecureClusters moves lines through clusters that ask who is there, with what the API
// has no member for in worker configurations, and has others refuse connectors.
func TestSecureClusters(t *testing.T) {
	t.Parallel()
	broker := kafkabroker.Start(t, kafkabroker.WithAuthorizer())
	p := newPlane(t)
	s := secure{&stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}, broker}
	s.plugin = s.newPlugin("files")
	ways := s.ways()
	t.Cleanup(func() {
		if strings.Contains(p.text(), broker.User(kafkabroker.AliceName).Password) {
			t.Error("the log of the control plane has a password")
		}
	})
	for name, w := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.on(t).moves(w)
		})
	}
	t.Run("refused", func(t *testing.T) { s.on(t).refusesLogins(ways) })
	t.Run("forbidden", func(t *testing.T) { s.on(t).forbids(ways["SCRAM"]) })
}

func (s secure) on(t *testing.T) secure {
	return secure{&stage{t, s.plane, s.sdk, s.plugin}, s.broker}
}

func (s secure) write(name string, content []byte) string {
	s.Helper()
	if err := os.WriteFile(s.file(name), content, 0o600); err != nil {
		s.Fatal(err)
	}
	return s.file(name)
}

func (s secure) ways() map[string]way {
	s.Helper()
	certificates, alice := s.broker.Certificates(), s.broker.User(kafkabroker.AliceName)
	s.write("secrets", []byte("alice="+alice.Password+"\nwrong=not-"+alice.Password+"\n"))
	trust := map[string]string{
		"security.protocol": "SSL", "ssl.truststore.type": "PEM", "ssl.truststore.location": s.write("ca.pem", certificates.Authority),
	}
	both := s.write("client.pem", append(append([]byte{}, certificates.ClientKey...), certificates.Client...))
	return map[string]way{
		"TLS":        {kafkabroker.TLS, types.KafkaClusterEncryptionInTransitTypeTls, trust},
		"mutual TLS": {kafkabroker.MTLS, types.KafkaClusterEncryptionInTransitTypeTls, with(trust, "ssl.keystore.type", "PEM", "ssl.keystore.location", both)},
		"SCRAM": {kafkabroker.SASLTLS, types.KafkaClusterEncryptionInTransitTypeTls, with(trust,
			"security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-512", "sasl.jaas.config", scramLogin(alice.Name, alice.Password))},
		"SCRAM with a secret": {kafkabroker.SASLTLS, types.KafkaClusterEncryptionInTransitTypeTls, with(trust,
			"security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-256", "sasl.jaas.config", scramLogin(alice.Name, "${file:"+s.file("secrets")+":alice}"))},
	}
}

func with(all map[string]string, pairs ...string) map[string]string {
	more := map[string]string{}
	for key, value := range all {
		more[key] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		more[pairs[i]] = pairs[i+1]
	}
	return more
}

func scramLogin(user, password string) string {
	return fmt.Sprintf(`org.apache.kafka.common.security.scram.ScramLoginModule required username="%s" password="%s";`, user, password)
}

// configuration creates the worker configuration of a way.
func (s secure) configuration(name string, w way) *types.WorkerConfiguration {
	s.Helper()
	content := converters + "config.providers=file\nconfig.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider\n"
	for key, value := range w.keys {
		content += "millrace.kafka." + key + "=" + value + "\n"
	}
	return s.newWorkerConfiguration(name, content)
}

// connector returns a connector that goes that way.
func (s secure) connector(name string, w way, configuration *types.WorkerConfiguration, config map[string]string) *kafkaconnect.CreateConnectorInput {
	in := s.input(name, config)
	address := s.broker.Address(w.listener)
	in.KafkaCluster.ApacheKafkaCluster.BootstrapServers = &address
	in.KafkaClusterEncryptionInTransit.EncryptionType = w.encryption
	in.WorkerConfiguration = configuration
	return in
}

// moves takes lines from a file to Kafka and into another file.
func (s secure) moves(w way) {
	s.Helper()
	name := strings.ReplaceAll(strings.ToLower(s.Name()[strings.LastIndexByte(s.Name(), '/')+1:]), "_", "-")
	configuration := s.configuration(name, w)
	s.appendLines(s.T, name+".in", "one", "two", "three")
	source, _ := s.run(s.connector(name+"-source", w, configuration, map[string]string{
		"connector.class": fileSource, "tasks.max": "1", "file": s.file(name + ".in"), "topic": name,
	}))
	sink, _ := s.run(s.connector(name+"-sink", w, configuration, map[string]string{
		"connector.class": fileSink, "tasks.max": "1", "file": s.file(name + ".out"), "topics": name,
	}))
	millrace.Await(s.T, window, "the lines", func() error {
		got, err := os.ReadFile(s.file(name + ".out"))
		if string(got) != "one\ntwo\nthree\n" {
			return fmt.Errorf("%q, %v", got, err)
		}
		return nil
	})
	s.delete(source)
	s.delete(sink)
}

// refusesLogins has the cluster refuse connectors in all ways.
func (s secure) refusesLogins(ways map[string]way) {
	s.Helper()
	wrong := func(w way, pairs ...string) way { w.keys = with(w.keys, pairs...); return w }
	at := func(w way, l kafkabroker.Listener) way { w.listener = l; return w }
	none := way{encryption: types.KafkaClusterEncryptionInTransitTypePlaintext}
	for name, c := range map[string]struct {
		way  way
		want []string
	}{
		"wrong-password":       {wrong(ways["SCRAM"], "sasl.jaas.config", scramLogin("alice", "not-it")), []string{"AuthenticationError.Kafka"}},
		"unknown-mechanism":    {wrong(ways["SCRAM"], "sasl.mechanism", "GSSAPI"), []string{"AuthenticationError.Kafka", "GSSAPI"}},
		"no-certificate":       {at(ways["TLS"], kafkabroker.MTLS), []string{"ConnectionError.", "ssl.keystore"}},
		"unknown-authority":    {at(way{encryption: types.KafkaClusterEncryptionInTransitTypeTls}, kafkabroker.TLS), []string{"ConnectionError.", "ssl.truststore"}},
		"plain-text-to-TLS":    {at(none, kafkabroker.TLS), []string{"ConnectionError.", "encryptionType"}},
		"TLS-to-plain-text":    {at(ways["TLS"], kafkabroker.Plaintext), []string{"ConnectionError.", "encryptionType"}},
		"nothing-where-a-name": {at(none, kafkabroker.SASLPlaintext), []string{"ConnectionError.", "authenticationType"}},
	} {
		s.T.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s.on(t)
			s.fails(s.connector(name, c.way, s.configuration(name, c.way), map[string]string{
				"connector.class": fileSource, "tasks.max": "1", "file": s.file("in"), "topic": name,
			}), c.want...)
		})
	}
}

// fails checks that a connector fails with a reason that has the words.
func (s secure) fails(in *kafkaconnect.CreateConnectorInput, words ...string) {
	s.Helper()
	arn := s.create(in)
	var got *kafkaconnect.DescribeConnectorOutput
	millrace.Await(s.T, window, "the failure", func() (err error) {
		if got, err = s.describe(arn); err == nil && got.ConnectorState != types.ConnectorStateFailed {
			err = fmt.Errorf("it is %s", got.ConnectorState)
		}
		return err
	})
	why := reason(got.StateDescription)
	s.Log(why)
	for _, word := range words {
		if !strings.Contains(why, word) {
			s.Errorf("%q lacks %q", why, word)
		}
	}
	s.delete(arn)
}

// forbids lets a connector in and takes one of its rights away.
func (s secure) forbids(w way) {
	s.Helper()
	configuration := s.configuration("forbidden", w)
	user := kafkabroker.AliceName
	s.broker.DenyTopics(s.T, user, "__amazon_msk_connect_offsets_no-topic_")
	s.broker.DenyGroup(s.T, user, "connect-no-group")
	s.broker.DenyTopics(s.T, user, "not-to-be-read")
	for name, c := range map[string]struct {
		config map[string]string
		want   []string
	}{
		"no-topic": {map[string]string{"connector.class": fileSource, "file": s.file("in"), "topic": "t"}, []string{"AuthorizationError.InternalTopics", "__amazon_msk_connect_offsets_no-topic_"}},
		"no-data":  {map[string]string{"connector.class": fileSink, "file": s.file("out"), "topics": "t, not-to-be-read"}, []string{"AuthorizationError.Topics", "topic not-to-be-read"}},
		"no-group": {map[string]string{"connector.class": fileSink, "file": s.file("out"), "topics": "t"}, []string{"AuthorizationError.InternalTopics", "connect-no-group"}},
	} {
		s.T.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s.on(t)
			s.fails(s.connector(name, w, configuration, c.config), c.want...)
		})
	}
}
