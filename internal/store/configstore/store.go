package configstore

import (
	"errors"
	"maps"
	"strings"
	"sync"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/topicjson"
)

// ErrNotInteger is the error of a record whose count is not an integer.
var ErrNotInteger = errors.New("Expected integer value to be either Integer or Long")

// Store is the state that the records of the config topic add up to. It is safe for
// concurrent use and never blocks.
type Store struct {
	mu         sync.Mutex
	decoder    topicjson.Decoder
	started    bool
	offset     int64
	session    *SessionKey
	connectors map[string]Connector
	deferred   map[string]map[int]*data.Map // task configurations before their commit
}

// New returns the state before the first record.
func New() *Store {
	return &Store{offset: -1, connectors: map[string]Connector{}, deferred: map[string]map[int]*data.Map{}}
}

// Start says that the topic was read to its end: from now on, records give events.
func (s *Store) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = true
}

// Snapshot returns the state as it is now.
func (s *Store) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap := &Snapshot{Offset: s.offset, connectors: maps.Clone(s.connectors)}
	if s.session != nil {
		key := *s.session
		snap.SessionKey = &key
	}
	return snap
}

// Deferred returns the configurations of a connector's tasks that wait for a commit.
func (s *Store) Deferred(connector string) map[int]*data.Map {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.deferred[connector])
}

// Apply takes in the next record; records come in the order of their offsets, each
// one once. An error is a record that Java's workers fail on: ErrNotInteger, or a
// *data.Error of kind BadArgument.
func (s *Store) Apply(r Record) (Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, err := s.decoder.Decode(r.Value)
	if err != nil {
		return discarded("its value is not JSON"), nil // and keeps the offset
	}
	s.offset = r.Offset + 1
	e, err := s.dispatch(topicjson.Key(r.Key), value)
	if !s.started {
		e = discarded(e.Discarded)
	}
	return e, err
}

// dispatch tries the prefixes in Connect's order.
func (s *Store) dispatch(key string, value any) (Event, error) {
	handlers := []struct {
		prefix string
		handle func(rest string, value any) (Event, error)
	}{
		{targetPrefix, s.target},
		{connectorPrefix, s.connector},
		{taskPrefix, s.task},
		{commitPrefix, s.commit},
		{restartPrefix, s.restart},
		{fencingPrefix, s.fencing},
	}
	for _, h := range handlers {
		if rest, ok := strings.CutPrefix(key, h.prefix); ok {
			return h.handle(rest, value)
		}
	}
	if key == sessionKeyKey {
		return s.sessionKey(value)
	}
	if rest, ok := strings.CutPrefix(key, loggerPrefix); ok {
		return s.logger(rest, value)
	}
	return discarded("invalid key"), nil
}

// change applies f to what is known of a connector.
func (s *Store) change(name string, f func(c *Connector)) {
	c := s.connectors[name]
	f(&c)
	if c.known() {
		s.connectors[name] = c
	} else {
		delete(s.connectors, name)
	}
}

// remove forgets a connector, except what outlives it.
func (s *Store) remove(name string) {
	delete(s.deferred, name)
	s.change(name, func(c *Connector) {
		c.Config, c.Applied, c.TaskCount, c.TaskConfigs = nil, nil, 0, nil
	})
}

func known(t state.Target) bool {
	return t == state.TargetStarted || t == state.TargetPaused || t == state.TargetStopped
}
