package mirror

import (
	"slices"

	"github.com/millrace/millrace/connect/config"
)

const classPackage = "org.apache.kafka.connect.mirror."

// Keys that the code refers to, besides those of the policies.
const (
	targetAliasProperty = "target.cluster.alias"
	policyProperty      = "replication.policy.class"
	emitHeartbeats      = "emit.heartbeats.enabled"
	heartbeatInterval   = "emit.heartbeats.interval.seconds"
	emitOffsetSyncs     = "emit.offset-syncs.enabled"
	emitCheckpoints     = "emit.checkpoints.enabled"
	enabledProperty     = "enabled"
)

const (
	defaultPolicyClass  = classPackage + "DefaultReplicationPolicy"
	identityPolicyClass = classPackage + "IdentityReplicationPolicy"
)

// defOf returns the keys of any connector, those of MirrorMaker's three, and those of
// one of them.
func defOf(common *config.Def, own []config.Key) *config.Def {
	return config.NewDef(slices.Concat(common.Keys(), flowKeys(), sslKeys(), saslKeys(), oauthKeys(), own)...)
}

// key declares a key; one with a nil default is null unless it is set. Lists may not
// have repeated or empty items.
func key(name string, t config.Type, def any, i config.Importance, doc string) config.Key {
	k := config.Key{Name: name, Type: t, Default: def, Importance: i, Doc: doc}
	if t == config.List {
		k.Validator = config.ListRule{AllowEmpty: true}
	}
	return k
}

// valid returns k with a validator.
func valid(k config.Key, v config.Validator) config.Key {
	k.Validator = v
	return k
}

// flowKeys are about the flow from one cluster to another.
func flowKeys() []config.Key {
	return []config.Key{
		key(enabledProperty, config.Boolean, true, config.Low, "Whether the flow from source to target is on."),
		{
			Name: sourceAliasProperty, Type: config.StringType, Required: true, Importance: config.High,
			Doc: "Alias of the cluster that is replicated.",
		},
		key(targetAliasProperty, config.StringType, "target", config.High, "Alias of the cluster that receives the replicas."),
		key("admin.timeout.ms", config.Long, 60000, config.Low, "Milliseconds for an administrative task, such as looking for new topics."),
		key(policyProperty, config.Class, defaultPolicyClass, config.Low, "How replicated topics are called: DefaultReplicationPolicy puts the alias of the source before the name, IdentityReplicationPolicy keeps it."),
		key(separatorProperty, config.StringType, ".", config.Low, "What stands between alias and topic in the name of a replica."),
		key(internalSeparatorProperty, config.Boolean, true, config.Low, "Whether the separator is also used in the names of MirrorMaker's own topics; they have dots otherwise."),
		key("forwarding.admin.class", config.Class, "org.apache.kafka.clients.admin.ForwardingAdmin", config.Low, "Java class of the admin client. It has no effect."),
		key("metric.reporters", config.List, "org.apache.kafka.common.metrics.JmxReporter", config.Low, "Java classes that report metrics. They have no effect."),
		valid(key("security.protocol", config.StringType, "PLAINTEXT", config.Medium, "Protocol to talk to the brokers."),
			config.OneOf("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")),
		key("config.providers", config.List, "", config.Low, "Config providers of the clients. The worker has resolved variables before."),
	}
}

// heartbeatKeys are those of MirrorHeartbeatConnector.
func heartbeatKeys() []config.Key {
	return []config.Key{
		key(emitHeartbeats, config.Boolean, true, config.Low, "Whether heartbeats are written."),
		key(heartbeatInterval, config.Long, 1, config.Low, "Seconds between two heartbeats."),
		key("heartbeats.topic.replication.factor", config.Short, 3, config.Low, "Replication factor of the topic of heartbeats. It has no effect: the worker or the broker creates the topic."),
	}
}
