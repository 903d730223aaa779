package worker

import "sync/atomic"

// topicLog tells the listener of each topic that a task uses, once. It belongs to the
// task's goroutine; only forget may be called from elsewhere.
//
// Connect: KIP-558.
type topicLog struct {
	tell   func(topic string)
	known  map[string]struct{}
	last   string
	forgot atomic.Bool
}

// note is called for every record: it is a comparison for the topic of the last one.
func (l *topicLog) note(topic string) {
	if topic == l.last && !l.forgot.Load() {
		return
	}
	if l.forgot.Swap(false) || l.known == nil {
		l.known = map[string]struct{}{}
	}
	l.last = topic
	if _, known := l.known[topic]; !known {
		l.known[topic] = struct{}{}
		l.tell(topic)
	}
}

// forget makes note tell every topic again.
func (l *topicLog) forget() { l.forgot.Store(true) }
