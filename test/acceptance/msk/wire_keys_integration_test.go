//go:build integration

package msk

import (
	"encoding/base64"
	"net/http"
	"strings"
)

const (
	producerKeys = "acks batch.size buffer.memory compression.type enable.idempotence key.serializer linger.ms max.request.size " +
		"metadata.max.age.ms metadata.max.idle.ms partitioner.class reconnect.backoff.max.ms reconnect.backoff.ms request.timeout.ms " +
		"retry.backoff.ms value.serializer"
	consumerKeys = "allow.auto.create.topics auto.offset.reset check.crcs fetch.max.bytes fetch.max.wait.ms fetch.min.bytes " +
		"heartbeat.interval.ms key.deserializer max.partition.fetch.bytes max.poll.interval.ms max.poll.records metadata.max.age.ms " +
		"partition.assignment.strategy reconnect.backoff.max.ms reconnect.backoff.ms request.timeout.ms retry.backoff.ms " +
		"session.timeout.ms value.deserializer"
	otherKeys = "offset.storage.topic offset.storage.partitions offset.storage.replication.factor config.storage.replication.factor " +
		"status.storage.partitions offset.flush.interval.ms offset.flush.timeout.ms header.converter key.converter.schemas.enable " +
		"value.converter.schemas.enable config.providers config.providers.x.class task.shutdown.graceful.timeout.ms topic.creation.enable " +
		"heartbeat.interval.ms session.timeout.ms rebalance.timeout.ms exactly.once.source.support unknown"
	// Nearly what is denied.
	nearKeys = "access.control admin client connect inter.worker internal listeners.https metrics rest sasl security socket ssl topic.tracking " +
		"worker x.admin.y clients.id connector.x restful SASL.mechanism bootstrap.servers.x group.ids group.id.x listeners.x plugin.paths " +
		"Plugin.path metric.reporters.x status.storage.topics config.storage.topic.x producer consumer producers.acks"
	deniedKeys = "access.control.allow.origin admin.x admin. admin.listeners.https.x client.id client.dns.lookup connect.protocol " +
		"inter.worker.key.ttl.ms internal.key.converter listeners.https.x metrics.num.samples metrics.context.x rest.port " +
		"rest.extension.classes sasl.mechanism sasl.jaas.config security.protocol socket.connection.setup.timeout.ms ssl.key.password " +
		"topic.tracking.enable worker.sync.timeout.ms worker.unsync.backoff.ms bootstrap.servers config.storage.topic " +
		"connections.max.idle.ms connector.client.config.override.policy group.id listeners metric.reporters plugin.path " +
		"receive.buffer.bytes response.http.headers.config scheduled.rebalance.max.delay.ms send.buffer.bytes status.storage.topic " +
		"producer.transactional.id producer.delivery.timeout.ms producer.max.in.flight.requests.per.connection producer.interceptor.classes " +
		"producer.sasl.mechanism producer.Acks producer.acks.x producer. consumer.isolation.level consumer.group.instance.id " +
		"consumer.group.id consumer.ssl.key.password consumer.enable.auto.commit consumer."
)

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func (s *stage) configure(name, properties string) reply {
	s.Helper()
	return s.posted("worker-configurations", document{"name": name, "propertiesFileContent": encode(properties)})
}

// lines returns a line of properties for each key.
func lines(prefix, keys string) string {
	var text strings.Builder
	for key := range strings.FieldsSeq(keys) {
		text.WriteString(prefix + key + "=1\n")
	}
	return text.String()
}

func workerKeys(s *stage) {
	allowed := lines("producer.", producerKeys) + lines("consumer.", consumerKeys) + lines("", otherKeys) + lines("", nearKeys)
	if got := s.configure("allowed", converters+allowed); got.status != http.StatusOK {
		s.Errorf("allowed keys: %d %s", got.status, got.message)
	}
	for key := range strings.FieldsSeq(deniedKeys) {
		got := s.configure("denied", converters+key+"=TOPSECRET\n")
		s.names(key, got, "["+key+"]")
		if strings.Contains(got.message, "TOPSECRET") {
			s.Errorf("%s: %s", key, got.message)
		}
	}
	const some = "group.id plugin.path sasl.mechanism producer.transactional.id rest.port"
	s.names("several", s.configure("denied", "fine=1\nkey.converter=a\n"+lines("", some)), append(strings.Fields(some), "value.converter")...)
}

func propertiesSyntax(s *stage) {
	for name, text := range map[string]string{
		"colon": "group.id: x", "blank": "group.id x", "no value": "group.id", "blanks before": " \t\fgroup.id=x", "continued": "group\\\n  .id=x",
		"escaped letter": "group\\.id=x", "escaped as Unicode": "group\\u002eid=x", "CR LF": "a=b\r\ngroup.id=x\r\n", "CR": "a=b\rgroup.id=x",
		"twice": "group.id=x\ngroup.id=y", "after a comment": "# c\\\ngroup.id=x",
	} {
		s.names(name, s.configure("denied", converters+text), "group.id")
	}
	s.names("wrong escape", s.configure("denied", converters+`a=\u00g1`), "propertiesFileContent")
	fine := converters + "# group.id=x\n! group.id=x\na=1 \\\n group.id=x\nb=group.id\nc\\ group.id=x\nd\\:group.id=x\n\n=empty key\ne=\xe9 \u65e5\n" +
		strings.ReplaceAll(converters, "\n", "\r\n")
	got := s.configure("syntax", fine)
	made := decode[struct{ WorkerConfigurationArn string }](s.T, got)
	described := get[struct {
		LatestRevision struct{ PropertiesFileContent string }
	}](s.T, s.plane, at("worker-configurations", &made.WorkerConfigurationArn))
	if described.LatestRevision.PropertiesFileContent != encode(fine) {
		s.Errorf("content %s", described.LatestRevision.PropertiesFileContent)
	}
	for name, content := range map[string]string{
		"not encoded": "key.converter=a", "URL-safe": base64.URLEncoding.EncodeToString([]byte(converters + "a=\xfb\xff\xfe>>>???")),
		"not padded": strings.TrimRight(encode(converters+strings.Repeat("#", 3-len(converters)%3)+"x"), "="), "padded too much": encode(converters) + "=",
		"bits at the end": "YR==", "a blank": " " + encode(converters),
	} {
		s.names(name, s.posted("worker-configurations", document{"name": "denied", "propertiesFileContent": content}), "base64")
	}
}
