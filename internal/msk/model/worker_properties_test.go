package model

import (
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"testing"
)

func TestWorkerKeyAllowed(t *testing.T) {
	for _, c := range []struct {
		allowed bool
		keys    string
	}{
		{true, "producer.acks producer.batch.size producer.buffer.memory producer.compression.type producer.enable.idempotence producer.key.serializer producer.linger.ms producer.max.request.size producer.metadata.max.age.ms producer.metadata.max.idle.ms producer.partitioner.class producer.reconnect.backoff.max.ms producer.reconnect.backoff.ms producer.request.timeout.ms producer.retry.backoff.ms producer.value.serializer"},
		{false, "producer.transactional.id producer.delivery.timeout.ms producer.max.in.flight.requests.per.connection producer.interceptor.classes producer.sasl.mechanism producer.bootstrap.servers producer."},
		{true, "consumer.allow.auto.create.topics consumer.auto.offset.reset consumer.check.crcs consumer.fetch.max.bytes consumer.fetch.max.wait.ms consumer.fetch.min.bytes consumer.heartbeat.interval.ms consumer.key.deserializer consumer.max.partition.fetch.bytes consumer.max.poll.interval.ms consumer.max.poll.records consumer.metadata.max.age.ms consumer.partition.assignment.strategy consumer.reconnect.backoff.max.ms consumer.reconnect.backoff.ms consumer.request.timeout.ms consumer.retry.backoff.ms consumer.session.timeout.ms consumer.value.deserializer"},
		{false, "consumer.isolation.level consumer.group.instance.id consumer.group.id consumer.ssl.protocol"},
		{false, "access.control.x admin.listeners admin.listeners.https.x client.id client.dns.lookup connect.protocol inter.worker.key.ttl.ms internal.key.converter listeners.https.ssl.key metrics.num.samples metrics.context.x rest.port rest.extension.classes sasl.mechanism security.protocol socket.connection.setup.timeout.ms ssl.protocol topic.tracking.enable worker.sync.timeout.ms worker.unsync.backoff.ms"},
		{false, "bootstrap.servers config.storage.topic connections.max.idle.ms connector.client.config.override.policy group.id listeners metric.reporters plugin.path receive.buffer.bytes response.http.headers.config scheduled.rebalance.max.delay.ms send.buffer.bytes status.storage.topic"},
		{true, "key.converter value.converter header.converter key.converter.schemas.enable value.converter.schema.registry.url offset.storage.topic offset.storage.partitions offset.storage.replication.factor config.storage.replication.factor status.storage.partitions offset.flush.interval.ms offset.flush.timeout.ms config.providers config.providers.s.class task.shutdown.graceful.timeout.ms topic.creation.enable heartbeat.interval.ms session.timeout.ms rebalance.timeout.ms exactly.once.source.support unknown.key group.id.x listenersx plugin.pathx producer consumer rest admin"},
	} {
		for key := range strings.FieldsSeq(c.keys) {
			if WorkerKeyAllowed(key) != c.allowed {
				t.Errorf("%s allowed: %v, want %v", key, !c.allowed, c.allowed)
			}
		}
	}
}

func TestWorkerConfigurationLimits(t *testing.T) {
	const converters = "key.converter=a\nvalue.converter=b\n"
	const denied = "The following worker configuration properties are not supported: "
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	var many strings.Builder
	for i := range 60 {
		fmt.Fprintf(&many, "rest.%d=x\n", i)
	}
	for _, c := range []struct{ name, content, want string }{
		{"converters", encoded(converters), ""},
		{"other keys", encoded(converters + "offset.storage.topic=t\noffset.flush.interval.ms = 1\nproducer.linger.ms:5"), ""},
		{"spaces, comments, continuation", encoded("# x\nkey.converter  a\\\n  b\n! y\nvalue.converter:c"), ""},
		{"nothing", "", "propertiesFileContent is required"},
		{"not base64", "key.converter=a", "propertiesFileContent must be base64 encoded"},
		{"no padding", strings.TrimRight(encoded(converters), "="), "propertiesFileContent must be base64 encoded"},
		{"URL alphabet", base64.URLEncoding.EncodeToString([]byte(converters + "a=\xff\xfe\xfb")), "propertiesFileContent must be base64 encoded"},
		{"bad escape", encoded(converters + `a=\u12`), "propertiesFileContent must be a properties file: Malformed \\uxxxx encoding."},
		{"no converter", encoded("a=b"), "Missing required worker configuration properties: [key.converter, value.converter]"},
		{"one converter", encoded("key.converter=a"), "Missing required worker configuration properties: [value.converter]"},
		{"empty converter", encoded("key.converter=a\nvalue.converter="), "Missing required worker configuration properties: [value.converter]"},
		{"denied key", encoded(converters + "rest.port=1"), denied + "[rest.port]"},
		{"denied keys, in order", encoded(converters + "sasl.mechanism=z\ngroup.id=x\nplugin.path=y"), denied + "[sasl.mechanism, group.id, plugin.path]"},
		{"many denied keys", encoded(converters + many.String()), "rest.49] and 10 more"},
		{"long denied key", encoded(converters + "rest." + strings.Repeat("é", 1000) + "=1"), "...]"},
	} {
		r := CreateWorkerConfiguration{Name: "w", Content: c.content}
		check(t, c.name, r.Validate(), c.want)
	}
	r := CreateWorkerConfiguration{Content: encoded("group.id=x")}
	want := "name must have 1 to 128 characters; " + denied + "[group.id]; Missing required worker configuration properties: [key.converter, value.converter]"
	if err := r.Validate(); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestWorkerProperties(t *testing.T) {
	got, err := WorkerProperties(base64.StdEncoding.EncodeToString([]byte("a=b\nc : d")))
	if err != nil || !maps.Equal(got, map[string]string{"a": "b", "c": "d"}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := WorkerProperties("?"); err == nil {
		t.Error("no error for what is not base64")
	}
	for key := range DefaultWorkerProperties() {
		if !WorkerKeyAllowed(key) {
			t.Errorf("%s is a default and not allowed", key)
		}
	}
}
