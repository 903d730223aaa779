package mirror

import "strings"

// Properties of the policies.
const (
	separatorProperty         = "replication.policy.separator"
	internalSeparatorProperty = "replication.policy.internal.topic.separator.enabled"
	sourceAliasProperty       = "source.cluster.alias"
)

const heartbeats = "heartbeats"

// Policy says how topics are called on the cluster that they are replicated to, and
// which topics are MirrorMaker's own. Cluster is the alias of a cluster.
type Policy interface {
	// RemoteTopic returns the name of the replica of a topic of cluster.
	RemoteTopic(cluster, topic string) string
	// TopicSource returns the alias of the cluster that a topic is replicated from;
	// ok is false when it is none that the policy knows.
	TopicSource(topic string) (cluster string, ok bool)
	// UpstreamTopic returns a topic's name on the cluster it is replicated from; ok
	// is false for a topic that is not a replica.
	UpstreamTopic(topic string) (upstream string, ok bool)
	// OriginalTopic returns a topic's name on the cluster where it was first.
	OriginalTopic(topic string) string
	// IsInternalTopic tells whether a topic is never replicated.
	IsInternalTopic(topic string) bool
	// IsMirrorTopic tells whether a topic is internal to MirrorMaker.
	IsMirrorTopic(topic string) bool
	// IsCheckpointsTopic tells whether a topic holds checkpoints.
	IsCheckpointsTopic(topic string) bool
	// IsHeartbeatsTopic tells whether a topic holds heartbeats, replicated or not.
	IsHeartbeatsTopic(topic string) bool
	// HeartbeatsTopic returns the topic to which heartbeats are written.
	HeartbeatsTopic() string
	// OffsetSyncsTopic returns the topic of the offset syncs with cluster.
	OffsetSyncsTopic(cluster string) string
	// CheckpointsTopic returns the topic of the checkpoints from cluster.
	CheckpointsTopic(cluster string) string
}

// DefaultPolicy puts the alias of the source cluster before the names of topics.
type DefaultPolicy struct {
	separator string
	internal  string // the separator in names of internal topics
}

// NewDefaultPolicy returns the policy for the properties of a connector.
func NewDefaultPolicy(props map[string]string) *DefaultPolicy {
	p := &DefaultPolicy{separator: ".", internal: "."}
	if s, ok := props[separatorProperty]; ok {
		p.separator = s
	}
	if enabled, ok := props[internalSeparatorProperty]; !ok || strings.EqualFold(enabled, "true") {
		p.internal = p.separator
	}
	return p
}

// RemoteTopic returns cluster, separator and topic.
func (p *DefaultPolicy) RemoteTopic(cluster, topic string) string {
	return cluster + p.separator + topic
}

// TopicSource returns what stands before the first separator, if anything but
// separators follows it.
func (p *DefaultPolicy) TopicSource(topic string) (string, bool) {
	cluster, rest, _ := p.cut(topic)
	for p.separator != "" && strings.HasPrefix(rest, p.separator) {
		rest = rest[len(p.separator):]
	}
	if rest == "" {
		return "", false
	}
	return cluster, true
}

// cut divides a topic at the first separator; an empty one stands after the first
// character.
func (p *DefaultPolicy) cut(topic string) (cluster, rest string, ok bool) {
	if p.separator != "" {
		return strings.Cut(topic, p.separator)
	}
	for i := range topic {
		if i > 0 {
			return topic[:i], topic[i:], true
		}
	}
	return topic, "", false
}

// UpstreamTopic returns what follows the first separator.
func (p *DefaultPolicy) UpstreamTopic(topic string) (string, bool) {
	cluster, ok := p.TopicSource(topic)
	if !ok {
		return "", false
	}
	return topic[len(cluster)+len(p.separator):], true
}

// OriginalTopic returns what follows the last separator.
func (p *DefaultPolicy) OriginalTopic(topic string) string {
	for {
		upstream, ok := p.UpstreamTopic(topic)
		if !ok {
			return topic
		}
		topic = upstream
	}
}

// IsInternalTopic is true for topics of MirrorMaker and of brokers, and for names
// that begin with a dot.
func (p *DefaultPolicy) IsInternalTopic(topic string) bool {
	return strings.HasPrefix(topic, "__") || strings.HasPrefix(topic, ".") || p.IsMirrorTopic(topic)
}

// IsMirrorTopic goes by the form of the name only, whatever the alias in it.
func (p *DefaultPolicy) IsMirrorTopic(topic string) bool {
	own := strings.HasPrefix(topic, "mm2") && strings.HasSuffix(topic, p.internal+"internal")
	return own || p.IsCheckpointsTopic(topic)
}

// IsCheckpointsTopic goes by the end of the name.
func (p *DefaultPolicy) IsCheckpointsTopic(topic string) bool {
	return strings.HasSuffix(topic, p.CheckpointsTopic(""))
}

// IsHeartbeatsTopic goes by the original name.
func (p *DefaultPolicy) IsHeartbeatsTopic(topic string) bool {
	return p.OriginalTopic(topic) == heartbeats
}

// HeartbeatsTopic returns the same name on every cluster.
func (p *DefaultPolicy) HeartbeatsTopic() string { return heartbeats }

// OffsetSyncsTopic returns the name with the alias in it.
func (p *DefaultPolicy) OffsetSyncsTopic(cluster string) string {
	return "mm2-offset-syncs" + p.internal + cluster + p.internal + "internal"
}

// CheckpointsTopic returns the name that begins with the alias.
func (p *DefaultPolicy) CheckpointsTopic(cluster string) string {
	return cluster + p.internal + "checkpoints" + p.internal + "internal"
}
