package aivens3sink

import (
	"encoding/base64"
	"strconv"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// column appends one field of a record.
type column func(dst []byte, r *connect.Record) ([]byte, error)

// newCSV returns the output csv: fields with commas between them, and nothing
// escaped.
func newCSV(fields []string, encoded bool) *text {
	columns := make([]column, len(fields))
	for i, name := range fields {
		columns[i] = csvColumn(name, encoded)
	}
	return &text{between: "\n", record: func(dst []byte, r *connect.Record) (_ []byte, err error) {
		for i, append1 := range columns {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = append1(dst, r); err != nil {
				return nil, err
			}
		}
		return dst, nil
	}}
}

func csvColumn(name string, encoded bool) column {
	switch name {
	case "key":
		return csvKey
	case "offset":
		return func(dst []byte, r *connect.Record) ([]byte, error) {
			return strconv.AppendInt(dst, offsetOf(r), 10), nil
		}
	case "timestamp":
		return func(dst []byte, r *connect.Record) ([]byte, error) {
			if r.Timestamp == connect.NoTimestamp {
				return dst, nil
			}
			return strconv.AppendInt(dst, r.Timestamp, 10), nil
		}
	case "headers":
		return csvHeaders
	}
	return func(dst []byte, r *connect.Record) ([]byte, error) { return csvValue(dst, r, encoded) }
}

func csvKey(dst []byte, r *connect.Record) ([]byte, error) {
	if r.KeySchema == nil {
		return nil, data.Errorf("key schema cannot be null: csv takes keys with a schema, such as StringConverter and ByteArrayConverter give them")
	}
	if t := r.KeySchema.Type(); t != data.Bytes && t != data.String {
		return nil, data.Errorf("Record key schema type must be BYTES or STRING, %s given", t)
	}
	switch key := r.Key.(type) {
	case nil:
		return dst, nil
	case []byte:
		return base64.StdEncoding.AppendEncode(dst, key), nil
	case string:
		return base64.StdEncoding.AppendEncode(dst, []byte(key)), nil
	}
	return nil, data.Errorf("Key is not byte[] or String")
}

func csvValue(dst []byte, r *connect.Record, encoded bool) ([]byte, error) {
	if r.ValueSchema == nil {
		return nil, data.Errorf("value schema cannot be null: csv takes values as ByteArrayConverter gives them")
	}
	if t := r.ValueSchema.Type(); t != data.Bytes {
		return nil, data.Errorf("Record value schema type must be BYTES, %s given", t)
	}
	switch value := r.Value.(type) {
	case nil:
		return dst, nil
	case []byte:
		if encoded {
			return base64.StdEncoding.AppendEncode(dst, value), nil
		}
		return append(dst, value...), nil
	}
	return nil, data.Errorf("Value is not a byte array")
}

// csvHeaders appends key:value; for each header, both in base64.
func csvHeaders(dst []byte, r *connect.Record) ([]byte, error) {
	for _, h := range r.Headers {
		if h.Schema != nil && h.Schema.Type() != data.Bytes {
			return nil, data.Errorf("Invalid schema type for ByteArrayConverter: %s", h.Schema.Type())
		}
		value, ok := h.Value.([]byte)
		if !ok && h.Value != nil {
			return nil, data.Errorf("ByteArrayConverter is not compatible with objects of type class %s", data.ClassName(h.Value))
		}
		dst = append(base64.StdEncoding.AppendEncode(dst, []byte(h.Key)), ':')
		dst = append(base64.StdEncoding.AppendEncode(dst, value), ';')
	}
	return dst, nil
}
