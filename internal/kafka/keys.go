package kafka

import (
	"math"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// Names of the keys that the code refers to.
const (
	keyBootstrap         = "bootstrap.servers"
	keyControllers       = "bootstrap.controllers"
	keyClientID          = "client.id"
	keySecurityProtocol  = "security.protocol"
	keyRequestTimeout    = "request.timeout.ms"
	keyAPITimeout        = "default.api.timeout.ms"
	keyMetadataMaxAge    = "metadata.max.age.ms"
	keyRetryBackoff      = "retry.backoff.ms"
	keyRetryBackoffMax   = "retry.backoff.max.ms"
	keyReconnectMax      = "reconnect.backoff.max.ms"
	keySetupTimeout      = "socket.connection.setup.timeout.ms"
	keyMaxIdle           = "connections.max.idle.ms"
	keyRecovery          = "metadata.recovery.strategy"
	keyMetricsPush       = "enable.metrics.push"
	keyRetries           = "retries"
	keyAcks              = "acks"
	keyIdempotence       = "enable.idempotence"
	keyInFlight          = "max.in.flight.requests.per.connection"
	keyCompression       = "compression.type"
	keyGzipLevel         = "compression.gzip.level"
	keyLz4Level          = "compression.lz4.level"
	keyZstdLevel         = "compression.zstd.level"
	keyBatchSize         = "batch.size"
	keyLinger            = "linger.ms"
	keyMaxRequestSize    = "max.request.size"
	keyBufferMemory      = "buffer.memory"
	keyMaxBlock          = "max.block.ms"
	keyDeliveryTimeout   = "delivery.timeout.ms"
	keyPartitioner       = "partitioner.class"
	keyAdaptive          = "partitioner.adaptive.partitioning.enable"
	keyIgnoreKeys        = "partitioner.ignore.keys"
	keyTransactionalID   = "transactional.id"
	keyTxnTimeout        = "transaction.timeout.ms"
	keyTwoPhaseCommit    = "transaction.two.phase.commit.enable"
	keyKeySerializer     = "key.serializer"
	keyValueSerializer   = "value.serializer"
	keyKeyDeserializer   = "key.deserializer"
	keyValueDeserializer = "value.deserializer"
	keyGroupID           = "group.id"
	keyGroupInstance     = "group.instance.id"
	keyGroupProtocol     = "group.protocol"
	keyRemoteAssignor    = "group.remote.assignor"
	keySessionTimeout    = "session.timeout.ms"
	keyHeartbeat         = "heartbeat.interval.ms"
	keyMaxPollInterval   = "max.poll.interval.ms"
	keyMaxPollRecords    = "max.poll.records"
	keyAssignors         = "partition.assignment.strategy"
	keyAutoCommit        = "enable.auto.commit"
	keyOffsetReset       = "auto.offset.reset"
	keyIsolation         = "isolation.level"
	keyFetchMin          = "fetch.min.bytes"
	keyFetchMax          = "fetch.max.bytes"
	keyFetchWait         = "fetch.max.wait.ms"
	keyPartitionFetchMax = "max.partition.fetch.bytes"
	keyRack              = "client.rack"
	keyCheckCRCs         = "check.crcs"
	keyExcludeInternal   = "exclude.internal.topics"
	keyAutoCreate        = "allow.auto.create.topics"
)

const (
	assignorPackage = "org.apache.kafka.clients.consumer."
	byteArray       = "org.apache.kafka.common.serialization.ByteArray"
)

func connectionKeys() []clientKey {
	list := config.ListRule{AllowEmpty: true}
	return []clientKey{
		key(producer|consumer, keyBootstrap, config.List, nil, config.High, "Brokers to ask first, as host:port,host:port.").where(config.ListRule{}).required(),
		key(admin, keyBootstrap, config.List, "", config.High, "Brokers to ask first, as host:port,host:port.").where(list),
		key(admin, keyControllers, config.List, "", config.High, "Controllers to talk to directly. Not supported.").where(list),
		key(all, "client.dns.lookup", config.StringType, "use_all_dns_ips", config.Medium, "How names of brokers are looked up. All addresses of a name are tried.").
			where(config.OneOf("use_all_dns_ips", "resolve_canonical_bootstrap_servers_only")),
		key(producer|admin, keyClientID, config.StringType, "", config.Medium, "Name of the client in the brokers' logs, metrics and quotas."),
		key(consumer, keyClientID, config.StringType, "", config.Low, "Name of the client in the brokers' logs, metrics and quotas."),
		key(all, "send.buffer.bytes", config.Int, 131072, config.Medium, "TCP send buffer. The operating system sizes it.").where(config.AtLeast(-1)),
		key(producer, "receive.buffer.bytes", config.Int, 32768, config.Medium, "TCP receive buffer. The operating system sizes it.").where(config.AtLeast(-1)),
		key(consumer|admin, "receive.buffer.bytes", config.Int, 65536, config.Medium, "TCP receive buffer. The operating system sizes it.").where(config.AtLeast(-1)),
		key(all, "reconnect.backoff.ms", config.Long, 50, config.Low, "First pause before connecting again. Pauses begin with retry.backoff.ms.").where(config.AtLeast(0)),
		key(all, keyReconnectMax, config.Long, 1000, config.Low, "Longest pause before connecting again, in milliseconds.").where(config.AtLeast(0)),
		key(all, keyRetryBackoff, config.Long, 100, config.Low, "First pause before a request is tried again, in milliseconds; it doubles each time.").where(config.AtLeast(0)),
		key(all, keyRetryBackoffMax, config.Long, 1000, config.Low, "Longest pause before a request is tried again, in milliseconds.").where(config.AtLeast(0)),
		key(all, keyRequestTimeout, config.Int, 30000, config.Medium, "Milliseconds to wait for the answer to a request.").where(config.AtLeast(0)),
		key(consumer|admin, keyAPITimeout, config.Int, 60000, config.Medium, "Milliseconds for an operation with all its tries.").where(config.AtLeast(0)),
		key(all, keyMetadataMaxAge, config.Long, 300000, config.Low, "Milliseconds after which metadata are fetched again.").where(config.AtLeast(0)),
		key(all, keySetupTimeout, config.Long, 10000, config.Medium, "Milliseconds for a connection to be set up."),
		key(all, "socket.connection.setup.timeout.max.ms", config.Long, 30000, config.Medium, "Longest setup timeout after failures. The timeout does not grow."),
		key(producer|consumer, keyMaxIdle, config.Long, 540000, config.Medium, "Milliseconds after which an idle connection is closed."),
		key(admin, keyMaxIdle, config.Long, 300000, config.Medium, "Milliseconds after which an idle connection is closed."),
		key(all, keyRecovery, config.StringType, "rebootstrap", config.Low, "What to do when no known broker can be reached.").where(config.OneOfFold("REBOOTSTRAP", "NONE")),
		key(all, "metadata.recovery.rebootstrap.trigger.ms", config.Long, 300000, config.Low, "Milliseconds without metadata before starting again from bootstrap.servers, which is always tried in turn.").where(config.AtLeast(0)),
		key(all, keySecurityProtocol, config.StringType, "PLAINTEXT", config.Medium, "Protocol to talk to the brokers.").
			where(config.OneOfFold("SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT")),
		key(all, "security.providers", config.StringType, nil, config.Low, "Java security providers. They have no effect."),
		key(all, "config.providers", config.List, "", config.Low, "Config providers of the client. The worker has resolved variables before.").where(list),
	}
}

func producerKeys() []clientKey {
	return []clientKey{
		key(producer, keyBufferMemory, config.Long, 33554432, config.High, "Bytes of records that may wait to be sent.").where(config.AtLeast(0)),
		key(producer, keyRetries, config.Int, math.MaxInt32, config.High, "How often a failed batch is sent again.").where(config.Between(0, math.MaxInt32)),
		key(admin, keyRetries, config.Int, math.MaxInt32, config.Low, "How often a failed request is sent again.").where(config.Between(0, math.MaxInt32)),
		key(producer, keyAcks, config.StringType, "all", config.Low, "Replicas that must have a record before it counts as sent.").where(config.OneOf("all", "-1", "0", "1")),
		key(producer, keyCompression, config.StringType, "none", config.High, "Compression of batches.").where(config.OneOf("none", "gzip", "snappy", "lz4", "zstd")),
		key(producer, keyGzipLevel, config.Int, -1, config.Medium, "Level of gzip compression, -1 for its default.").where(gzipLevel()),
		key(producer, keyLz4Level, config.Int, 9, config.Medium, "Level of lz4 compression.").where(config.Between(1, 17)),
		key(producer, keyZstdLevel, config.Int, 3, config.Medium, "Level of zstd compression.").where(config.Between(-131072, 22)),
		key(producer, keyBatchSize, config.Int, 16384, config.Medium, "Bytes of records without key that go to one partition before another is chosen.").where(config.AtLeast(0)),
		key(producer, keyAdaptive, config.Boolean, "true", config.Low, "Whether partitions with fewer waiting records are preferred for records without key."),
		key(producer, "partitioner.availability.timeout.ms", config.Long, 0, config.Low, "Milliseconds after which a slow partition is left out. It has no effect.").where(config.AtLeast(0)),
		key(producer, keyIgnoreKeys, config.Boolean, "false", config.Medium, "Whether keys do not decide on the partition."),
		key(producer, keyLinger, config.Long, 5, config.Medium, "Milliseconds to wait for more records before a batch is sent.").where(config.AtLeast(0)),
		key(producer, keyDeliveryTimeout, config.Int, 120000, config.Medium, "Milliseconds for a record to be sent, with all tries.").where(config.AtLeast(0)),
		key(producer, keyMaxRequestSize, config.Int, 1048576, config.Medium, "Largest batch and so largest record, in bytes before compression.").where(config.AtLeast(0)),
		key(producer, keyMaxBlock, config.Long, 60000, config.Medium, "Milliseconds to wait for metadata or buffer space.").where(config.AtLeast(0)),
		key(producer, "metadata.max.idle.ms", config.Long, 300000, config.Low, "Milliseconds after which an unused topic is forgotten. It has no effect.").where(config.AtLeast(5000)),
		key(producer, keyInFlight, config.Int, 5, config.Low, "Produce requests that may wait for an answer per broker.").where(config.AtLeast(1)),
		key(producer, keyKeySerializer, config.Class, nil, config.High, "Java class; keys are written as the converters made them.").required(),
		key(producer, keyValueSerializer, config.Class, nil, config.High, "Java class; values are written as the converters made them.").required(),
		key(producer, keyPartitioner, config.Class, nil, config.Medium, "Java class that chooses partitions; RoundRobinPartitioner is known."),
		key(producer|consumer, "interceptor.classes", config.List, "", config.Low, "Java interceptors. They have no effect.").where(config.ListRule{AllowEmpty: true}),
		key(producer, keyIdempotence, config.Boolean, "true", config.Low, "Whether the brokers drop what is sent twice."),
		key(producer, keyTxnTimeout, config.Int, 60000, config.Low, "Milliseconds after which the broker aborts an open transaction."),
		key(producer, keyTransactionalID, config.StringType, nil, config.Low, "Transactional id; makes the producer transactional.").where(config.NonEmpty()),
		key(producer, keyTwoPhaseCommit, config.Boolean, "false", config.Low, "Two-phase commit. Not supported."),
	}
}

func consumerKeys() []clientKey {
	return []clientKey{
		key(consumer, keyAutoCommit, config.Boolean, "true", config.Medium, "Whether the client commits by itself. The worker commits, so it is always off."),
		key(consumer, "auto.commit.interval.ms", config.Int, 5000, config.Low, "Milliseconds between commits by the client. It has no effect.").where(config.AtLeast(0)),
		key(consumer, keyRack, config.StringType, "", config.Low, "Rack of the client, to read from the nearest replica."),
		key(consumer, keyPartitionFetchMax, config.Int, 1048576, config.High, "Bytes to fetch per partition.").where(config.AtLeast(0)),
		key(consumer, keyFetchMin, config.Int, 1, config.High, "Bytes that the broker waits for.").where(config.AtLeast(0)),
		key(consumer, keyFetchMax, config.Int, 52428800, config.Medium, "Bytes to fetch per request.").where(config.AtLeast(0)),
		key(consumer, keyFetchWait, config.Int, 500, config.Low, "Milliseconds that the broker waits for fetch.min.bytes.").where(config.AtLeast(0)),
		key(consumer, keyOffsetReset, config.StringType, "latest", config.Medium, "Where to begin when there is no usable committed offset.").where(offsetResetRule()),
		key(consumer, keyCheckCRCs, config.Boolean, "true", config.Low, "Whether the checksums of batches are checked."),
		key(consumer, keyKeyDeserializer, config.Class, nil, config.High, "Java class; keys are left to the converters.").required(),
		key(consumer, keyValueDeserializer, config.Class, nil, config.High, "Java class; values are left to the converters.").required(),
		key(consumer, keyMaxPollRecords, config.Int, 500, config.Medium, "Records per poll.").where(config.AtLeast(1)),
		key(consumer, keyExcludeInternal, config.Boolean, "true", config.Medium, "Whether a topic pattern leaves internal topics out."),
		key(consumer, keyIsolation, config.StringType, "read_uncommitted", config.Medium, "Whether records of open or aborted transactions are read.").where(config.OneOf("read_committed", "read_uncommitted")),
		key(consumer, keyAutoCreate, config.Boolean, "true", config.Medium, "Whether subscribing may create the topic."),
		key(consumer, "share.acknowledgement.mode", config.StringType, "implicit", config.Medium, "Of share consumers only.").where(config.OneOf("implicit", "explicit")),
		key(consumer, "share.acquire.mode", config.StringType, "BATCH_OPTIMIZED", config.Medium, "Of share consumers only.").where(acquireMode()),
	}
}

func groupKeys() []clientKey {
	return []clientKey{
		key(consumer, keyGroupID, config.StringType, nil, config.High, "Consumer group."),
		key(consumer, keyGroupInstance, config.StringType, nil, config.Medium, "Name of a static member of the group.").where(config.NonEmpty()),
		key(consumer, keySessionTimeout, config.Int, 45000, config.High, "Milliseconds without heartbeat after which a member is removed."),
		key(consumer, keyHeartbeat, config.Int, 3000, config.High, "Milliseconds between heartbeats."),
		key(consumer, keyMaxPollInterval, config.Int, 300000, config.Medium, "Milliseconds between two polls, and to join a rebalance.").where(config.AtLeast(1)),
		key(consumer, keyAssignors, config.List, "class "+assignorPackage+"RangeAssignor,class "+assignorPackage+"CooperativeStickyAssignor",
			config.Medium, "How partitions are assigned to members, by preference.").where(config.ListRule{AllowEmpty: true}),
		key(consumer, keyGroupProtocol, config.StringType, "classic", config.High, "Group protocol: classic, or consumer (KIP-848).").where(config.OneOfFold("CONSUMER", "CLASSIC")),
		key(consumer, keyRemoteAssignor, config.StringType, nil, config.Medium, "Assignor of the broker, for group.protocol consumer."),
	}
}

func observationKeys() []clientKey {
	const reporters = "org.apache.kafka.common.metrics.JmxReporter"
	return []clientKey{
		key(producer|consumer, keyMetricsPush, config.Boolean, "true", config.Low, "Whether metrics are sent to brokers that want them (KIP-714)."),
		key(admin, keyMetricsPush, config.Boolean, "false", config.Low, "Whether metrics are sent to brokers that want them (KIP-714)."),
		key(all, "metrics.sample.window.ms", config.Long, 30000, config.Low, "Window of metric samples. It has no effect.").where(config.AtLeast(0)),
		key(all, "metrics.num.samples", config.Int, 2, config.Low, "Number of metric samples. It has no effect.").where(config.AtLeast(1)),
		key(all, "metrics.recording.level", config.StringType, "INFO", config.Low, "Level of metrics. It has no effect.").where(config.OneOf("INFO", "DEBUG", "TRACE")),
		key(all, "metric.reporters", config.List, reporters, config.Low, "Java metric reporters. They have no effect.").where(config.ListRule{AllowEmpty: true}),
	}
}

// acquireMode is Kafka's rule for share.acquire.mode.
func acquireMode() config.Validator {
	return config.Valid("[batch_optimized, record_limit]", func(key string, value any) error {
		text, _ := value.(string)
		if strings.EqualFold(text, "batch_optimized") || strings.EqualFold(text, "record_limit") {
			return nil
		}
		return config.Invalid(key, value, "the modes are batch_optimized and record_limit")
	})
}

// gzipLevel is Kafka's rule for gzip: 1 to 9, or -1 for the default level.
func gzipLevel() config.Validator {
	return config.Valid("[1,...,9] or -1", func(key string, value any) error {
		if level, ok := value.(int32); ok && (level == -1 || level >= 1 && level <= 9) {
			return nil
		}
		return config.Invalid(key, value, "Value must be between 1 and 9 or equal to -1")
	})
}
