package devbroker

import (
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	maxTopicName = 249
	// renewAfter is how many metadata requests one control function sees. kfake
	// remembers every connection in it, so it is replaced now and then.
	renewAfter = 1000
)

// createTopicsOnDemand creates the topics a metadata request asks for before
// kfake answers it. kfake can do so itself, but does not write these topics to
// the data directory before a clean stop, so a kill would lose them.
func (b *Broker) createTopicsOnDemand() {
	seen := 0 // kfake calls control functions one at a time
	b.cluster.ControlKey(int16(kmsg.Metadata), func(r kmsg.Request) (kmsg.Response, error, bool) {
		if seen++; seen == renewAfter {
			b.cluster.DropControl()
			b.createTopicsOnDemand()
		}
		if req, ok := r.(*kmsg.MetadataRequest); ok && (req.Version < 4 || req.AllowAutoTopicCreation) {
			b.createMissing(req.Topics)
		}
		return nil, nil, false
	})
}

func (b *Broker) createMissing(topics []kmsg.MetadataRequestTopic) {
	for _, t := range topics {
		if t.Topic == nil || !validTopic(*t.Topic) || b.cluster.TopicInfo(*t.Topic) != nil {
			continue
		}
		if err := b.cluster.CreateTopic(*t.Topic, 0, nil); err != nil {
			b.log.Warn("topic was not created on demand", "topic", *t.Topic, "err", err)
		}
	}
}

// validTopic reports whether name follows Kafka's rules for topic names.
func validTopic(name string) bool {
	if name == "" || name == "." || name == ".." || len(name) > maxTopicName {
		return false
	}
	return !strings.ContainsFunc(name, func(c rune) bool {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
			return false
		}
		return true
	})
}
