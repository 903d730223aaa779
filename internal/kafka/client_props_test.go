package kafka

import (
	"maps"
	"slices"
	"testing"
)

func TestClientProps(t *testing.T) {
	worker := map[string]string{
		"bootstrap.servers": "w:1", "group.id": "grp", "security.protocol": "SSL", "key.converter": "K",
		"producer.linger.ms": "1", "producer.acks": "1",
		"consumer.max.poll.records": "7", "consumer.auto.offset.reset": "latest",
		"admin.retries": "3", "admin.security.protocol": "SASL_SSL", "admin.listeners": "http://:1",
	}
	connector := map[string]string{
		"name": "c", "producer.override.acks": "0", "producer.override.client.id": "mine",
		"consumer.override.group.id": "g", "admin.override.retries": "4",
	}
	producer := map[string]string{
		"bootstrap.servers": "w:1", "acks": "0", "enable.idempotence": "false", "linger.ms": "1",
		"max.block.ms": "9223372036854775807", "max.in.flight.requests.per.connection": "1", "delivery.timeout.ms": "2147483647",
		"key.serializer":   "org.apache.kafka.common.serialization.ByteArraySerializer",
		"value.serializer": "org.apache.kafka.common.serialization.ByteArraySerializer",
	}
	consumer := map[string]string{
		"bootstrap.servers": "w:1", "group.id": "g", "enable.auto.commit": "false", "auto.offset.reset": "latest", "max.poll.records": "7",
		"key.deserializer":   "org.apache.kafka.common.serialization.ByteArrayDeserializer",
		"value.deserializer": "org.apache.kafka.common.serialization.ByteArrayDeserializer",
	}
	admin := map[string]string{"bootstrap.servers": "w:1", "group.id": "grp", "key.converter": "K", "security.protocol": "SASL_SSL", "retries": "4"}
	offsets, _ := OffsetsConsumerProps(worker, connector, "c", -1, false)
	for name, test := range map[string]struct {
		got, want map[string]string
		id        string
	}{
		"source producer":  {SourceProducerProps(worker, connector, "c", 3), producer, "mine"},
		"dlq producer":     {DLQProducerProps(worker, connector, "c", 3), producer, "mine"},
		"sink consumer":    {SinkConsumerProps(worker, connector, "c", 0), consumer, "connector-consumer-c-0"},
		"source admin":     {SourceAdminProps(worker, connector, "c", 3), admin, "connector-adminclient-c-3"},
		"connector admin":  {SourceAdminProps(worker, connector, "c", -1), admin, "connector-adminclient-c"},
		"dlq admin":        {DLQAdminProps(worker, connector, "c", 3), admin, "connector-dlq-adminclient-c-3"},
		"worker admin":     {WorkerAdminProps(worker, connector, "c"), admin, "connector-worker-adminclient-c"},
		"offsets consumer": {offsets, plus(consumer, "isolation.level", "read_committed"), "connector-consumer-c"},
	} {
		if want := plus(test.want, "client.id", test.id); !maps.Equal(test.got, want) {
			t.Errorf("%s:\n got %v\nwant %v", name, test.got, want)
		}
	}
	for want, got := range map[string]map[string]string{
		"connector-producer-c-3":      SourceProducerProps(worker, nil, "c", 3),
		"connector-dlq-producer-c-3":  DLQProducerProps(worker, nil, "c", 3),
		"connector-offset-producer-c": OffsetProducerProps(worker, nil, "c"),
		"top":                         SourceAdminProps(plus(worker, "client.id", "top"), nil, "c", 3),
	} {
		if got["client.id"] != want {
			t.Errorf("got client id %s, want %s", got["client.id"], want)
		}
	}
	if got := SinkConsumerProps(nil, nil, "c", 0)["group.id"]; got != "connect-c" {
		t.Errorf("got group %s", got)
	}
}

func plus(props map[string]string, name, value string) map[string]string {
	props = maps.Clone(props)
	props[name] = value
	return props
}

