package configstore

import (
	"maps"
	"slices"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/state"
)

// Count is a number that may not be known.
type Count struct {
	N     int
	Known bool
}

// Connector is all that is known of a connector. Configurations hold strings and
// nulls, with variables unresolved; nobody may change them.
type Connector struct {
	Config          *data.Map         // nil when the connector does not exist
	Applied         *data.Map         // Config at the time of the last consistent commit, or nil
	Target          state.Target      // "" when none is known
	TaskCount       int               // of the last commit, even of an inconsistent one
	TaskConfigs     map[int]*data.Map // may hold more tasks than there are
	Inconsistent    bool              // the last commit came without some of its tasks
	TaskCountRecord Count             // tasks of the last generation that was fenced
	Generation      Count             // of the task configurations
	PendingFencing  bool              // there is a generation that was not yet fenced
}

// known tells whether there is anything to say about a connector.
func (c Connector) known() bool {
	return c.Config != nil || c.Target != "" || c.Inconsistent ||
		c.TaskCountRecord.Known || c.Generation.Known || c.PendingFencing
}

// Snapshot is the state at one offset. It does not change.
type Snapshot struct {
	Offset     int64       // of the last record read plus one, -1 when there was none
	SessionKey *SessionKey // nil when there is none

	connectors map[string]Connector
}

// Known returns all names of which something is known, of connectors that were
// deleted too, in order.
func (s *Snapshot) Known() []string { return slices.Sorted(maps.Keys(s.connectors)) }

// Connectors returns the names of the connectors that exist, in order.
func (s *Snapshot) Connectors() []string {
	return slices.DeleteFunc(s.Known(), func(name string) bool { return !s.Contains(name) })
}

// Contains tells whether a connector exists.
func (s *Snapshot) Contains(connector string) bool { return s.connectors[connector].Config != nil }

// Connector returns what is known of a connector.
func (s *Snapshot) Connector(name string) Connector { return s.connectors[name] }

// Tasks returns the tasks of a connector: none while it is inconsistent.
func (s *Snapshot) Tasks(connector string) []state.TaskID {
	c := s.connectors[connector]
	if c.Inconsistent {
		return nil
	}
	ids := make([]state.TaskID, c.TaskCount)
	for i := range ids {
		ids[i] = state.TaskID{Connector: connector, Task: i}
	}
	return ids
}

// TaskConfig returns the configuration of a task, nil when there is none.
func (s *Snapshot) TaskConfig(id state.TaskID) *data.Map {
	return s.connectors[id.Connector].TaskConfigs[id.Task]
}

// Strings returns a configuration without its nulls.
func Strings(config *data.Map) map[string]string {
	if config == nil {
		return nil
	}
	m := make(map[string]string, config.Len())
	for k, v := range config.All() {
		if name, ok := k.(string); ok && v != nil {
			m[name] = data.Text(v)
		}
	}
	return m
}
