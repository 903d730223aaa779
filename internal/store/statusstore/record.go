package statusstore

import (
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/topicjson"
)

// Record is a record of the status topic. A nil Value is a tombstone.
type Record struct{ Key, Value []byte }

// TopicUse says that a connector used a topic, and which task noticed it first
// (KIP-558).
type TopicUse struct {
	Name       string
	Connector  string
	Task       int
	Discovered int64 // milliseconds since 1970
}

const (
	connectorPrefix = "status-connector-"
	taskPrefix      = "status-task-"
	topicPrefix     = "status-topic-"
	byConnector     = "connector-"
)

func taskKey(id state.TaskID) string {
	return taskPrefix + id.Connector + "-" + strconv.Itoa(id.Task)
}

func topicKey(connector, topic string) string {
	return topicPrefix + topic + ":" + byConnector + connector
}

// parseTask reads what follows the prefix of a task's key. Hyphens at the end count
// for nothing.
func parseTask(rest string) (id state.TaskID, ok bool) {
	rest = strings.TrimRight(rest, "-")
	at := strings.LastIndexByte(rest, '-')
	if at < 0 {
		return id, false
	}
	n, err := text.ParseInt(rest[at+1:])
	return state.TaskID{Connector: rest[:max(at, 0)], Task: int(n)}, err == nil
}

func parseTopic(rest string) (topic, connector string, ok bool) {
	topic, rest, _ = strings.Cut(rest, ":")
	connector, ok = strings.CutPrefix(rest, byConnector)
	return topic, connector, ok && topic != "" && connector != ""
}

// encodeStatus returns a tombstone for Destroyed.
func encodeStatus(key string, s state.Status) (Record, error) {
	if s.State == state.Destroyed {
		return Record{Key: []byte(key)}, nil
	}
	m := data.NewMap(5)
	m.Put("state", string(s.State))
	m.Put("trace", orNull(s.Trace))
	m.Put("worker_id", orNull(s.WorkerID))
	m.Put("generation", int64(s.Generation))
	m.Put("version", orNull(s.Version))
	if s.Stuck.Is() {
		m.Put(stuckCall, s.Stuck.Call)
		m.Put(stuckSince, s.Stuck.Since.UnixMilli())
	}
	raw, err := data.AppendJSON(nil, m)
	return Record{Key: []byte(key), Value: raw}, err
}

// Members that only Millrace writes, and only while a call hangs. Java workers pass over
// them.
const (
	stuckCall  = "stuck_call"
	stuckSince = "stuck_since" // milliseconds since 1970
)

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func decodeStatus(raw []byte) (s state.Status, ok bool) {
	v, err := topicjson.Decode(raw)
	m, isMap := v.(*data.Map)
	if err != nil || !isMap {
		return s, false
	}
	name, hasState := topicjson.Text(m, "state")
	s.State = state.State(name)
	var generation, trace, worker, version bool
	s.Generation, generation = topicjson.Int32(m, "generation")
	s.Trace, trace = topicjson.OptionalText(m, "trace")
	s.WorkerID, worker = topicjson.OptionalText(m, "worker_id")
	s.Version, version = topicjson.OptionalText(m, "version")
	if since, ok := topicjson.Member(m, stuckSince).(int64); ok {
		call, _ := topicjson.Text(m, stuckCall)
		s.Stuck = state.Stuck{Call: call, Since: time.UnixMilli(since)}
	}
	return s, hasState && known(s.State) && generation && trace && worker && version
}

func known(s state.State) bool {
	switch s {
	case state.Unassigned, state.Running, state.Paused, state.Stopped, state.Failed, state.Restarting, state.Destroyed:
		return true
	}
	return false
}

func encodeTopic(t TopicUse) (Record, error) {
	inner := data.NewMap(4)
	inner.Put("name", t.Name)
	inner.Put("connector", t.Connector)
	inner.Put("task", int64(t.Task))
	inner.Put("discoverTimestamp", t.Discovered)
	outer := data.NewMap(1)
	outer.Put("topic", inner)
	raw, err := data.AppendJSON(nil, outer)
	return Record{Key: []byte(topicKey(t.Connector, t.Name)), Value: raw}, err
}

func decodeTopic(raw []byte) (t TopicUse, ok bool) {
	v, err := topicjson.Decode(raw)
	outer, isMap := v.(*data.Map)
	if err != nil || !isMap {
		return t, false
	}
	m, isMap := topicjson.Object(outer, "topic")
	if !isMap {
		return t, false
	}
	var name, connector, task, discovered bool
	t.Name, name = topicjson.Text(m, "name")
	t.Connector, connector = topicjson.Text(m, "connector")
	t.Task, task = topicjson.Int32(m, "task")
	t.Discovered, discovered = topicjson.Member(m, "discoverTimestamp").(int64)
	return t, name && connector && task && discovered
}
