package model

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/java/properties"
)

const (
	keyConverter    = "key.converter"
	valueConverter  = "value.converter"
	stringConverter = "org.apache.kafka.connect.storage.StringConverter"
	maxNamedKeys    = 50
	maxNamedKey     = 200
)

// DefaultWorkerProperties returns the worker properties of a connector that names no
// worker configuration.
func DefaultWorkerProperties() map[string]string {
	return map[string]string{keyConverter: stringConverter, valueConverter: stringConverter}
}

// WorkerProperties returns the properties in the content of a worker configuration,
// whether they are allowed or not.
func WorkerProperties(content string) (map[string]string, error) {
	text, err := base64.StdEncoding.Strict().DecodeString(content)
	if err != nil {
		return nil, fmt.Errorf("decode propertiesFileContent: %w", err)
	}
	return properties.Parse(text)
}

// WorkerKeyAllowed says whether a worker configuration may have the key: of producer.
// and consumer. keys only some, of others all but those that the control plane sets
// itself.
func WorkerKeyAllowed(key string) bool {
	if client, ok := strings.CutPrefix(key, "producer."); ok {
		return slices.Contains(producerKeys(), client)
	}
	if client, ok := strings.CutPrefix(key, "consumer."); ok {
		return slices.Contains(consumerKeys(), client)
	}
	return !slices.ContainsFunc(deniedKeys(), func(denied string) bool {
		return key == denied || strings.HasSuffix(denied, ".") && strings.HasPrefix(key, denied)
	})
}

func checkContent(p *problems, content string) {
	if content == "" {
		p.add("propertiesFileContent is required")
		return
	}
	text, err := base64.StdEncoding.Strict().DecodeString(content)
	if err != nil {
		p.add("propertiesFileContent must be base64 encoded")
		return
	}
	entries, err := properties.ParseOrdered(text)
	if err != nil {
		p.add("propertiesFileContent must be a properties file: %v", err)
		return
	}
	checkEntries(p, entries)
}

func checkEntries(p *problems, entries []properties.Entry) {
	var denied []string
	missing := []string{keyConverter, valueConverter}
	for _, e := range entries {
		if !WorkerKeyAllowed(e.Key) {
			denied = append(denied, e.Key)
		}
		if strings.TrimSpace(e.Value) != "" {
			missing = slices.DeleteFunc(missing, func(key string) bool { return key == e.Key })
		}
	}
	if len(denied) > 0 {
		p.add("The following worker configuration properties are not supported: %s", named(denied))
	}
	if len(missing) > 0 {
		p.add("Missing required worker configuration properties: %s", named(missing))
	}
}

// named lists keys, which come from the client and may be many and long.
func named(keys []string) string {
	rest := ""
	if n := len(keys) - maxNamedKeys; n > 0 {
		keys, rest = keys[:maxNamedKeys], fmt.Sprintf(" and %d more", n)
	}
	short := make([]string, len(keys))
	for i, key := range keys {
		if len(key) > maxNamedKey {
			key = strings.ToValidUTF8(key[:maxNamedKey], "") + "..."
		}
		short[i] = key
	}
	return "[" + strings.Join(short, ", ") + "]" + rest
}

func producerKeys() []string {
	return []string{
		"acks", "batch.size", "buffer.memory", "compression.type", "enable.idempotence", "key.serializer", "linger.ms",
		"max.request.size", "metadata.max.age.ms", "metadata.max.idle.ms", "partitioner.class", "reconnect.backoff.max.ms",
		"reconnect.backoff.ms", "request.timeout.ms", "retry.backoff.ms", "value.serializer",
	}
}

func consumerKeys() []string {
	return []string{
		"allow.auto.create.topics", "auto.offset.reset", "check.crcs", "fetch.max.bytes", "fetch.max.wait.ms",
		"fetch.min.bytes", "heartbeat.interval.ms", "key.deserializer", "max.partition.fetch.bytes", "max.poll.interval.ms",
		"max.poll.records", "metadata.max.age.ms", "partition.assignment.strategy", "reconnect.backoff.max.ms",
		"reconnect.backoff.ms", "request.timeout.ms", "retry.backoff.ms", "session.timeout.ms", "value.deserializer",
	}
}

// deniedKeys returns keys and, with a period at the end, prefixes of keys.
func deniedKeys() []string {
	return []string{
		"access.control.", "admin.", "client.", "connect.", "inter.worker.", "internal.", "listeners.https.", "metrics.",
		"rest.", "sasl.", "security.", "socket.", "ssl.", "topic.tracking.", "worker.",
		"bootstrap.servers", "config.storage.topic", "connections.max.idle.ms", "connector.client.config.override.policy",
		"group.id", "listeners", "metric.reporters", "plugin.path", "receive.buffer.bytes", "response.http.headers.config",
		"scheduled.rebalance.max.delay.ms", "send.buffer.bytes", "status.storage.topic",
	}
}
