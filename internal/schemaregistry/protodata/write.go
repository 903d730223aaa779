package protodata

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/millrace/millrace/connect/data"
)

// Append appends a value, which must not be nil.
func (w *Writer) Append(dst []byte, v any) ([]byte, error) {
	if w.wrapped != nil {
		return w.append(dst, w.wrapped, v)
	}
	s, ok := v.(*data.Struct)
	if !ok {
		return nil, invalid(w.top.schema, v)
	}
	dst, err := w.message(dst, w.top, s)
	if err != nil {
		return nil, outward(err)
	}
	return dst, nil
}

func (w *Writer) message(dst []byte, m *writeMessage, s *data.Struct) ([]byte, error) {
	if s.Schema() != m.schema && !s.Schema().Equal(m.schema) {
		return nil, data.Errorf("Mismatching struct schema")
	}
	for i := range m.fields {
		f := &m.fields[i]
		v := w.get(s, f.slot)
		if v != nil && f.member >= 0 {
			var err error
			if v, err = w.member(v, f.member); err != nil {
				return nil, within(f.name, err)
			}
		}
		if v == nil {
			continue // also where it is required: Protobuf has no null
		}
		var err error
		if dst, err = w.append(dst, f.node, v); err != nil {
			return nil, within(f.name, err)
		}
	}
	return dst, nil
}

func (w *Writer) get(s *data.Struct, slot int) any {
	if v := s.Slots()[slot]; v != nil || w.ignoreDefaults {
		return v
	}
	return s.At(slot)
}

// member returns the value of a union if it is that of one member.
func (w *Writer) member(v any, member int) (any, error) {
	s, ok := v.(*data.Struct)
	if !ok {
		return nil, data.Errorf("Invalid type for %s: class %s", data.StructType, data.ClassName(v))
	}
	if member >= len(s.Slots()) {
		return nil, data.Errorf("Mismatching struct schema")
	}
	for i := range s.Slots() {
		if v := w.get(s, i); v != nil {
			if i == member {
				return v, nil
			}
			return nil, nil
		}
	}
	return nil, data.Errorf("Cannot find non-null field")
}

// append appends a field with its number.
func (w *Writer) append(dst []byte, n *writeNode, v any) ([]byte, error) {
	switch n.op {
	case writeString:
		s, ok := v.(string)
		if !ok {
			return nil, invalid(n.schema, v)
		}
		if s == "" && !n.always {
			return dst, nil
		}
		dst = append(dst, n.tag...)
		return append(protowire.AppendVarint(dst, uint64(len(s))), s...), nil
	case writeBytes:
		b, ok := v.([]byte)
		if !ok {
			return nil, invalid(n.schema, v)
		}
		if len(b) == 0 && !n.always {
			return dst, nil
		}
		return protowire.AppendBytes(append(dst, n.tag...), b), nil
	case writeLogical, writeWrapper, writeStruct:
		dst = append(dst, n.tag...)
		return w.sized(dst, n, v)
	case writeArray, writePacked:
		return w.list(dst, n, v)
	case writeMap:
		return w.entries(dst, n, v)
	}
	bits, err := n.bits(v)
	if err != nil {
		return nil, err
	}
	if bits == n.unset && !n.always {
		return dst, nil
	}
	if bits == unknownSymbol && n.op == writeNumber {
		return dst, nil
	}
	return n.bare(append(dst, n.tag...), bits), nil
}

// unknownSymbol stands for a number that is not one of its enum; the Java class leaves
// such a field out.
const unknownSymbol = math.MaxUint64 - math.MaxUint32

// bits returns a number as it is encoded.
func (n *writeNode) bits(v any) (uint64, error) {
	switch v := v.(type) {
	case int64:
		return n.integer(v)
	case int32:
		return n.integer(int64(v))
	case int16:
		return n.integer(int64(v))
	case int8:
		return n.integer(int64(v))
	case float64:
		if n.op == writeDouble {
			return math.Float64bits(v), nil
		}
	case float32:
		switch n.op {
		case writeFloat:
			return uint64(math.Float32bits(v)), nil
		case writeDouble:
			return math.Float64bits(float64(v)), nil
		}
	case bool:
		if n.op == writeBool {
			return protowire.EncodeBool(v), nil
		}
	case string:
		if n.op == writeSymbol {
			bits, ok := n.numbers[v]
			if !ok {
				return 0, data.Fail(data.BadArgument, "%s is not a symbol of the enum %s", v, n.schema.Name())
			}
			return bits, nil
		}
	}
	return 0, invalid(n.schema, v)
}

