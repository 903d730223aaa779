package avrodata

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// Append appends a value. One that does not fit the Connect schema is a *data.Error,
// after which dst is not used.
func (w *Writer) Append(dst []byte, value any) ([]byte, error) {
	return w.append(dst, w.top, value)
}

func (w *Writer) append(dst []byte, n *writeNode, v any) ([]byte, error) {
	if n.op == writeAnything {
		return appendAnything(dst, v, 0)
	}
	if v == nil {
		return appendNull(dst, n)
	}
	if n.op == writeUnion {
		return w.appendUnion(dst, n, v)
	}
	dst = append(dst, n.branch...)
	switch n.op {
	case writeArray:
		if list, ok := v.([]any); ok {
			return w.appendArray(dst, n, list)
		}
	case writeMap, writeEntries:
		if m, ok := v.(*data.Map); ok {
			return w.appendMap(dst, n, m)
		}
	case writeStruct:
		if s, ok := v.(*data.Struct); ok {
			return w.appendStruct(dst, n, s)
		}
	case writeLogical:
		raw, err := unwrap(n.schema, v)
		if err != nil {
			return nil, err
		}
		return appendSimple(dst, n.inner, raw)
	default:
		return appendSimple(dst, n, v)
	}
	return nil, invalid(n.schema, v)
}

func invalid(s *data.Schema, v any) error {
	return data.Errorf("Invalid type for %s: class %s", s.Type(), data.ClassName(v))
}

func appendNull(dst []byte, n *writeNode) ([]byte, error) {
	if !n.schema.Optional() {
		return nil, data.Errorf("Found null value for non-optional schema")
	}
	if n.null == nil {
		return nil, data.Errorf("The Avro schema does not allow a null for %s", n.schema)
	}
	return append(dst, n.null...), nil
}

// appendSimple appends a value without parts.
func appendSimple(dst []byte, n *writeNode, v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		switch n.op {
		case writeString:
			return avro.AppendString(dst, v), nil
		case writeEnum:
			i, ok := n.symbol[v]
			if !ok {
				return nil, &SymbolError{v, n.schema.Name()}
			}
			return avro.AppendLong(dst, i), nil
		}
	case int32:
		if n.op == writeInt32 {
			return avro.AppendLong(dst, int64(v)), nil
		}
	case int64:
		if n.op == writeInt64 {
			return avro.AppendLong(dst, v), nil
		}
	case float64:
		if n.op == writeFloat64 {
			return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v)), nil
		}
	case bool:
		if n.op == writeBoolean {
			return appendBool(dst, v), nil
		}
	case []byte:
		return appendRaw(dst, n, v)
	case float32:
		if n.op == writeFloat32 {
			return binary.LittleEndian.AppendUint32(dst, math.Float32bits(v)), nil
		}
	case int8:
		if n.op == writeInt8 {
			return avro.AppendLong(dst, int64(v)), nil
		}
	case int16:
		if n.op == writeInt16 {
			return avro.AppendLong(dst, int64(v)), nil
		}
	}
	return nil, invalid(n.schema, v)
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}

func appendRaw(dst []byte, n *writeNode, v []byte) ([]byte, error) {
	switch n.op {
	case writeBytes:
		return avro.AppendBytes(dst, v), nil
	case writeFixed:
		return appendFixed(dst, n, v)
	}
	return nil, invalid(n.schema, v)
}

// appendFixed appends bytes that must have a size; the sign of a decimal fills up
// what it lacks.
func appendFixed(dst []byte, n *writeNode, v []byte) ([]byte, error) {
	if isDecimal(n.schema) {
		if len(v) > n.size {
			return nil, data.Errorf("Unscaled value byte array length %d is greater than fixed size %d", len(v), n.size)
		}
		sign := byte(0)
		if len(v) > 0 && v[0]&0x80 != 0 {
			sign = 0xFF
		}
		for range n.size - len(v) {
			dst = append(dst, sign)
		}
	} else if len(v) != n.size {
		return nil, &SizeError{len(v), n.size}
	}
	return append(dst, v...), nil
}

func (w *Writer) appendArray(dst []byte, n *writeNode, list []any) ([]byte, error) {
	if len(list) > 0 {
		dst = avro.AppendLong(dst, int64(len(list)))
	}
	for _, v := range list {
		var err error
		if dst, err = w.append(dst, n.inner, v); err != nil {
			return nil, err
		}
	}
	return append(dst, 0), nil
}

func (w *Writer) appendMap(dst []byte, n *writeNode, m *data.Map) ([]byte, error) {
	if m.Len() > 0 {
		dst = avro.AppendLong(dst, int64(m.Len()))
	}
	for k, v := range m.All() {
		var err error
		if n.op == writeMap {
			name, ok := k.(string)
			if !ok {
				return nil, invalid(n.schema, m)
			}
			dst = avro.AppendString(dst, name)
		} else if dst, err = w.append(dst, n.key, k); err != nil {
			return nil, err
		}
		if dst, err = w.append(dst, n.inner, v); err != nil {
			return nil, err
		}
	}
	return append(dst, 0), nil
}

func (w *Writer) appendStruct(dst []byte, n *writeNode, s *data.Struct) ([]byte, error) {
	if s.Schema() != n.schema && !s.Schema().Equal(n.schema) {
		return nil, data.Errorf("Mismatching struct schema")
	}
	slots := s.Slots()
	for i := range n.fields {
		f := &n.fields[i]
		if f.slot < 0 {
			dst = append(dst, f.fixed...)
			continue
		}
		v := slots[f.slot]
		if v == nil && !w.ignoreDefaults {
			v = s.At(f.slot)
		}
		var err error
		if dst, err = w.append(dst, f.node, v); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// appendUnion appends the field that is set of a struct that stands for a union.
func (w *Writer) appendUnion(dst []byte, n *writeNode, v any) ([]byte, error) {
	s, ok := v.(*data.Struct)
	if !ok {
		return nil, invalid(n.schema, v)
	}
	if !s.Schema().Equal(n.schema) {
		return nil, data.Errorf("Mismatching struct schema")
	}
	for i := range n.fields {
		v := s.Slots()[i]
		if v == nil && !w.ignoreDefaults {
			v = s.At(i)
		}
		if v != nil {
			return w.append(dst, n.fields[i].node, v)
		}
	}
	return appendNull(dst, n)
}
