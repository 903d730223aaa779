package parquetfile

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/connect/data"
)

// A spool has records one after the other, each as its values in the order of the
// tree: a byte 0 or 1 before what is optional, a count before elements, a length
// before bytes, the index of the member before the value of a union.

// spool appends a value.
func (n *node) spool(dst []byte, v any) ([]byte, error) {
	if v == nil {
		if !n.optional {
			return nil, data.Errorf("Found null value for non-optional schema")
		}
		return append(dst, 0), nil
	}
	if n.optional {
		dst = append(dst, 1)
	}
	switch n.kind {
	case structKind:
		s, err := n.structure(v)
		if err != nil {
			return nil, err
		}
		return n.spoolFields(dst, s)
	case listKind:
		return n.spoolList(dst, v)
	case mapKind:
		return n.spoolMap(dst, v)
	case unionKind:
		return n.spoolUnion(dst, v)
	case bytesKind, fixedKind:
		return n.spoolBytes(dst, v)
	default:
		return n.spoolNumber(dst, v)
	}
}

// structure returns a value that must be a struct of the node's schema.
func (n *node) structure(v any) (*data.Struct, error) {
	s, ok := v.(*data.Struct)
	if !ok {
		return nil, n.mismatch(v)
	}
	if !s.Schema().Equal(n.schema) {
		return nil, data.Errorf("Mismatching struct schema")
	}
	return s, nil
}

func (n *node) spoolFields(dst []byte, s *data.Struct) (_ []byte, err error) {
	for i, child := range n.children {
		if dst, err = child.spool(dst, s.At(i)); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (n *node) spoolList(dst []byte, v any) (_ []byte, err error) {
	list, ok := v.([]any)
	if !ok {
		return nil, n.mismatch(v)
	}
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	for _, e := range list {
		if dst, err = n.children[0].spool(dst, e); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (n *node) spoolMap(dst []byte, v any) (_ []byte, err error) {
	m, ok := v.(*data.Map)
	if !ok {
		return nil, n.mismatch(v)
	}
	dst = binary.AppendUvarint(dst, uint64(m.Len()))
	for k, e := range m.All() {
		if dst, err = n.children[0].spool(dst, k); err != nil {
			return nil, err
		}
		if dst, err = n.children[1].spool(dst, e); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// spoolUnion appends the member that is set.
func (n *node) spoolUnion(dst []byte, v any) ([]byte, error) {
	s, err := n.structure(v)
	if err != nil {
		return nil, err
	}
	for i, child := range n.children {
		if e := s.At(i); e != nil {
			return child.spool(binary.AppendUvarint(dst, uint64(i)), e)
		}
	}
	return nil, data.Errorf("Found null value for non-optional schema")
}

// spoolNumber appends a value of fixed size.
func (n *node) spoolNumber(dst []byte, v any) ([]byte, error) {
	le := binary.LittleEndian
	switch v := v.(type) {
	case int64:
		if n.is(data.Int64, plain) {
			return le.AppendUint64(dst, uint64(v)), nil
		}
	case int32:
		if n.is(data.Int32, plain) {
			return le.AppendUint32(dst, uint32(v)), nil
		}
	case float64:
		if n.is(data.Float64, plain) {
			return le.AppendUint64(dst, math.Float64bits(v)), nil
		}
	case float32:
		if n.is(data.Float32, plain) {
			return le.AppendUint32(dst, math.Float32bits(v)), nil
		}
	case bool:
		if n.is(data.Boolean, plain) && v {
			return append(dst, 1), nil
		} else if n.is(data.Boolean, plain) {
			return append(dst, 0), nil
		}
	case int16:
		if n.is(data.Int16, plain) {
			return le.AppendUint32(dst, uint32(v)), nil
		}
	case int8:
		if n.is(data.Int8, plain) {
			return le.AppendUint32(dst, uint32(v)), nil
		}
	case data.Instant:
		if n.logical != plain {
			return n.spoolInstant(dst, v)
		}
	}
	return nil, n.mismatch(v)
}

func (n *node) is(t data.Type, l logical) bool { return n.schema.Type() == t && n.logical == l }

func (n *node) spoolInstant(dst []byte, i data.Instant) ([]byte, error) {
	if n.logical == timestamp {
		return binary.LittleEndian.AppendUint64(dst, uint64(i)), nil
	}
	encode := data.EncodeDate
	if n.logical == clock {
		encode = data.EncodeTime
	}
	v, err := encode(n.schema, i)
	return binary.LittleEndian.AppendUint32(dst, uint32(v)), err
}

// spoolBytes appends text or bytes.
func (n *node) spoolBytes(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		if n.logical == text || n.logical == enum {
			return append(binary.AppendUvarint(dst, uint64(len(v))), v...), nil
		}
	case []byte:
		if n.logical == plain {
			return n.spoolRaw(dst, v)
		}
	case data.Decimal:
		if n.logical == decimal || n.logical == number {
			raw, err := data.EncodeDecimal(n.schema, v)
			if err != nil {
				return nil, err
			}
			return n.spoolRaw(dst, n.widened(raw))
		}
	}
	return nil, n.mismatch(v)
}

func (n *node) spoolRaw(dst, raw []byte) ([]byte, error) {
	if n.kind == bytesKind {
		return append(binary.AppendUvarint(dst, uint64(len(raw))), raw...), nil
	}
	if len(raw) != n.size {
		return nil, data.Errorf("Fixed size mismatch: %d bytes, the schema has %d", len(raw), n.size)
	}
	return append(dst, raw...), nil
}

// widened returns a decimal in all bytes of a fixed size.
func (n *node) widened(raw []byte) []byte {
	if n.kind == bytesKind || len(raw) >= n.size {
		return raw
	}
	wide := make([]byte, n.size)
	if raw[0]&0x80 != 0 {
		for i := range wide {
			wide[i] = 0xff
		}
	}
	copy(wide[n.size-len(raw):], raw)
	return wide
}

// mismatch is the error of a value that is not what its schema says.
func (n *node) mismatch(v any) error {
	class := data.ClassName(v)
	switch n.logical {
	case decimal, number:
		return data.Errorf("Invalid type for Decimal, expected BigDecimal but was class %s", class)
	case date:
		return data.Errorf("Invalid type for Date, expected Date but was class %s", class)
	case clock:
		return data.Errorf("Invalid type for Time, expected Date but was class %s", class)
	case timestamp:
		return data.Errorf("Invalid type for Timestamp, expected Date but was class %s", class)
	}
	return data.Errorf("Invalid type for %s: class %s", n.schema.Type(), class)
}
