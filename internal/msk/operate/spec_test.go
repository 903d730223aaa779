package operate

import (
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

func TestWorkerProps(t *testing.T) {
	f := newFixture(t, Settings{})
	e := &Engine{settings: EngineSettings{Store: f.store, Plugins: "/plugins"}}
	c := store.Connector{}
	c.ARN = f.arn(model.KindConnector, "orders")
	c.Name, c.KafkaCluster.Apache.BootstrapServers = "orders", "b-1:9092,b-2:9092"
	suffix := "orders_" + c.ARN.ID
	always := map[string]string{
		"bootstrap.servers": "b-1:9092,b-2:9092", "group.id": "__amazon_msk_connect_" + suffix,
		"config.storage.topic": "__amazon_msk_connect_configs_" + suffix, "status.storage.topic": "__amazon_msk_connect_status_" + suffix,
		"scheduled.rebalance.max.delay.ms": "0",
	}
	for name, test := range map[string]struct {
		own     string // a worker configuration; "" for the default
		auth    model.AuthenticationType
		encrypt model.EncryptionType
		want    map[string]string // "-" for a key that must be missing
	}{
		"default": {"", model.AuthenticationNone, model.EncryptionPlaintext, map[string]string{
			"key.converter": "org.apache.kafka.connect.storage.StringConverter", "value.converter": "org.apache.kafka.connect.storage.StringConverter",
			"offset.storage.topic": "__amazon_msk_connect_offsets_" + suffix, "offset.storage.replication.factor": "-1",
			"config.storage.replication.factor": "-1", "status.storage.replication.factor": "-1", "security.protocol": "-",
		}},
		"own": {
			"key.converter=a\nvalue.converter=b\noffset.storage.topic=mine\noffset.storage.replication.factor=2\nproducer.acks=1\nheartbeat.interval.ms=1000",
			model.AuthenticationNone, model.EncryptionPlaintext,
			map[string]string{
				"key.converter": "a", "offset.storage.topic": "mine", "offset.storage.replication.factor": "2", "producer.acks": "1",
				"heartbeat.interval.ms": "1000", "config.storage.replication.factor": "-1",
			},
		},
		"TLS": {"", model.AuthenticationNone, model.EncryptionTLS, map[string]string{
			"security.protocol": "SSL", "producer.security.protocol": "SSL", "consumer.security.protocol": "SSL", "admin.security.protocol": "SSL", "sasl.mechanism": "-",
		}},
		"IAM": {"", model.AuthenticationIAM, model.EncryptionTLS, map[string]string{
			"security.protocol": "SASL_SSL", "consumer.sasl.mechanism": "AWS_MSK_IAM",
			"producer.sasl.jaas.config":                "software.amazon.msk.auth.iam.IAMLoginModule required;",
			"admin.sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
		}},
		"SCRAM": {
			"key.converter=a\nvalue.converter=b\nmillrace.kafka.security.protocol=SASL_SSL\nmillrace.kafka.sasl.mechanism=SCRAM-SHA-512\nmillrace.kafka.sasl.jaas.config=${s:a:b}",
			model.AuthenticationNone, model.EncryptionTLS,
			map[string]string{
				"security.protocol": "SASL_SSL", "producer.sasl.mechanism": "SCRAM-SHA-512", "consumer.sasl.jaas.config": "${s:a:b}",
			},
		},
	} {
		setting := model.WorkerSetting{Plugins: []model.Plugin{{Custom: model.CustomPluginRevision{ARN: f.plugin, Revision: 1}}}}
		if test.own != "" {
			w, err := f.CreateWorkerConfiguration(t.Context(), model.CreateWorkerConfiguration{
				Name: name, Content: base64.StdEncoding.EncodeToString([]byte(test.own)),
			})
			if err != nil {
				t.Fatal(err)
			}
			setting.WorkerConfiguration = &model.WorkerConfigurationRevision{ARN: w.ARN.String(), Revision: 1}
		}
		c.Authentication.Type, c.Encryption.Type = test.auth, test.encrypt
		got, err := e.workerProps(setup{&c, setting, 1})
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(test.want, always)
		for key, want := range test.want {
			if value, ok := got[key]; value != want && (want != "-" || ok) {
				t.Errorf("%s: %s=%q, want %q", name, key, value, want)
			}
		}
		if path := got["plugin.path"]; !strings.HasPrefix(path, "/plugins/") || !strings.HasSuffix(path, "-2") {
			t.Errorf("%s: plugin.path=%s", name, path)
		}
	}
}

func TestConfigurationForWorkers(t *testing.T) {
	scaled := func(mcus, tasks int) model.Capacity {
		return model.Capacity{AutoScaling: &model.AutoScaling{MCUCount: mcus, MinWorkerCount: 1, MaxWorkerCount: 4, MaxTaskCount: tasks}}
	}
	fixed := model.Capacity{Provisioned: &model.ProvisionedCapacity{MCUCount: 8, WorkerCount: 4}}
	for _, c := range []struct {
		capacity model.Capacity
		workers  int
		want     string
	}{{fixed, 4, "7"}, {scaled(1, 0), 1, "2"}, {scaled(8, 0), 4, "64"}, {scaled(8, 15), 1, "15"}, {scaled(8, 15), 4, "15"}, {scaled(2, 5), 1, "4"}} {
		connector := &store.Connector{}
		connector.Name = "orders"
		asked := map[string]string{"connector.class": "C", "tasks.max": "7"}
		got := setup{connector, model.WorkerSetting{Capacity: c.capacity}, c.workers}.configuration(asked)
		if got["tasks.max"] != c.want || got["name"] != "orders" || len(asked) != 2 || asked["tasks.max"] != "7" {
			t.Errorf("%+v: %v, asked %v", c, got, asked)
		}
	}
}

func TestCount(t *testing.T) {
	scaled := model.Capacity{AutoScaling: &model.AutoScaling{MinWorkerCount: 2, MaxWorkerCount: 4}}
	for now, want := range map[int]int{0: 2, 1: 2, 3: 3, 9: 4} {
		if got := count(scaled, now); got != want {
			t.Errorf("%d workers now: %d, want %d", now, got, want)
		}
	}
	if got := count(model.Capacity{Provisioned: &model.ProvisionedCapacity{WorkerCount: 5}}, 1); got != 5 {
		t.Errorf("provisioned: %d", got)
	}
}
