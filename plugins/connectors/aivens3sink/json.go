package aivens3sink

import (
	"strconv"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/objectstore"
)

// newJSON returns the outputs json, one array, and jsonl, a document for each line.
// Without envelope there is one field only.
func newJSON(fields []string, envelope, array bool) *text {
	t := &text{between: "\n", record: jsonColumn(fields[0])}
	if envelope {
		t.record = jsonObject(fields)
	}
	if array {
		t.begin, t.between, t.finish = "[\n", ",\n", "\n]"
	}
	return t
}

// jsonObject writes the fields in the order in which the Java connector has them:
// that of a HashMap.
func jsonObject(fields []string) column {
	order := data.NewHashMap(len(fields))
	for _, name := range fields {
		order.Put(name, nil)
	}
	var leads []string
	var columns []column
	for name := range order.All() {
		lead := ","
		if len(leads) == 0 {
			lead = "{"
		}
		leads = append(leads, lead+strconv.Quote(name.(string))+":")
		columns = append(columns, jsonColumn(name.(string)))
	}
	return func(dst []byte, r *connect.Record) (_ []byte, err error) {
		for i, append1 := range columns {
			if dst, err = append1(append(dst, leads[i]...), r); err != nil {
				return nil, err
			}
		}
		return append(dst, '}'), nil
	}
}

func jsonColumn(name string) column {
	switch name {
	case "key":
		return func(dst []byte, r *connect.Record) ([]byte, error) { return jsonValue(dst, r.KeySchema, r.Key) }
	case "offset":
		return func(dst []byte, r *connect.Record) ([]byte, error) {
			return strconv.AppendInt(dst, offsetOf(r), 10), nil
		}
	case "timestamp":
		return func(dst []byte, r *connect.Record) ([]byte, error) {
			if r.Timestamp == connect.NoTimestamp {
				return append(dst, "null"...), nil
			}
			return appendInstant(dst, r.Timestamp), nil
		}
	case "headers":
		return jsonHeaders
	}
	return func(dst []byte, r *connect.Record) ([]byte, error) { return jsonValue(dst, r.ValueSchema, r.Value) }
}

// jsonValue writes null also where a schema has a default.
func jsonValue(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	if value == nil {
		return append(dst, "null"...), nil
	}
	return objectstore.AppendConnectJSON(dst, schema, value)
}

func jsonHeaders(dst []byte, r *connect.Record) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, h := range r.Headers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsontext.AppendQuoted(append(dst, `{"key":`...), h.Key)
		dst = append(dst, `,"value":`...)
		if dst, err = objectstore.AppendConnectJSON(dst, h.Schema, h.Value); err != nil {
			return nil, err
		}
		dst = append(dst, '}')
	}
	return append(dst, ']'), nil
}

// appendInstant writes a time as java.time does: without a fraction when there is
// none, and with a sign before a year of more than four digits.
func appendInstant(dst []byte, ms int64) []byte {
	t := time.UnixMilli(ms).UTC()
	layout := "2006-01-02T15:04:05Z"
	if ms%1000 != 0 {
		layout = "2006-01-02T15:04:05.000Z"
	}
	dst = append(dst, '"')
	if t.Year() > 9999 {
		dst = append(dst, '+')
	}
	return append(t.AppendFormat(dst, layout), '"')
}
