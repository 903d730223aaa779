package mirror

import "github.com/millrace/millrace/connect/config"

// Keys that more than one connector has.
func syncsLocation() config.Key {
	return valid(key("offset-syncs.topic.location", config.StringType, "source", config.Low, "The cluster with the topic of offset syncs."),
		config.OneOf("source", "target"))
}

func topicFilter() config.Key {
	return key("topic.filter.class", config.Class, classPackage+"DefaultTopicFilter", config.Low, "What chooses the topics.")
}

func pollTimeout() config.Key {
	return key("consumer.poll.timeout.ms", config.Long, 1000, config.Low, "Milliseconds that a poll of the source cluster waits for records.")
}

func metricNames() config.Key {
	return key("metric.names.formats", config.List, "legacy", config.Low, "Forms of the metrics' names.")
}

// sourceKeys are those of MirrorSourceConnector.
func sourceKeys() []config.Key {
	const notCopied = "follower.replication.throttled.replicas,leader.replication.throttled.replicas," +
		"message.timestamp.difference.max.ms,log.message.timestamp.before.max.ms,log.message.timestamp.after.max.ms," +
		"message.timestamp.type,unclean.leader.election.enable,min.insync.replicas"
	return []config.Key{
		key("topics", config.List, ".*", config.High, "Names and patterns of the topics to replicate."),
		key("topics.exclude", config.List, `mm2.*\.internal,.*\.replica,__.*`, config.High, "Names and patterns of topics that are not replicated, even if they are in topics."),
		key("config.properties.exclude", config.List, notCopied, config.High, "Names and patterns of topic settings that replicas do not take over."),
		topicFilter(),
		key("config.property.filter.class", config.Class, classPackage+"DefaultConfigPropertyFilter", config.Low, "What chooses the topic settings that replicas take over."),
		pollTimeout(),
		key("refresh.topics.enabled", config.Boolean, true, config.Low, "Whether new topics and partitions are looked for."),
		key("refresh.topics.interval.seconds", config.Long, 600, config.Low, "Seconds between two looks for new topics and partitions."),
		key("sync.topic.configs.enabled", config.Boolean, true, config.Low, "Whether changes of topic settings are carried over to replicas."),
		key("sync.topic.configs.interval.seconds", config.Long, 600, config.Low, "Seconds between two comparisons of topic settings."),
		key("sync.topic.acls.enabled", config.Boolean, true, config.Low, "Whether access rules of topics are carried over to replicas."),
		key("sync.topic.acls.interval.seconds", config.Long, 600, config.Low, "Seconds between two comparisons of access rules."),
		key("replication.factor", config.Int, 2, config.Low, "Replication factor of replicas that are created."),
		key("offset-syncs.topic.replication.factor", config.Short, 3, config.Low, "Replication factor of the topic of offset syncs."),
		key("offset.lag.max", config.Long, 100, config.Low, "By how many records a replica's known offset may be behind before an offset sync is written."),
		syncsLocation(),
		key(emitOffsetSyncs, config.Boolean, true, config.Low, "Whether offset syncs are written. Without them the offsets of consumer groups cannot be translated."),
		key("heartbeats.replication.enabled", config.Boolean, true, config.Low, "Whether topics of heartbeats are replicated although topics does not name them."),
		metricNames(),
	}
}

// checkpointKeys are those of MirrorCheckpointConnector.
func checkpointKeys() []config.Key {
	return []config.Key{
		pollTimeout(),
		key("groups", config.List, ".*", config.High, "Names and patterns of the consumer groups whose offsets are translated."),
		key("groups.exclude", config.List, "console-consumer-.*,connect-.*,__.*", config.High, "Names and patterns of consumer groups that are left out, even if they are in groups."),
		key("group.filter.class", config.Class, classPackage+"DefaultGroupFilter", config.Low, "What chooses the consumer groups."),
		key("refresh.groups.enabled", config.Boolean, true, config.Low, "Whether new consumer groups are looked for."),
		key("refresh.groups.interval.seconds", config.Long, 600, config.Low, "Seconds between two looks for new consumer groups."),
		key(emitCheckpoints, config.Boolean, true, config.Low, "Whether translated offsets are written to the topic of checkpoints."),
		key("emit.checkpoints.interval.seconds", config.Long, 60, config.Low, "Seconds between two rounds of checkpoints."),
		key("sync.group.offsets.enabled", config.Boolean, false, config.Low, "Whether translated offsets are also committed for groups that are idle on the target cluster."),
		key("sync.group.offsets.interval.seconds", config.Long, 60, config.Low, "Seconds between two commits for idle groups."),
		key("checkpoints.topic.replication.factor", config.Short, 3, config.Low, "Replication factor of the topic of checkpoints."),
		syncsLocation(),
		topicFilter(),
		metricNames(),
	}
}
