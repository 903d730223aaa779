package kafka

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// Prefixes of client properties in the worker's configuration, and of overrides in
// a connector's.
const (
	ProducerPrefix         = "producer."
	ConsumerPrefix         = "consumer."
	AdminPrefix            = "admin."
	ProducerOverridePrefix = "producer.override."
	ConsumerOverridePrefix = "consumer.override."
	AdminOverridePrefix    = "admin.override."
)

// The functions below assemble the properties of the clients of a connector:
// Connect's own, then those of the worker under the client's prefix, then the
// connector's overrides. They do not apply the override policy; the caller has
// checked it. Each returns a new map.

// SourceProducerProps returns the properties of a source task's producer.
func SourceProducerProps(worker, connector map[string]string, name string, task int) map[string]string {
	return producerProps(worker, connector, taskID("connector-producer-", name, task))
}

// DLQProducerProps returns the properties of a sink task's producer for its dead
// letter queue.
func DLQProducerProps(worker, connector map[string]string, name string, task int) map[string]string {
	return producerProps(worker, connector, taskID("connector-dlq-producer-", name, task))
}

// OffsetProducerProps returns the properties of the producer that alters the
// offsets of a source connector.
func OffsetProducerProps(worker, connector map[string]string, name string) map[string]string {
	return producerProps(worker, connector, "connector-offset-producer-"+name)
}

// TransactionalProducerProps returns the properties of a source task's producer
// under exactly-once support, and warnings of user values that had to be replaced.
func TransactionalProducerProps(worker, connector map[string]string, name string, task int) (props map[string]string, warnings []string) {
	props = SourceProducerProps(worker, connector, name, task)
	id := TransactionalID(worker[keyGroupID], name, task)
	for _, forced := range [][2]string{{keyIdempotence, "true"}, {keyTransactionalID, id}} {
		key, value := forced[0], forced[1]
		user, chosen := userValue(worker, connector, key)
		same := user == value || key == keyIdempotence && strings.EqualFold(user, value)
		if chosen && !same {
			warnings = append(warnings, overruled(key, user, value))
		}
		props[key] = value
	}
	return props, warnings
}

// TransactionalID returns the transactional id of a source task.
func TransactionalID(groupID, name string, task int) string {
	return groupID + "-" + name + "-" + strconv.Itoa(task)
}

// SinkConsumerProps returns the properties of a sink task's consumer.
func SinkConsumerProps(worker, connector map[string]string, name string, task int) map[string]string {
	return consumerProps(worker, connector, name, taskID("connector-consumer-", name, task))
}

// OffsetsConsumerProps returns the properties of the consumer of a source
// connector's own offsets topic; task is -1 for the connector's instance. Under
// exactly-once support it reads committed records whatever the user wants, and
// otherwise unless the user wants not to.
func OffsetsConsumerProps(worker, connector map[string]string, name string, task int, exactlyOnce bool) (props map[string]string, warnings []string) {
	const committed = "read_committed"
	props = consumerProps(worker, connector, name, taskID("connector-consumer-", name, task))
	user, chosen := userConsumerValue(worker, connector, keyIsolation)
	switch {
	case !chosen:
		props[keyIsolation] = committed
	case exactlyOnce && !strings.EqualFold(user, committed):
		warnings = append(warnings, overruled(keyIsolation, user, committed))
		props[keyIsolation] = committed
	}
	return props, warnings
}

// SourceAdminProps returns the properties of the admin client that creates a source
// task's topics; task is -1 for the connector's instance.
func SourceAdminProps(worker, connector map[string]string, name string, task int) map[string]string {
	return adminProps(worker, connector, taskID("connector-adminclient-", name, task))
}

// DLQAdminProps returns the properties of the admin client that creates a dead
// letter queue.
func DLQAdminProps(worker, connector map[string]string, name string, task int) map[string]string {
	return adminProps(worker, connector, taskID("connector-dlq-adminclient-", name, task))
}

// WorkerAdminProps returns the properties of the admin client with which the worker
// fences a connector's tasks and reads or alters its offsets.
func WorkerAdminProps(worker, connector map[string]string, name string) map[string]string {
	return adminProps(worker, connector, "connector-worker-adminclient-"+name)
}

// InternalClient is one of the worker's own clients for its internal topics.
type InternalClient string

// The internal clients.
const (
	SharedAdmin   InternalClient = "shared-admin"
	Configs       InternalClient = "configs"
	ConfigsLeader InternalClient = "configs-leader"
	Offsets       InternalClient = "offsets"
	Statuses      InternalClient = "statuses"
)

