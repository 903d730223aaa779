package statusstore

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/topicjson"
)

// Shared is what the records of the status topic add up to. Only Apply changes
// statuses: a record that another method returns counts when it was read back.
// It is safe for concurrent use and never blocks.
type Shared struct {
	mu         sync.Mutex
	connectors map[string]state.Status
	put        map[string]struct{} // connectors that this worker put a status of
	tasks      map[string]map[int]state.Status
	topics     map[string]map[string]TopicUse // by connector and topic
}

// NewShared returns the state before the first record.
func NewShared() *Shared {
	return &Shared{
		connectors: map[string]state.Status{},
		put:        map[string]struct{}{},
		tasks:      map[string]map[int]state.Status{},
		topics:     map[string]map[string]TopicUse{},
	}
}

// PutConnector returns the record of a connector's status. That of Destroyed is a
// tombstone.
func (s *Shared) PutConnector(name string, status state.Status) (Record, error) {
	s.mu.Lock()
	s.put[name] = struct{}{}
	s.mu.Unlock()
	return encodeStatus(connectorPrefix+name, status)
}

// PutConnectorSafe is PutConnector for a worker that may have lost the connector to
// another one: safe is false when nothing may be written.
func (s *Shared) PutConnectorSafe(name string, status state.Status) (r Record, safe bool, err error) {
	if !s.connectorSafe(name, status) {
		return r, false, nil
	}
	r, err = s.PutConnector(name, status)
	return r, true, err
}

// PutTask returns the record of a task's status. That of Destroyed is a tombstone.
func (s *Shared) PutTask(id state.TaskID, status state.Status) (Record, error) {
	return encodeStatus(taskKey(id), status)
}

// PutTaskSafe is to PutTask what PutConnectorSafe is to PutConnector.
func (s *Shared) PutTaskSafe(id state.TaskID, status state.Status) (r Record, safe bool, err error) {
	if !s.taskSafe(id, status) {
		return r, false, nil
	}
	r, err = s.PutTask(id, status)
	return r, true, err
}

func (s *Shared) connectorSafe(name string, status state.Status) bool {
	cached, ok := s.Connector(name)
	return !ok || mayReplace(cached, status)
}

func (s *Shared) taskSafe(id state.TaskID, status state.Status) bool {
	cached, ok := s.Task(id)
	return !ok || mayReplace(cached, status)
}

func mayReplace(cached, status state.Status) bool {
	return cached.WorkerID == status.WorkerID || cached.Generation <= status.Generation
}

// PutTopic returns the record of a topic's use.
func (s *Shared) PutTopic(t TopicUse) (Record, error) { return encodeTopic(t) }

// DeleteTopic returns the record that forgets that a connector used a topic.
func (s *Shared) DeleteTopic(connector, topic string) Record {
	return Record{Key: []byte(topicKey(connector, topic))}
}

// Apply takes in the next record. The answer says for the log why it had no effect,
// "" when it had one.
func (s *Shared) Apply(r Record) (discarded string) {
	key := topicjson.Key(r.Key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if name, ok := strings.CutPrefix(key, connectorPrefix); ok {
		return s.applyConnector(name, r.Value)
	}
	if rest, ok := strings.CutPrefix(key, taskPrefix); ok {
		return s.applyTask(rest, r.Value)
	}
	if rest, ok := strings.CutPrefix(key, topicPrefix); ok {
		return s.applyTopic(rest, r.Value)
	}
	return "invalid key"
}

// Why records have no effect.
const (
	unreadable = "its value is no status"
	overtaken  = "another worker runs the task already"
)

func (s *Shared) applyConnector(name string, value []byte) string {
	if name == "" {
		return "its key names no connector"
	}
	if value == nil {
		delete(s.connectors, name)
		delete(s.put, name)
		return ""
	}
	status, ok := decodeStatus(value)
	if !ok {
		return unreadable
	}
	s.connectors[name] = status
	return ""
}

func (s *Shared) applyTask(rest string, value []byte) string {
	id, ok := parseTask(rest)
	if !ok {
		return "its key names no task"
	}
	if value == nil {
		remove(s.tasks, id.Connector, id.Task)
		return ""
	}
	status, ok := decodeStatus(value)
	if !ok {
		return unreadable
	}
	cached := s.tasks[id.Connector][id.Task]
	if status.State == state.Unassigned && cached.State == state.Running && status.Generation <= cached.Generation {
		return overtaken
	}
	set(s.tasks, id.Connector, id.Task, status)
	return ""
}

func (s *Shared) applyTopic(rest string, value []byte) string {
	topic, connector, ok := parseTopic(rest)
	if !ok {
		return "its key names no topic"
	}
	if value == nil {
		remove(s.topics, connector, topic)
		return ""
	}
	t, ok := decodeTopic(value)
	if !ok {
		return unreadable
	}
	set(s.topics, connector, topic, t)
	return ""
}

func set[K comparable, V any](m map[string]map[K]V, connector string, key K, value V) {
	if m[connector] == nil {
		m[connector] = map[K]V{}
	}
	m[connector][key] = value
}

func remove[K comparable, V any](m map[string]map[K]V, connector string, key K) {
	delete(m[connector], key)
	if len(m[connector]) == 0 {
		delete(m, connector)
	}
}

// Connector returns a connector's status.
func (s *Shared) Connector(name string) (state.Status, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, ok := s.connectors[name]
	return status, ok
}

// Connectors returns the names of the connectors that have a status or were given
// one by this worker, in order.
func (s *Shared) Connectors() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.AppendSeq(slices.Collect(maps.Keys(s.connectors)), maps.Keys(s.put))
	slices.Sort(names)
	return slices.Compact(names)
}

// Task returns a task's status.
func (s *Shared) Task(id state.TaskID) (state.Status, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, ok := s.tasks[id.Connector][id.Task]
	return status, ok
}

// Tasks returns the numbers of a connector's tasks that have a status, in order.
func (s *Shared) Tasks(connector string) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.tasks[connector]))
}

// Uses tells whether a connector is known to use a topic.
func (s *Shared) Uses(connector, topic string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.topics[connector][topic]
	return ok
}

// Topics returns the topics that a connector used, in order of their names.
func (s *Shared) Topics(connector string) []TopicUse {
	s.mu.Lock()
	defer s.mu.Unlock()
	used := s.topics[connector]
	topics := make([]TopicUse, 0, len(used))
	for _, name := range slices.Sorted(maps.Keys(used)) {
		topics = append(topics, used[name])
	}
	return topics
}
