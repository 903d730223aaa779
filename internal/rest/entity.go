package rest

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/java/hashorder"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/store/state"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := encode(m.name)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// hashed returns the members of a map in the order of a java.util.HashMap.
func hashed[V any](m map[string]V, show func(V) any) object {
	keys := slices.Sorted(maps.Keys(m))
	o := make(object, 0, len(keys))
	for _, i := range hashorder.Default(keys) {
		o = append(o, member{keys[i], show(m[keys[i]])})
	}
	return o
}

func configObject(config map[string]string) object {
	return hashed(config, func(v string) any { return v })
}

// fieldsObject shows a source partition or offset, nil as null. Numbers are as Java
// writes them.
func fieldsObject(f connect.Fields) any {
	if f == nil {
		return nil
	}
	return hashed(f, func(v any) any {
		switch v := v.(type) {
		case float64:
			return number(text.Double(v))
		case float32:
			return number(text.Float(v))
		}
		return v
	})
}

// number is the text of a JSON number; NaN and infinities are strings, as with
// Jackson.
type number string

// MarshalJSON returns the text.
func (n number) MarshalJSON() ([]byte, error) {
	if last := n[len(n)-1]; last < '0' || last > '9' {
		return encode(string(n))
	}
	return []byte(n), nil
}

type taskID struct {
	Connector string `json:"connector"`
	Task      int    `json:"task"`
}

type connectorInfo struct {
	Name   string   `json:"name"`
	Config object   `json:"config"`
	Tasks  []taskID `json:"tasks"`
	Type   string   `json:"type"`
}

func showConnector(c herder.Connector) connectorInfo {
	info := connectorInfo{c.Name, configObject(c.Config), []taskID{}, cmp.Or(string(c.Kind), "unknown")}
	for _, id := range c.Tasks {
		info.Tasks = append(info.Tasks, taskID{id.Connector, id.Task})
	}
	return info
}

type taskInfo struct {
	ID     taskID `json:"id"`
	Config any    `json:"config"`
}

// connectorState and taskState are objects because a version that is not known is
// null, one that the plugin does not have is left out, and so is an empty trace.
func showState(s state.Status, id ...member) object {
	o := append(object(id), member{"state", s.State}, member{"worker_id", s.WorkerID})
	switch s.Version {
	case "undefined":
	case "":
		o = append(o, member{"version", nil})
	default:
		o = append(o, member{"version", s.Version})
	}
	if s.Trace != "" {
		o = append(o, member{"trace", s.Trace})
	}
	return append(o, showStuck(s.Stuck)...)
}

// showStuck tells of a call that does not return. Kafka Connect has no such members.
// They are texts, not an object: some clients take the state of a connector for a map
// of strings.
func showStuck(s state.Stuck) []member {
	if !s.Is() {
		return nil
	}
	return []member{{"stuck_call", s.Call}, {"stuck_since", s.Since.UTC().Format(time.RFC3339)}}
}

type connectorState struct {
	Name      string   `json:"name"`
	Connector object   `json:"connector"`
	Tasks     []object `json:"tasks"`
	Type      string   `json:"type"`
}

func showStatus(s herder.Status) connectorState {
	shown := connectorState{s.Name, showState(s.Connector), []object{}, cmp.Or(string(s.Kind), "unknown")}
	for _, t := range slices.SortedFunc(slices.Values(s.Tasks), func(a, b herder.TaskStatus) int { return a.ID - b.ID }) {
		shown.Tasks = append(shown.Tasks, showTask(t))
	}
	return shown
}

func showTask(t herder.TaskStatus) object { return showState(t.Status, member{"id", t.ID}) }

type message struct {
	Message string `json:"message"`
}

type offsetList struct {
	Offsets []offset `json:"offsets"`
}

type offset struct {
	Partition any `json:"partition"`
	Offset    any `json:"offset"`
}
