package mirror

import "strings"

// IdentityPolicy leaves the names of topics as they are, except for heartbeats. It
// cannot tell replicas from their originals, so nothing keeps flows from going in a
// circle.
type IdentityPolicy struct {
	DefaultPolicy
	source   string
	hasAlias bool
}

var (
	_ Policy = (*DefaultPolicy)(nil)
	_ Policy = (*IdentityPolicy)(nil)
)

// NewIdentityPolicy returns the policy for the properties of a connector.
func NewIdentityPolicy(props map[string]string) *IdentityPolicy {
	alias, ok := props[sourceAliasProperty]
	return &IdentityPolicy{DefaultPolicy: *NewDefaultPolicy(props), source: alias, hasAlias: ok}
}

// RemoteTopic returns topic.
func (p *IdentityPolicy) RemoteTopic(cluster, topic string) string {
	if isHeartbeatsName(topic) {
		return p.DefaultPolicy.RemoteTopic(cluster, topic)
	}
	return topic
}

// TopicSource returns the alias in the properties, whatever the topic.
func (p *IdentityPolicy) TopicSource(topic string) (string, bool) {
	if isHeartbeatsName(topic) {
		return p.DefaultPolicy.TopicSource(topic)
	}
	return p.source, p.hasAlias
}

// UpstreamTopic returns topic.
func (p *IdentityPolicy) UpstreamTopic(topic string) (string, bool) {
	if isHeartbeatsName(topic) {
		return p.DefaultPolicy.UpstreamTopic(topic)
	}
	return topic, true
}

// OriginalTopic returns topic.
func (p *IdentityPolicy) OriginalTopic(topic string) string {
	for isHeartbeatsName(topic) {
		upstream, ok := p.DefaultPolicy.UpstreamTopic(topic)
		if !ok {
			return topic
		}
		topic = upstream
	}
	return topic
}

// IsHeartbeatsTopic goes by the original name.
func (p *IdentityPolicy) IsHeartbeatsTopic(topic string) bool {
	return p.OriginalTopic(topic) == heartbeats
}

func isHeartbeatsName(topic string) bool { return strings.HasSuffix(topic, heartbeats) }
