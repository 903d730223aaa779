package offsetstore

import (
	"context"
	"sync"
)

// Memory is a Store that forgets everything when the worker ends.
type Memory struct {
	mu      sync.Mutex
	entries map[string][]byte
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{entries: map[string][]byte{}} }

// Get returns the value of a key.
func (m *Memory) Get(_ context.Context, key []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.entries[string(key)], nil
}

// Set stores entries.
func (m *Memory) Set(_ context.Context, entries []Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(entries)
	return nil
}

func (m *Memory) set(entries []Entry) {
	for _, e := range entries {
		m.entries[string(e.Key)] = e.Value
	}
}

// All returns every entry whose value is not nil.
func (m *Memory) All(context.Context) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Entry
	for k, v := range m.entries {
		if v != nil {
			all = append(all, Entry{[]byte(k), v})
		}
	}
	return all, nil
}