func (n *writeNode) integer(v int64) (uint64, error) {
	switch n.op {
	case writeInt, writeFixed64:
		return uint64(v), nil
	case writeUint32, writeFixed32:
		return uint64(uint32(v)), nil
	case writeZigZag:
		return protowire.EncodeZigZag(v), nil
	case writeNumber:
		if !n.known[int32(v)] {
			return unknownSymbol, nil
		}
		return uint64(v), nil
	}
	return 0, invalid(n.schema, v)
}

// bare appends a number without that of its field.
func (n *writeNode) bare(dst []byte, bits uint64) []byte {
	switch n.op {
	case writeFixed32, writeFloat:
		return binary.LittleEndian.AppendUint32(dst, uint32(bits))
	case writeFixed64, writeDouble:
		return binary.LittleEndian.AppendUint64(dst, bits)
	}
	return protowire.AppendVarint(dst, bits)
}

// sized appends a message, with its length before it.
func (w *Writer) sized(dst []byte, n *writeNode, v any) ([]byte, error) {
	start := len(dst) + 1
	dst = append(dst, 0)
	var err error
	switch n.op {
	case writeLogical:
		dst, err = appendLogical(dst, n, v)
	case writeWrapper:
		dst, err = w.append(dst, n.inner, v)
	default:
		s, ok := v.(*data.Struct)
		if !ok {
			return nil, invalid(n.schema, v)
		}
		dst, err = w.message(dst, n.message, s)
	}
	if err != nil {
		return nil, err
	}
	return setSize(dst, start), nil
}

// setSize writes the length of what begins at start into the byte before, and makes
// room if it needs more.
func setSize(dst []byte, start int) []byte {
	size := len(dst) - start
	if size < 0x80 {
		dst[start-1] = byte(size)
		return dst
	}
	var head [binary.MaxVarintLen64]byte
	length := binary.PutUvarint(head[:], uint64(size))
	dst = append(dst, head[:length-1]...)
	copy(dst[start+length-1:], dst[start:start+size])
	copy(dst[start-1:], head[:length])
	return dst
}

func (w *Writer) list(dst []byte, n *writeNode, v any) ([]byte, error) {
	all, ok := v.([]any)
	if !ok {
		return nil, invalid(n.schema, v)
	}
	if len(all) == 0 {
		return dst, nil
	}
	if n.op == writePacked {
		return w.packed(dst, n, all)
	}
	for _, v := range all {
		if v == nil {
			return nil, errNullElement()
		}
		var err error
		if dst, err = w.append(dst, n.inner, v); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func errNullElement() error {
	return data.Fail(data.NullValue, "Protobuf does not allow null as an element of an array")
}

func (w *Writer) packed(dst []byte, n *writeNode, all []any) ([]byte, error) {
	dst = append(append(dst, n.tag...), 0)
	start := len(dst)
	for _, v := range all {
		if v == nil {
			return nil, errNullElement()
		}
		bits, err := n.inner.bits(v)
		if err != nil {
			return nil, err
		}
		if bits == unknownSymbol && n.inner.op == writeNumber {
			return nil, data.Fail(data.NullValue, "%d is not a number of the enum %s", v, n.inner.schema.Name())
		}
		dst = n.inner.bare(dst, bits)
	}
	return setSize(dst, start), nil
}

func (w *Writer) entries(dst []byte, n *writeNode, v any) ([]byte, error) {
	m, ok := v.(*data.Map)
	if !ok {
		return nil, invalid(n.schema, v)
	}
	for k, v := range m.All() {
		dst = append(append(dst, n.tag...), 0)
		start := len(dst)
		var err error
		if k != nil {
			if dst, err = w.append(dst, n.key, k); err != nil {
				return nil, within(keyField, err)
			}
		}
		if v != nil {
			if dst, err = w.append(dst, n.inner, v); err != nil {
				return nil, within(valueField, err)
			}
		}
		dst = setSize(dst, start)
	}
	return dst, nil
}
