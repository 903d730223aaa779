package workerconfig

import (
	"slices"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/login"
)

func distributedKeys() []config.Key {
	return slices.Concat(membershipKeys(), connectionKeys(), login.Keys(), topicKeys(), protocolKeys(), recoveryKeys())
}

func membershipKeys() []config.Key {
	return []config.Key{
		required(keyGroup, config.StringType, config.High,
			"Name of the cluster. Workers with the same name, topics and brokers share the work."),
		key("session.timeout.ms", config.Int, 10000, config.High,
			"Milliseconds without heartbeat after which a worker counts as dead."),
		key("rebalance.timeout.ms", config.Int, 60000, config.High,
			"Milliseconds that each worker has to join once a rebalance begins."),
		key("heartbeat.interval.ms", config.Int, 3000, config.High,
			"Milliseconds between heartbeats. At most a third of session.timeout.ms."),
		checked(key(keyExactlyOnce, config.StringType, "disabled", config.High,
			"Whether source connectors can deliver exactly once. A running cluster goes from disabled to preparing, and from preparing to enabled, worker by worker."),
			config.OneOfFold("DISABLED", "ENABLED", "PREPARING")),
	}
}

func connectionKeys() []config.Key {
	atLeastZero := config.AtLeast(0)
	return []config.Key{
		checked(key("metadata.max.age.ms", config.Long, 300000, config.Low,
			"Milliseconds after which metadata of the cluster is fetched again."), atLeastZero),
		key("client.id", config.StringType, "", config.Low, "Name of this worker in the logs of brokers."),
		checked(key("send.buffer.bytes", config.Int, 131072, config.Medium,
			"TCP send buffer, -1 for that of the operating system."), config.AtLeast(-1)),
		checked(key("receive.buffer.bytes", config.Int, 32768, config.Medium,
			"TCP receive buffer, -1 for that of the operating system."), config.AtLeast(-1)),
		checked(key(keyReconnect, config.Long, 50, config.Low,
			"First pause before connecting to a broker again, in milliseconds."), atLeastZero),
		checked(key(keyReconnectMax, config.Long, 1000, config.Low,
			"Longest pause before connecting to a broker again, in milliseconds."), atLeastZero),
		checked(key("socket.connection.setup.timeout.ms", config.Long, 10000, config.Low,
			"Milliseconds that a connection may take to open at first."), atLeastZero),
		checked(key("socket.connection.setup.timeout.max.ms", config.Long, 30000, config.Low,
			"Milliseconds that a connection may take to open after failures."), atLeastZero),
		checked(key("retry.backoff.ms", config.Long, 100, config.Low,
			"First pause before a request is sent again, in milliseconds."), atLeastZero),
		checked(key("retry.backoff.max.ms", config.Long, 1000, config.Low,
			"Longest pause before a request is sent again, in milliseconds."), atLeastZero),
		checked(key("request.timeout.ms", config.Int, 40000, config.Medium,
			"Milliseconds to wait for the answer to a request."), atLeastZero),
		key("connections.max.idle.ms", config.Long, 540000, config.Medium,
			"Milliseconds after which an idle connection is closed."),
		checked(key("security.protocol", config.StringType, "PLAINTEXT", config.Medium,
			"How brokers are talked to: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."),
			config.OneOfFold("SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT")),
	}
}

func topicKeys() []config.Key {
	return []config.Key{
		key("worker.sync.timeout.ms", config.Int, 3000, config.Medium,
			"Milliseconds that a worker tries to catch up with the config topic before it leaves the group."),
		key("worker.unsync.backoff.ms", config.Int, 300000, config.Medium,
			"Milliseconds that a worker which could not catch up stays out of the group."),
		required("offset.storage.topic", config.StringType, config.High, "Topic that keeps the offsets of source connectors."),
		checked(key("offset.storage.partitions", config.Int, 25, config.Low,
			"Partitions of the offset topic when it is created."), config.TopicPartitions()),
		checked(key("offset.storage.replication.factor", config.Short, 3, config.Low,
			"Replication factor of the offset topic when it is created."), config.TopicReplicationFactor()),
		required("config.storage.topic", config.StringType, config.High, "Topic that keeps the configurations of connectors."),
		checked(key("config.storage.replication.factor", config.Short, 3, config.Low,
			"Replication factor of the config topic when it is created."), config.TopicReplicationFactor()),
		required("status.storage.topic", config.StringType, config.High, "Topic that keeps the states of connectors and tasks."),
		checked(key("status.storage.partitions", config.Int, 5, config.Low,
			"Partitions of the status topic when it is created."), config.TopicPartitions()),
		checked(key("status.storage.replication.factor", config.Short, 3, config.Low,
			"Replication factor of the status topic when it is created."), config.TopicReplicationFactor()),
	}
}

func protocolKeys() []config.Key {
	const maxInt = 1<<31 - 1
	return []config.Key{
		checked(key(keyProtocol, config.StringType, "sessioned", config.Low,
			"How work is divided: eager, compatible (incremental), or sessioned, which also signs calls between workers."), connectProtocol()),
		checked(key("scheduled.rebalance.max.delay.ms", config.Int, 300000, config.Low,
			"Milliseconds that the work of a lost worker is kept for it."), config.Between(0, maxInt)),
		checked(key(keyKeyTTL, config.Int, 3600000, config.Low,
			"Milliseconds that a key for calls between workers is used. 0 for ever."), config.Between(0, maxInt)),
		checked(key(keyKeyAlgorithm, config.StringType, "HmacSHA256", config.Low,
			"Algorithm that makes the keys for calls between workers."), macAlgorithm("Any KeyGenerator algorithm supported by the worker JVM")),
		key(keyKeySize, config.Int, nil, config.Low,
			"Bits of those keys. Without it the algorithm decides."),
		checked(key(keySignature, config.StringType, "HmacSHA256", config.Low,
			"Algorithm that signs calls between workers."), macAlgorithm("Any MAC algorithm supported by the worker JVM")),
		checked(key(keyVerification, config.List, "HmacSHA256", config.Low,
			"Algorithms whose signatures are accepted. inter.worker.signature.algorithm is one of them."), verificationList()),
	}
}

func recoveryKeys() []config.Key {
	return []config.Key{
		checked(key("metadata.recovery.strategy", config.StringType, "rebootstrap", config.Low,
			"What a client does when no known broker answers: rebootstrap begins with bootstrap.servers again, none does not."),
			config.OneOfFold("REBOOTSTRAP", "NONE")),
		checked(key("metadata.recovery.rebootstrap.trigger.ms", config.Long, 300000, config.Low,
			"Milliseconds without metadata after which a client rebootstraps."), config.AtLeast(0)),
	}
}

func connectProtocol() config.Validator {
	protocols := []string{"eager", "compatible", "sessioned"}
	return config.Valid("[eager, compatible, sessioned]", func(key string, value any) error {
		if s, _ := value.(string); oneOfFold(protocols, s) {
			return nil
		}
		return config.Invalid(key, value, "Invalid Connect protocol compatibility")
	})
}
