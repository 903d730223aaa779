// Package statusstore keeps what connectors and tasks do, and the topics that they
// used.
//
// Floor 2. Connect: org.apache.kafka.connect.storage.StatusBackingStore.
package statusstore

import (
	"maps"
	"slices"
	"sync"

	"github.com/millrace/millrace/internal/store/state"
)

// Memory keeps statuses for as long as the worker runs. It is safe for concurrent
// use and never blocks.
type Memory struct {
	mu         sync.Mutex
	connectors map[string]state.Status
	tasks      map[state.TaskID]state.Status
	topics     map[string]map[string]struct{}
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{
		connectors: map[string]state.Status{},
		tasks:      map[state.TaskID]state.Status{},
		topics:     map[string]map[string]struct{}{},
	}
}

// PutConnector sets a connector's status.
func (m *Memory) PutConnector(name string, s state.Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.connectors[name] = s
}

// PutTask sets a task's status.
func (m *Memory) PutTask(id state.TaskID, s state.Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tasks[id] = s
}

// Connector returns a connector's status.
func (m *Memory) Connector(name string) (state.Status, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.connectors[name]
	return s, ok
}

// Task returns a task's status.
func (m *Memory) Task(id state.TaskID) (state.Status, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.tasks[id]
	return s, ok
}

// Tasks returns the numbers of a connector's tasks that have a status, in order.
func (m *Memory) Tasks(connector string) []int {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []int
	for id := range m.tasks {
		if id.Connector == connector {
			found = append(found, id.Task)
		}
	}
	slices.Sort(found)
	return found
}

// DeleteTask forgets a task.
func (m *Memory) DeleteTask(id state.TaskID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tasks, id)
}

// DeleteConnector forgets a connector, its tasks and topics.
func (m *Memory) DeleteConnector(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.connectors, name)
	delete(m.topics, name)
	maps.DeleteFunc(m.tasks, func(id state.TaskID, _ state.Status) bool { return id.Connector == name })
}

// AddTopic notes that a connector uses a topic (KIP-558).
func (m *Memory) AddTopic(connector, topic string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.topics[connector] == nil {
		m.topics[connector] = map[string]struct{}{}
	}
	m.topics[connector][topic] = struct{}{}
}

// Topics returns the topics that a connector used, sorted.
func (m *Memory) Topics(connector string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.topics[connector]))
}

// ResetTopics forgets the topics of a connector.
func (m *Memory) ResetTopics(connector string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.topics, connector)
}
