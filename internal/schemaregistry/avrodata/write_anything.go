package avrodata

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// maxDepth bounds how deep values without schema may be nested.
const maxDepth = 1000

// appendAnything appends a value without schema: of the fields of its record the one
// of its type, null for the others.
func appendAnything(dst []byte, v any, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, data.Errorf("The value is nested more than %d levels deep", maxDepth)
	}
	kind := anyFields
	switch v := v.(type) {
	case nil:
	case int8:
		kind, dst = anyInt, avro.AppendLong(before(dst, anyInt), int64(v))
	case int16:
		kind, dst = anyInt, avro.AppendLong(before(dst, anyInt), int64(v))
	case int32:
		kind, dst = anyInt, avro.AppendLong(before(dst, anyInt), int64(v))
	case int64:
		kind, dst = anyLong, avro.AppendLong(before(dst, anyLong), v)
	case float32:
		kind, dst = anyFloat, binary.LittleEndian.AppendUint32(before(dst, anyFloat), math.Float32bits(v))
	case float64:
		kind, dst = anyDouble, binary.LittleEndian.AppendUint64(before(dst, anyDouble), math.Float64bits(v))
	case bool:
		kind, dst = anyBoolean, appendBool(before(dst, anyBoolean), v)
	case string:
		kind, dst = anyString, avro.AppendString(before(dst, anyString), v)
	case []any, *data.Map:
		return appendAnythings(dst, v, depth)
	default:
		return nil, data.Errorf("Unknown Java type for schemaless data: class %s", data.ClassName(v))
	}
	return after(dst, kind), nil
}

// before appends the nulls before a field of the record, and that it is set.
func before(dst []byte, kind int) []byte {
	return append(append(dst, make([]byte, anyFields)[:kind]...), 2)
}

// after appends the nulls after a field of the record, all when none is set.
func after(dst []byte, kind int) []byte {
	nulls := make([]byte, anyFields)
	if kind < anyFields {
		nulls = nulls[kind+1:]
	}
	return append(dst, nulls...)
}

func appendAnythings(dst []byte, v any, depth int) (_ []byte, err error) {
	if list, ok := v.([]any); ok {
		dst = before(dst, anyArray)
		if len(list) > 0 {
			dst = avro.AppendLong(dst, int64(len(list)))
		}
		for _, e := range list {
			if dst, err = appendAnything(dst, e, depth+1); err != nil {
				return nil, err
			}
		}
		return after(append(dst, 0), anyArray), nil
	}
	m := v.(*data.Map)
	dst = before(dst, anyMap)
	if m.Len() > 0 {
		dst = avro.AppendLong(dst, int64(m.Len()))
	}
	for k, e := range m.All() {
		if dst, err = appendAnything(dst, k, depth+1); err != nil {
			return nil, err
		}
		if dst, err = appendAnything(dst, e, depth+1); err != nil {
			return nil, err
		}
	}
	return after(append(dst, 0), anyMap), nil
}