func TestExactlyOnceProps(t *testing.T) {
	worker := map[string]string{"bootstrap.servers": "w:1", "group.id": "grp"}
	const tail = " property will be ignored as it cannot be overridden for connectors when exactly-once source support is enabled. The value "
	for _, test := range []struct {
		connector map[string]string
		warnings  []string
	}{
		{nil, nil},
		{map[string]string{"producer.override.enable.idempotence": "TRUE", "producer.override.transactional.id": "grp-c-2"}, nil},
		{
			map[string]string{"producer.override.enable.idempotence": "false", "producer.override.transactional.id": "x"},
			[]string{
				"The value 'false' for the 'enable.idempotence'" + tail + "'true' will be used instead.",
				"The value 'x' for the 'transactional.id'" + tail + "'grp-c-2' will be used instead.",
			},
		},
	} {
		props, warnings := TransactionalProducerProps(worker, test.connector, "c", 2)
		if props["enable.idempotence"] != "true" || props["transactional.id"] != "grp-c-2" || !slices.Equal(warnings, test.warnings) {
			t.Errorf("got %v %q", props, warnings)
		}
		if _, err := ProducerOptions(props); err != nil {
			t.Error(err)
		}
	}
	for _, test := range []struct {
		user        string
		exactlyOnce bool
		want        string
		warnings    int
	}{
		{"", false, "read_committed", 0},
		{"read_uncommitted", false, "read_uncommitted", 0},
		{"read_uncommitted", true, "read_committed", 1},
		{"read_committed", true, "read_committed", 0},
	} {
		connector := map[string]string{}
		if test.user != "" {
			connector["consumer.override.isolation.level"] = test.user
		}
		props, warnings := OffsetsConsumerProps(worker, connector, "c", 0, test.exactlyOnce)
		if props["isolation.level"] != test.want || len(warnings) != test.warnings {
			t.Errorf("%+v: got %s, %q", test, props["isolation.level"], warnings)
		}
	}
}

func TestInternalProps(t *testing.T) {
	worker := map[string]string{
		"bootstrap.servers": "w:1", "group.id": "grp", "client.id": "me", "security.protocol": "PLAINTEXT",
		"producer.acks": "1", "consumer.x": "y", "acks": "0", "session.timeout.ms": "10000",
	}
	for _, test := range []struct {
		client      InternalClient
		exactlyOnce bool
		want        map[string]string // "" for absent
	}{
		{SharedAdmin, true, map[string]string{"client.id": "grp-me-shared-admin", "group.id": "", "acks": "0", "isolation.level": ""}},
		{Configs, false, map[string]string{"client.id": "grp-me-configs", "acks": "all", "isolation.level": "", "enable.idempotence": "false", "producer.acks": "", "security.protocol": "PLAINTEXT", "auto.offset.reset": "earliest"}},
		{Configs, true, map[string]string{"isolation.level": "read_committed", "delivery.timeout.ms": "2147483647"}},
		{ConfigsLeader, false, map[string]string{"transactional.id": "connect-cluster-grp", "enable.idempotence": "true", "max.in.flight.requests.per.connection": "5"}},
		{Offsets, true, map[string]string{"client.id": "grp-me-offsets", "isolation.level": "read_committed"}},
		{Statuses, true, map[string]string{"client.id": "grp-me-statuses", "isolation.level": "", "retries": "0", "delivery.timeout.ms": ""}},
	} {
		props := InternalProps(worker, test.client, test.exactlyOnce)
		for name, want := range test.want {
			if props[name] != want {
				t.Errorf("%s: %s is %q, want %q", test.client, name, props[name], want)
			}
		}
		if test.client == SharedAdmin {
			continue
		}
		if _, err := ProducerOptions(props); err != nil {
			t.Errorf("%s: %v", test.client, err)
		}
		if _, err := ConsumerOptions(props); err != nil {
			t.Errorf("%s: %v", test.client, err)
		}
	}
	if got := InternalProps(map[string]string{"group.id": "grp"}, Configs, false)["client.id"]; got != "grp-configs" {
		t.Errorf("got %s", got)
	}
}
