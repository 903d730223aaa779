package configstore

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/topicjson"
)

const (
	notAnObject  = "its value is not an object"
	noProperties = "its properties are not an object"
)

func (s *Store) target(name string, value any) (Event, error) {
	if value == nil {
		s.change(name, func(c *Connector) {
			c.Target = ""
			if c.Config != nil {
				c.Target = state.TargetStarted
			}
		})
		return Event{}, nil
	}
	m, ok := value.(*data.Map)
	if !ok {
		return discarded(notAnObject), nil
	}
	text, ok := topicjson.Text(m, "state.v2")
	if !ok {
		text, _ = topicjson.Text(m, "state")
	}
	target := state.Target(text)
	if !known(target) {
		return discarded("its target state is unknown"), nil
	}
	c := s.connectors[name]
	before := c.Target
	s.change(name, func(c *Connector) { c.Target = target })
	if before == target || c.Config == nil {
		return Event{}, nil
	}
	return Event{Kind: TargetChanged, Connector: name}, nil
}

func (s *Store) connector(name string, value any) (Event, error) {
	if value == nil {
		s.remove(name)
		return Event{Kind: ConnectorRemoved, Connector: name}, nil
	}
	config, why := properties(value)
	if why != "" {
		return discarded(why), nil
	}
	s.change(name, func(c *Connector) {
		c.Config = config
		if c.Target == "" {
			c.Target = state.TargetStarted
		}
	})
	return Event{Kind: ConnectorUpdated, Connector: name}, nil
}

func (s *Store) task(rest string, value any) (Event, error) {
	id, ok := parseTask(rest)
	if !ok {
		return discarded("its key names no task"), nil
	}
	config, why := properties(value)
	if why != "" {
		return discarded(why), nil
	}
	if s.deferred[id.Connector] == nil {
		s.deferred[id.Connector] = map[int]*data.Map{}
	}
	s.deferred[id.Connector][id.Task] = config
	return Event{}, nil
}

func properties(value any) (config *data.Map, why string) {
	m, ok := value.(*data.Map)
	if !ok {
		return nil, notAnObject
	}
	config, ok = topicjson.Object(m, "properties")
	if !ok {
		return nil, noProperties
	}
	return config, ""
}

func (s *Store) commit(name string, value any) (Event, error) {
	if s.connectors[name].Config == nil {
		s.remove(name)
		return discarded("its connector does not exist"), nil
	}
	m, ok := value.(*data.Map)
	if !ok {
		return discarded(notAnObject), nil
	}
	tasks, ok := topicjson.Int32(m, "tasks")
	switch {
	case !ok:
		return Event{}, ErrNotInteger
	case tasks < 0:
		return Event{}, data.Fail(data.BadArgument, "Illegal Capacity: %d", tasks)
	}
	return s.commitTasks(name, tasks), nil
}

func (s *Store) commitTasks(name string, tasks int) Event {
	e := Event{Kind: TasksUpdated, Connector: name}
	deferred, some := s.deferred[name]
	complete := holdsAll(deferred, tasks)
	s.change(name, func(c *Connector) {
		c.TaskCount, c.PendingFencing, c.Inconsistent = tasks, true, !complete
		if !complete {
			return
		}
		c.Applied = c.Config
		if some {
			c.Generation = c.Generation.next()
			// A snapshot may hold the old map.
			c.TaskConfigs = merge(c.TaskConfigs, deferred)
		}
	})
	if complete {
		e.Tasks = ids(name, deferred)
	}
	if some {
		s.deferred[name] = map[int]*data.Map{}
	}
	return e
}

// holdsAll tells whether all of 0 to tasks-1 are there; more may be.
func holdsAll(configs map[int]*data.Map, tasks int) bool {
	if len(configs) < tasks {
		return false
	}
	for i := range tasks {
		if configs[i] == nil {
			return false
		}
	}
	return true
}

func merge(old, updated map[int]*data.Map) map[int]*data.Map {
	m := make(map[int]*data.Map, len(old)+len(updated))
	maps.Copy(m, old)
	maps.Copy(m, updated)
	return m
}

func ids(connector string, configs map[int]*data.Map) []state.TaskID {
	var tasks []state.TaskID
	for _, n := range slices.Sorted(maps.Keys(configs)) {
		tasks = append(tasks, state.TaskID{Connector: connector, Task: n})
	}
	return tasks
}

// next counts from 0.
func (c Count) next() Count {
	if !c.Known {
		return Count{Known: true}
	}
	return Count{N: c.N + 1, Known: true}
}

func (s *Store) fencing(name string, value any) (Event, error) {
	m, ok := value.(*data.Map)
	if !ok {
		return discarded(notAnObject), nil
	}
	tasks, ok := topicjson.Int32(m, "task-count")
	if !ok {
		return Event{}, ErrNotInteger
	}
	s.change(name, func(c *Connector) {
		c.TaskCountRecord, c.PendingFencing = Count{N: tasks, Known: true}, false
	})
	return Event{}, nil
}

func (s *Store) restart(name string, value any) (Event, error) {
	m, ok := value.(*data.Map)
	if !ok {
		return discarded(notAnObject), nil
	}
	r := state.RestartRequest{Connector: name}
	r.IncludeTasks, _ = topicjson.Member(m, "include-tasks").(bool)
	r.OnlyFailed, _ = topicjson.Member(m, "only-failed").(bool)
	return Event{Kind: RestartRequested, Restart: r}, nil
}

func (s *Store) logger(namespace string, value any) (Event, error) {
	m, ok := value.(*data.Map)
	if !ok {
		return discarded(notAnObject), nil
	}
	level, ok := topicjson.Text(m, "level")
	if !ok {
		return discarded("its level is not a text"), nil
	}
	return Event{Kind: LoggerUpdated, Logger: namespace, Level: level}, nil
}

func (s *Store) sessionKey(value any) (Event, error) {
	m, ok := value.(*data.Map)
	if !ok {
		return discarded(notAnObject), nil
	}
	key, hasKey := topicjson.Text(m, "key")
	algorithm, hasAlgorithm := topicjson.Text(m, "algorithm")
	created, hasTime := topicjson.Member(m, "creation-timestamp").(int64)
	if !hasKey || !hasAlgorithm || !hasTime {
		return discarded("it lacks a part of a session key"), nil
	}
	raw, err := decodeBase64(key)
	if err != nil {
		return Event{}, err
	}
	if len(raw) == 0 {
		return Event{}, data.Fail(data.BadArgument, "Empty key")
	}
	s.session = &SessionKey{Key: raw, Algorithm: algorithm, Created: created}
	return Event{Kind: SessionKeyUpdated, Session: *s.session}, nil
}

// decodeBase64 takes text with or without padding, as Java does. Its error does not
// show the text, which is a secret.
func decodeBase64(text string) ([]byte, error) {
	encoding := base64.StdEncoding
	if len(text)%4 != 0 {
		encoding = base64.RawStdEncoding
	}
	raw, err := encoding.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return nil, data.Fail(data.BadArgument, "the session key is not base64")
	}
	return raw, nil
}
