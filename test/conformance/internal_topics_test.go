package conformance

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
)

func TestInternalTopics(t *testing.T) {
	run(t, "internal-topics", func(c *Case) (any, error) {
		switch c.Op {
		case "configTopic.write":
			return c.writeConfigTopic()
		case "configTopic.read":
			return c.readConfigTopic()
		case "restartRequest.compare":
			return c.compareRestarts()
		case "restartRequest.should":
			return c.planRestart()
		case "statusTopic":
			return c.statusTopic()
		}
		return c.offsetStore()
	})
}

type rawRecord struct {
	Offset string
	Key    string
	Value  json.RawMessage
}

func (c *Case) readConfigTopic() (any, error) {
	in := into[struct{ BeforeStart, AfterStart []rawRecord }](c.Input)
	s := configstore.New()
	var names []string
	if _, err := c.applyConfig(s, in.BeforeStart, &names); err != nil {
		return nil, err
	}
	out := map[string]any{}
	if len(in.BeforeStart) > 0 && len(in.AfterStart) > 0 {
		out["snapshotAtStart"] = showSnapshot(s, names)
	}
	s.Start()
	events, err := c.applyConfig(s, in.AfterStart, &names)
	out["snapshot"], out["events"] = showSnapshot(s, names), events
	return out, err
}

// applyConfig collects the names of the connectors that tasks were read for.
func (c *Case) applyConfig(s *configstore.Store, records []rawRecord, names *[]string) ([]any, error) {
	events := []any{}
	for _, r := range records {
		e, err := s.Apply(configstore.Record{Offset: signed(r.Offset, 64), Key: []byte(r.Key), Value: c.rawBytes(r.Value)})
		if err != nil {
			return nil, err
		}
		*names = append(*names, connectorsIn(r.Key)...)
		if e.Kind != configstore.None {
			events = append(events, showEvent(e))
		}
	}
	return events, nil
}

// connectorsIn returns what may be the name in a task's key.
func connectorsIn(key string) []string {
	const prefix = len("task-")
	var names []string
	for i := prefix; i < len(key); i++ {
		if key[i] == '-' {
			names = append(names, key[prefix:i])
		}
	}
	return names
}

func showEvent(e configstore.Event) []any {
	switch e.Kind {
	case configstore.ConnectorUpdated:
		return []any{"connectorConfigUpdate", e.Connector}
	case configstore.ConnectorRemoved:
		return []any{"connectorConfigRemove", e.Connector}
	case configstore.TasksUpdated:
		return []any{"taskConfigUpdate", showTasks(e.Tasks)}
	case configstore.TargetChanged:
		return []any{"connectorTargetStateChange", e.Connector}
	case configstore.SessionKeyUpdated:
		k := e.Session
		return []any{"sessionKeyUpdate", hex.EncodeToString(k.Key), k.Algorithm, strconv.FormatInt(k.Created, 10)}
	case configstore.RestartRequested:
		r := e.Restart
		return []any{"restartRequest", r.Connector, map[string]any{"onlyFailed": r.OnlyFailed, "includeTasks": r.IncludeTasks}}
	case configstore.LoggerUpdated:
		return []any{"loggingLevelUpdate", e.Logger, e.Level}
	}
	return []any{fmt.Sprintf("unknown kind of event %d", e.Kind)}
}

func showTasks(tasks []state.TaskID) []any {
	list := []any{}
	for _, id := range tasks {
		list = append(list, id.String())
	}
	return list
}

func showSnapshot(s *configstore.Store, names []string) map[string]any {
	snap := s.Snapshot()
	connectors, deferred := map[string]any{}, map[string]any{}
	for _, name := range snap.Known() {
		connectors[name] = showConnector(snap, name)
	}
	for _, name := range names {
		var ids []any
		for _, n := range sortedTasks(s.Deferred(name)) {
			ids = append(ids, state.TaskID{Connector: name, Task: n}.String())
		}
		if ids != nil {
			deferred[name] = ids
		}
	}
	out := map[string]any{"offset": strconv.FormatInt(snap.Offset, 10), "connectors": connectors, "deferred": deferred}
	if k := snap.SessionKey; k != nil {
		out["sessionKey"] = map[string]any{"key": hex.EncodeToString(k.Key), "algorithm": k.Algorithm, "creationTimestamp": strconv.FormatInt(k.Created, 10)}
	}
	return out
}

