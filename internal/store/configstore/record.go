package configstore

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/state"
)

// Record is a record of the config topic. A nil Value is a tombstone.
type Record struct {
	Offset     int64 // of a record read
	Key, Value []byte
}

// Properties returns a configuration in the order of a Java HashMap.
func Properties(config map[string]string) *data.Map {
	m := data.NewHashMap(len(config))
	for _, name := range slices.Sorted(maps.Keys(config)) {
		m.Put(name, config[name])
	}
	return m
}

// ConnectorRecords returns the records that set the configuration of a connector
// and, unless it is "", its target state. They belong into one transaction.
func ConnectorRecords(name string, config *data.Map, target state.Target) ([]Record, error) {
	r, err := propertiesRecord(connectorPrefix+name, config)
	if err != nil {
		return nil, err
	}
	if target == "" {
		return []Record{r}, nil
	}
	t, err := TargetRecord(name, target)
	return []Record{t, r}, err
}

// RemovalRecords returns the records that delete a connector.
func RemovalRecords(name string) []Record {
	return []Record{{Key: []byte(connectorPrefix + name)}, {Key: []byte(targetPrefix + name)}}
}

// TaskRecords returns the configurations of all tasks of a connector, and the commit
// that makes them valid. The commit is written after the tasks were read back.
func TaskRecords(connector string, configs []*data.Map) (tasks []Record, commit Record, err error) {
	for i, config := range configs {
		r, err := propertiesRecord(taskKey(state.TaskID{Connector: connector, Task: i}), config)
		if err != nil {
			return nil, commit, err
		}
		tasks = append(tasks, r)
	}
	commit, err = record(commitPrefix+connector, member{"tasks", int64(len(configs))})
	return tasks, commit, err
}

// TargetRecord returns the record of a target state. Workers older than 3.5 read
// its first member, in which Stopped is Paused.
func TargetRecord(connector string, target state.Target) (Record, error) {
	old := target
	if target == state.TargetStopped {
		old = state.TargetPaused
	}
	return record(targetPrefix+connector, member{"state", string(old)}, member{"state.v2", string(target)})
}

// TaskCountRecord returns the record of how many tasks of a connector there may be
// to fence.
func TaskCountRecord(connector string, tasks int) (Record, error) {
	return record(fencingPrefix+connector, member{"task-count", int64(tasks)})
}

// SessionKeyRecord returns the record of a session key.
func SessionKeyRecord(k SessionKey) (Record, error) {
	return record(sessionKeyKey,
		member{"key", base64.StdEncoding.EncodeToString(k.Key)},
		member{"algorithm", k.Algorithm},
		member{"creation-timestamp", k.Created})
}

// RestartRecord returns the record of a restart request.
func RestartRecord(r state.RestartRequest) (Record, error) {
	return record(restartPrefix+r.Connector, member{"include-tasks", r.IncludeTasks}, member{"only-failed", r.OnlyFailed})
}

// LoggerRecord returns the record that sets the level of a logger and those below it
// on every worker.
func LoggerRecord(namespace, level string) (Record, error) {
	return record(loggerPrefix+namespace, member{"level", level})
}

type member struct {
	name  string
	value any
}

func propertiesRecord(key string, config *data.Map) (Record, error) {
	if config == nil {
		return Record{}, fmt.Errorf("config record %s: there is no configuration", key)
	}
	return record(key, member{"properties", config})
}

func record(key string, members ...member) (Record, error) {
	m := data.NewMap(len(members))
	for _, one := range members {
		m.Put(one.name, one.value)
	}
	raw, err := data.AppendJSON(nil, m)
	return Record{Key: []byte(key), Value: raw}, err
}
