package conformance

import (
	"encoding/json"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// headers runs a script of ConnectHeaders calls.
func (c *Case) headers() (any, error) {
	var h connect.Headers
	out := map[string]any{}
	for _, step := range into[[][]json.RawMessage](c.Input) {
		result, err := c.headerCall(&h, into[string](step[0]), step[1:])
		if err != nil {
			return nil, err
		}
		if result != nil {
			out["result"] = result
		}
	}
	list := []any{}
	for _, x := range h {
		list = append(list, map[string]any{"key": x.Key, "schema": x.Schema, "value": Value{x.Value, x.Schema}})
	}
	out["headers"], out["size"], out["toString"] = list, len(h), h.String()
	return out, nil
}

func (c *Case) headerCall(h *connect.Headers, method string, args []json.RawMessage) (any, error) {
	if method == "clear" || method == "retainLatest" && len(args) == 0 {
		if method == "clear" {
			h.Clear()
		} else {
			h.RetainLatest()
		}
		return nil, nil
	}
	key, ok := c.value(args[0], nil).(string)
	if !ok {
		return nil, data.Fail(data.NullValue, "Header key cannot be null")
	}
	switch method {
	case "remove":
		h.Remove(key)
	case "retainLatest":
		h.RetainLatestOf(key)
	case "lastWithName":
		if x, ok := h.Last(key); ok {
			return x.String(), nil
		}
		return "null", nil
	case "allWithName":
		all := []any{}
		for _, x := range h.With(key) {
			all = append(all, x.String())
		}
		return all, nil
	case "add":
		s := c.argument(args[1])
		return nil, h.Add(key, s, c.value(args[2], s))
	default:
		return nil, c.typedAdd(h, strings.TrimPrefix(method, "add"), key, args)
	}
	return nil, nil
}

// typedAdd stands for addString, addInt and their like, which Go does not have:
// the caller picks the schema.
func (c *Case) typedAdd(h *connect.Headers, kind, key string, args []json.RawMessage) error {
	v := c.value(args[1], nil)
	switch kind {
	case "Struct":
		if s, ok := v.(*data.Struct); ok {
			return h.Add(key, s.Schema(), s)
		}
		return h.Add(key, nil, nil)
	case "List", "Map":
		s := c.argument(args[2])
		want := map[string]data.Type{"List": data.Array, "Map": data.MapType}[kind]
		if s != nil && s.Type() != want {
			return data.Errorf("Expecting %s but instead found %s", want, s.Type())
		}
		if v == nil {
			s = nil
		}
		return h.Add(key, s, v)
	case "Date", "Time", "Timestamp":
		s, err := temporal(kind, v)
		if err == nil {
			*h = append(*h, connect.Header{Key: key, Schema: s, Value: v})
		}
		return err
	case "Decimal":
		if v == nil {
			return h.Add(key, nil, nil)
		}
		return h.Add(key, data.NewDecimalSchema(v.(data.Decimal).Scale).MustBuild(), v)
	}
	return h.Add(key, c.primitive(kind, v), v)
}

func temporal(kind string, v any) (s *data.Schema, err error) {
	i, isSet := v.(data.Instant)
	switch kind {
	case "Date":
		if s = data.DateSchema; isSet {
			_, err = data.EncodeDate(s, i)
		}
	case "Time":
		if s = data.TimeSchema; isSet {
			_, err = data.EncodeTime(s, i)
		}
	default:
		s = data.TimestampSchema
	}
	return s, err
}

func (c *Case) primitive(kind string, v any) *data.Schema {
	switch kind {
	case "String":
		return data.NewBuilder(data.String).SetOptional(v == nil).MustBuild()
	case "Bytes":
		return data.NewBuilder(data.Bytes).SetOptional(v == nil).MustBuild()
	}
	t, ok := data.TypeOf(v)
	if !ok {
		panic(unknownOp(c))
	}
	return data.NewBuilder(t).MustBuild()
}