func showConnector(snap *configstore.Snapshot, name string) map[string]any {
	c := snap.Connector(name)
	tasks, configs := []any{}, map[string]any{}
	for _, id := range snap.Tasks(name) {
		tasks = append(tasks, id.Task)
	}
	for n := range c.TaskConfigs {
		id := state.TaskID{Connector: name, Task: n}
		configs[id.String()] = showConfig(snap.TaskConfig(id))
	}
	out := map[string]any{
		"exists": snap.Contains(name), "taskCount": c.TaskCount, "tasks": tasks, "inconsistent": c.Inconsistent,
		"taskCountRecord": showCount(c.TaskCountRecord), "taskConfigGeneration": showCount(c.Generation),
		"pendingFencing": c.PendingFencing, "taskConfigs": configs,
	}
	for member, config := range map[string]*data.Map{"config": c.Config, "appliedConfig": c.Applied} {
		if config != nil {
			out[member] = showConfig(config)
		}
	}
	if c.Target != "" {
		out["targetState"] = string(c.Target)
	}
	return out
}

func showConfig(config *data.Map) map[string]any {
	m := map[string]any{}
	for k, v := range config.All() {
		m[k.(string)] = showPlain(v)
	}
	return m
}

// showPlain returns a value that should have been a string as the recording shows it.
func showPlain(v any) any {
	switch v := v.(type) {
	case *data.Map:
		return showConfig(v)
	case []any:
		list := []any{}
		for _, e := range v {
			list = append(list, showPlain(e))
		}
		return list
	}
	return v
}

func showCount(n configstore.Count) any {
	if !n.Known {
		return nil
	}
	return n.N
}

// writeConfigTopic reads every record back as soon as it is written.
func (c *Case) writeConfigTopic() (any, error) {
	s := configstore.New()
	s.Start()
	records, events, names := []any{}, []any{}, []string(nil)
	for _, call := range into[[][]json.RawMessage](c.Input) {
		written, err := c.configRecords(call)
		if err != nil {
			return nil, err
		}
		for _, r := range written {
			r.Offset = int64(len(records))
			e, err := s.Apply(r)
			if err != nil {
				return nil, err
			}
			if e.Kind != configstore.None {
				events = append(events, showEvent(e))
			}
			names = append(names, connectorsIn(string(r.Key))...)
			records = append(records, map[string]any{"key": string(r.Key), "value": Raw(r.Value)})
		}
	}
	return map[string]any{"records": records, "snapshot": showSnapshot(s, names), "events": events}, nil
}

func (c *Case) configRecords(call []json.RawMessage) ([]configstore.Record, error) {
	method, name := into[string](call[0]), into[string](call[1])
	switch method {
	case "putConnectorConfig":
		config, _ := c.value(call[2], nil).(*data.Map)
		return configstore.ConnectorRecords(name, config, state.Target(into[string](call[3])))
	case "removeConnectorConfig":
		return configstore.RemovalRecords(name), nil
	case "putTaskConfigs":
		var configs []*data.Map
		for _, raw := range into[[]json.RawMessage](call[2]) {
			config, _ := c.value(raw, nil).(*data.Map)
			configs = append(configs, config)
		}
		tasks, commit, err := configstore.TaskRecords(name, configs)
		return append(tasks, commit), err
	case "putSessionKey":
		key, err := hex.DecodeString(name)
		if err != nil {
			return nil, malformed{err}
		}
		return single(configstore.SessionKeyRecord(configstore.SessionKey{
			Key: key, Algorithm: into[string](call[2]), Created: signed(into[string](call[3]), 64),
		}))
	}
	return configRecord(method, name, call[2])
}

func configRecord(method, name string, argument json.RawMessage) ([]configstore.Record, error) {
	switch method {
	case "putTargetState":
		return single(configstore.TargetRecord(name, state.Target(into[string](argument))))
	case "putTaskCountRecord":
		return single(configstore.TaskCountRecord(name, into[int](argument)))
	case "putRestartRequest":
		r := into[restartJSON](argument)
		return single(configstore.RestartRecord(state.RestartRequest{Connector: name, OnlyFailed: r.OnlyFailed, IncludeTasks: r.IncludeTasks}))
	case "putLoggerLevel":
		return single(configstore.LoggerRecord(name, into[string](argument)))
	}
	return nil, malformed{fmt.Errorf("unknown call %s", method)}
}

func single(r configstore.Record, err error) ([]configstore.Record, error) {
	return []configstore.Record{r}, err
}

type restartJSON struct {
	Connector                string
	OnlyFailed, IncludeTasks bool
}

func (c *Case) compareRestarts() (any, error) {
	in := into[[2]restartJSON](c.Input)
	return state.RestartRequest(in[0]).Compare(state.RestartRequest(in[1])), nil
}

func (c *Case) planRestart() (any, error) {
	in := into[[2]json.RawMessage](c.Input)
	r, s := state.RestartRequest(into[restartJSON](in[0])), state.State(into[string](in[1]))
	plan := r.Plan(s, map[int]state.State{0: s})
	return map[string]any{
		"connector": plan.Connector, "task": len(plan.Tasks) == 1,
		"forceConnectorOnly": r.ForceConnectorOnly(), "toString": r.String(),
	}, nil
}

func sortedTasks[V any](tasks map[int]V) []int { return slices.Sorted(maps.Keys(tasks)) }
