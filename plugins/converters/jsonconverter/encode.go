package jsonconverter

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
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
	if t := data.Type(p.op); t.Primitive() {
		return jsonvalue.AppendPrimitive(dst, t, v)
	}
	switch p.op {
	case opStruct:
		if s, ok := v.(*data.Struct); ok {
			return e.structure(dst, p, s)
		}
	case opArray:
		if list, ok := v.([]any); ok {
			return e.list(dst, p.elem, list)
		}
	case opMap, opTable:
		if m, ok := v.(*data.Map); ok {
			return e.mapping(dst, p, m)
		}
	default:
		return p.logical.Append(dst, p.schema, v, e.numeric)
	}
	return dst, jsonvalue.WrongType(p.schema.Type(), v)
}

func (e *encoder) structure(dst []byte, p *plan, s *data.Struct) (_ []byte, err error) {
	if s.Schema() != p.schema && !s.Schema().Equal(p.schema) {
		return dst, data.Errorf("Mismatching schema.")
	}
	slots := s.Slots()
	start := len(dst)
	for i := range p.fields {
		dst = p.names.Append(dst, i)
		f, v := p.fields[i].plan, slots[i]
		// As value, with a call less for most fields.
		if t := data.Type(f.op); t.Primitive() && v != nil {
			dst, err = jsonvalue.AppendPrimitive(dst, t, v)
		} else {
			dst, err = e.value(dst, f, v)
		}
		if err != nil {
			return dst, err
		}
	}
	return jsonvalue.Close(dst, start), nil
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