// InternalProps returns the properties of the producer, consumer or admin client of
// an internal topic: all top-level ones of the worker, a client id, and those that
// keep the topic right. exactlyOnce is whether exactly.once.source.support is
// enabled.
func InternalProps(worker map[string]string, client InternalClient, exactlyOnce bool) map[string]string {
	props := topLevel(worker)
	delete(props, keyGroupID) // the worker's group, not a consumer's
	base := worker[keyGroupID] + "-"
	if id := worker[keyClientID]; id != "" {
		base += id + "-"
	}
	props[keyClientID] = base + string(client)
	if client == SharedAdmin {
		return props
	}
	maps.Copy(props, map[string]string{
		keyAcks:            "all",
		keyInFlight:        "1",
		keyDeliveryTimeout: "2147483647",
		keyIdempotence:     "false",
		keyOffsetReset:     "earliest",
		keyAutoCommit:      "false",
	})
	switch {
	case client == ConfigsLeader:
		props[keyIdempotence], props[keyInFlight] = "true", "5"
		props[keyTransactionalID] = "connect-cluster-" + worker[keyGroupID]
	case client == Statuses:
		props[keyRetries] = "0" // the store tries again itself, if the status still matters
		delete(props, keyDeliveryTimeout)
	}
	if exactlyOnce && client != Statuses {
		props[keyIsolation] = "read_committed"
	}
	return props
}

func producerProps(worker, connector map[string]string, clientID string) map[string]string {
	props := map[string]string{
		keyBootstrap:       worker[keyBootstrap],
		keyKeySerializer:   byteArray + "Serializer",
		keyValueSerializer: byteArray + "Serializer",
		keyMaxBlock:        "9223372036854775807",
		keyIdempotence:     "false",
		keyAcks:            "all",
		keyInFlight:        "1",
		keyDeliveryTimeout: "2147483647",
		keyClientID:        clientID,
	}
	maps.Copy(props, clientPrefixed(worker, ProducerPrefix))
	maps.Copy(props, config.WithPrefix(connector, ProducerOverridePrefix))
	return props
}

func consumerProps(worker, connector map[string]string, name, clientID string) map[string]string {
	props := map[string]string{
		keyBootstrap:         worker[keyBootstrap],
		keyGroupID:           SinkGroupID(name),
		keyClientID:          clientID,
		keyAutoCommit:        "false",
		keyOffsetReset:       "earliest",
		keyKeyDeserializer:   byteArray + "Deserializer",
		keyValueDeserializer: byteArray + "Deserializer",
	}
	maps.Copy(props, clientPrefixed(worker, ConsumerPrefix))
	maps.Copy(props, config.WithPrefix(connector, ConsumerOverridePrefix))
	return props
}

// SinkGroupID returns the consumer group of a sink connector, unless the connector
// overrides it.
func SinkGroupID(name string) string { return "connect-" + name }

func adminProps(worker, connector map[string]string, clientID string) map[string]string {
	props := map[string]string{keyBootstrap: worker[keyBootstrap], keyClientID: clientID}
	maps.Copy(props, topLevel(worker))
	maps.Copy(props, clientPrefixed(worker, AdminPrefix))
	maps.Copy(props, config.WithPrefix(connector, AdminOverridePrefix))
	return props
}

// topLevel returns the worker's properties that are not those of a kind of clients.
func topLevel(worker map[string]string) map[string]string {
	props := maps.Clone(worker)
	maps.DeleteFunc(props, func(name, _ string) bool {
		return strings.HasPrefix(name, ProducerPrefix) || strings.HasPrefix(name, ConsumerPrefix) || strings.HasPrefix(name, AdminPrefix)
	})
	if props == nil {
		props = map[string]string{}
	}
	return props
}

// clientPrefixed returns the worker's properties under a client prefix.
// admin.listeners and its kin belong to the REST server.
func clientPrefixed(worker map[string]string, prefix string) map[string]string {
	props := config.WithPrefix(worker, prefix)
	if prefix == AdminPrefix {
		maps.DeleteFunc(props, func(name, _ string) bool {
			return name == "listeners" || strings.HasPrefix(name, "listeners.")
		})
	}
	return props
}

func taskID(prefix, name string, task int) string {
	if task < 0 {
		return prefix + name
	}
	return prefix + name + "-" + strconv.Itoa(task)
}

func userValue(worker, connector map[string]string, key string) (string, bool) {
	return lastOf(worker, ProducerPrefix+key, connector, ProducerOverridePrefix+key)
}

func userConsumerValue(worker, connector map[string]string, key string) (string, bool) {
	return lastOf(worker, ConsumerPrefix+key, connector, ConsumerOverridePrefix+key)
}

func lastOf(worker map[string]string, inWorker string, connector map[string]string, inConnector string) (string, bool) {
	if value, ok := connector[inConnector]; ok {
		return value, true
	}
	value, ok := worker[inWorker]
	return value, ok
}

// overruled is Connect's warning of a value that exactly-once support replaces.
func overruled(key, user, value string) string {
	return fmt.Sprintf("The value '%s' for the '%s' property will be ignored as it cannot be overridden for connectors when "+
		"exactly-once source support is enabled. The value '%s' will be used instead.", user, key, value)
}
