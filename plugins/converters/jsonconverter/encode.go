package jsonconverter

import (
	"strconv"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// encoder writes values as JSON.
type encoder struct {
	numeric bool
	bare    func(dst []byte, v any) ([]byte, error) // anyValue, made once
}

// value appends a value of a plan, which is nil for a value without schema.
func (e *encoder) value(dst []byte, p *plan, v any) ([]byte, error) {
	if p == nil {
		return e.anyValue(dst, v)
	}
	if v == nil {
		switch {
		case p.def != nil:
			return e.value(dst, p, p.def)
		case p.optional:
			return append(dst, "null"...), nil
		}
		return dst, data.Errorf("Conversion error: null value for field that is required and has no default value")
	}
	switch p.op {
	case opString:
		if s, ok := v.(string); ok {
			return jsontext.AppendQuoted(dst, s), nil
		}
	case opInt64:
		if n, ok := v.(int64); ok {
			return strconv.AppendInt(dst, n, 10), nil
		}
	case opInt32:
		if n, ok := v.(int32); ok {
			return strconv.AppendInt(dst, int64(n), 10), nil
		}
	case opFloat64:
		if f, ok := v.(float64); ok {
			return jsontext.AppendDouble(dst, f), nil
		}
	case opBoolean:
		if b, ok := v.(bool); ok {
			return strconv.AppendBool(dst, b), nil
		}
	case opStruct:
		if s, ok := v.(*data.Struct); ok {
			return e.structure(dst, p, s)
		}
	default:
		return e.other(dst, p, v)
	}
	return dst, wrongType(p, v)
}

func wrongType(p *plan, v any) error {
	return data.Errorf("Invalid type for %s: class %s", p.schema.Type(), data.ClassName(v))
}

func (e *encoder) other(dst []byte, p *plan, v any) ([]byte, error) {
	switch p.op {
	case opInt8:
		if n, ok := v.(int8); ok {
			return strconv.AppendInt(dst, int64(n), 10), nil
		}
	case opInt16:
		if n, ok := v.(int16); ok {
			return strconv.AppendInt(dst, int64(n), 10), nil
		}
	case opFloat32:
		if f, ok := v.(float32); ok {
			return jsontext.AppendFloat(dst, f), nil
		}
	case opBytes:
		if raw, ok := v.([]byte); ok {
			return data.AppendBase64(dst, raw), nil
		}
		return dst, data.Errorf("Invalid type for bytes type: class %s", data.ClassName(v))
	case opArray:
		if list, ok := v.([]any); ok {
			return e.list(dst, p.elem, list)
		}
	case opMap, opTable:
		if m, ok := v.(*data.Map); ok {
			return e.mapping(dst, p, m)
		}
	default:
		return e.logical(dst, p, v)
	}
	return dst, wrongType(p, v)
}

func (e *encoder) structure(dst []byte, p *plan, s *data.Struct) (_ []byte, err error) {
	if s.Schema() != p.schema && !s.Schema().Equal(p.schema) {
		return dst, data.Errorf("Mismatching schema.")
	}
	slots := s.Slots()
	dst = append(dst, '{')
	for i := range p.fields {
		f := &p.fields[i]
		if i == 0 {
			dst = append(dst, f.next[1:]...)
		} else {
			dst = append(dst, f.next...)
		}
		if dst, err = e.value(dst, f.plan, slots[i]); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func (e *encoder) list(dst []byte, elem *plan, list []any) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = e.value(dst, elem, v); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// mapping appends a map with schema: an object when the keys are strings, a list of
// pairs otherwise.
func (e *encoder) mapping(dst []byte, p *plan, m *data.Map) (_ []byte, err error) {
	switch {
	case p.key == nil:
		return dst, data.Fail(data.NullValue, "map schema without key schema")
	case p.op == opTable:
		return e.table(dst, p, m)
	}
	return e.pairs(dst, p.key, p.elem, m)
}

func (e *encoder) pairs(dst []byte, key, elem *plan, m *data.Map) (_ []byte, err error) {
	dst = append(dst, '[')
	first := true
	for k, v := range m.All() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if dst, err = e.value(append(dst, '['), key, k); err != nil {
			return dst, err
		}
		if dst, err = e.value(append(dst, ','), elem, v); err != nil {
			return dst, err
		}
		dst = append(dst, ']')
	}
	return append(dst, ']'), nil
}

func (e *encoder) table(dst []byte, p *plan, m *data.Map) (_ []byte, err error) {
	if !m.StringKeys() {
		if m, err = e.named(p.key, m); err != nil {
			return dst, err
		}
	}
	return m.AppendJSON(dst, func(dst []byte, v any) ([]byte, error) { return e.value(dst, p.elem, v) })
}

// named returns m with the keys that a map has as a JSON object: null is "null".
func (e *encoder) named(key *plan, m *data.Map) (*data.Map, error) {
	named := data.NewMap(m.Len())
	for k, v := range m.All() {
		text, err := e.value(nil, key, k)
		if err != nil {
			return nil, err
		}
		name := string(text)
		if text[0] == '"' {
			name = string(jsontext.AppendUnquoted(nil, text))
		}
		named.Put(name, v)
	}
	return named, nil
}

func (e *encoder) logical(dst []byte, p *plan, v any) ([]byte, error) {
	if p.op == opDecimal {
		return e.decimal(dst, p, v)
	}
	i, ok := v.(data.Instant)
	if !ok {
		name := map[op]string{opDate: "Date", opTime: "Time", opTimestamp: "Timestamp"}[p.op]
		return dst, data.Errorf("Invalid type for %s, expected Date but was class %s", name, data.ClassName(v))
	}
	var n int64
	var days int32
	var err error
	switch p.op {
	case opDate:
		days, err = data.EncodeDate(p.schema, i)
		n = int64(days)
	case opTime:
		days, err = data.EncodeTime(p.schema, i)
		n = int64(days)
	default:
		n, err = data.EncodeTimestamp(p.schema, i)
	}
	if err != nil {
		return dst, err
	}
	return strconv.AppendInt(dst, n, 10), nil
}

func (e *encoder) decimal(dst []byte, p *plan, v any) ([]byte, error) {
	d, ok := v.(data.Decimal)
	if !ok {
		return dst, data.Errorf("Invalid type for Decimal, expected BigDecimal but was class %s", data.ClassName(v))
	}
	if e.numeric {
		return append(dst, d.String()...), nil
	}
	raw, err := data.EncodeDecimal(p.schema, d)
	if err != nil {
		return dst, err
	}
	return data.AppendBase64(dst, raw), nil
}

// anyValue appends a value without schema.
func (e *encoder) anyValue(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case *data.Map:
		if v.StringKeys() {
			return v.AppendJSON(dst, e.bare)
		}
		return e.pairs(dst, nil, nil, v)
	case []any:
		return e.list(dst, nil, v)
	case *data.Struct:
		return dst, data.Errorf("Mismatching schema.")
	case nil:
	default:
		if _, ok := data.TypeOf(v); !ok {
			return dst, data.Errorf("Java class class %s does not have corresponding schema type.", data.ClassName(v))
		}
	}
	return data.AppendJSON(dst, v)
}
