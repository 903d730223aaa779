package jsondata

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsonvalue"
)

// Writer writes values of one schema, or values without schema. It is safe for
// concurrent use.
type Writer struct {
	encoder
	top *plan
}

// NewWriter returns a writer of the values of a schema, which is nil for values that
// have none.
func (s *Settings) NewWriter(schema *data.Schema) *Writer {
	e := encoder{numeric: s.NumericDecimals, ignore: s.IgnoreDefaults}
	bare := e
	e.bare = bare.anyValue
	return &Writer{encoder: e, top: planner{}.plan(schema)}
}

// Append appends the JSON text of a value. It tells whether there is one: a null that
// may not be null has none. The error is a *ValueError.
func (w *Writer) Append(dst []byte, v any) (_ []byte, ok bool, err error) {
	if v == nil && w.top == nil {
		return dst, false, nil
	}
	return w.maybe(dst, w.top, v)
}

// encoder writes values as JSON.
type encoder struct {
	numeric bool // decimals are numbers
	ignore  bool // defaults do not replace null
	bare    func(dst []byte, v any) ([]byte, error)
}

// maybe appends a value unless it is a null that may not be one.
func (e *encoder) maybe(dst []byte, p *plan, v any) ([]byte, bool, error) {
	if p != nil && (v == nil || p.op == opUnion && e.unset(p, v)) {
		switch {
		case p.def != nil && !e.ignore:
			v = p.def
		case p.optional:
			return append(dst, "null"...), true, nil
		default:
			return dst, false, nil
		}
	}
	dst, err := e.value(dst, p, v)
	return dst, true, err
}

// part appends a value that must be there: null if need be.
func (e *encoder) part(dst []byte, p *plan, v any) ([]byte, error) {
	dst, ok, err := e.maybe(dst, p, v)
	if !ok {
		dst = append(dst, "null"...)
	}
	return dst, err
}

// value appends a value, which is not null, of a plan, which is nil for a value
// without schema.
func (e *encoder) value(dst []byte, p *plan, v any) ([]byte, error) {
	if p == nil {
		return e.anyValue(dst, v)
	}
	if t := data.Type(p.op); t.Primitive() {
		return jsonvalue.AppendPrimitive(dst, t, v)
	}
	switch p.op {
	case opStruct, opUnion:
		if s, ok := v.(*data.Struct); ok {
			return e.structure(dst, p, s)
		}
	case opArray:
		if list, ok := v.([]any); ok {
			return e.list(dst, p.elem, list)
		}
	case opPairs:
		if m, ok := v.(*data.Map); ok {
			return e.pairs(dst, p.key, p.elem, m)
		}
	case opTable:
		if m, ok := v.(*data.Map); ok {
			return e.table(dst, p, m)
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
	if p.op == opUnion {
		return e.union(dst, p, s)
	}
	slots := s.Slots()
	start := len(dst)
	for i := range p.fields {
		before, ok := len(dst), true
		dst = p.names.Append(dst, i)
		f, v := p.fields[i].plan, slots[i]
		// As maybe, with fewer calls for most fields.
		if t := data.Type(f.op); t.Primitive() && v != nil {
			dst, err = jsonvalue.AppendPrimitive(dst, t, v)
		} else {
			dst, ok, err = e.maybe(dst, f, v)
		}
		if err != nil {
			return dst, within(err, p.fields[i].name)
		}
		if !ok {
			dst = dst[:before]
		}
	}
	return jsonvalue.Close(dst, start), nil
}

// union appends the one field that is set.
func (e *encoder) union(dst []byte, p *plan, s *data.Struct) ([]byte, error) {
	for i, v := range s.Slots() {
		f := p.fields[i]
		if v == nil && !e.ignore {
			v = f.def
		}
		if v != nil {
			dst, err := e.value(dst, f.plan, v)
			return dst, within(err, f.name)
		}
	}
	return append(dst, "null"...), nil
}

// unset tells whether a union has no value at all, which is as good as null.
func (e *encoder) unset(p *plan, v any) bool {
	s, ok := v.(*data.Struct)
	if !ok || len(s.Slots()) != len(p.fields) {
		return false
	}
	for i, v := range s.Slots() {
		if v != nil || p.fields[i].def != nil && !e.ignore {
			return false
		}
	}
	return true
}

func (e *encoder) list(dst []byte, elem *plan, list []any) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = e.part(dst, elem, v); err != nil {
			return dst, within(err, element(i))
		}
	}
	return append(dst, ']'), nil
}

func (e *encoder) pairs(dst []byte, key, elem *plan, m *data.Map) (_ []byte, err error) {
	dst = append(dst, '[')
	n := 0
	for k, v := range m.All() {
		if n > 0 {
			dst = append(dst, ',')
		}
		if dst, err = e.part(append(dst, `{"key":`...), key, k); err != nil {
			return dst, within(within(err, keyField), element(n))
		}
		if dst, err = e.part(append(dst, `,"value":`...), elem, v); err != nil {
			return dst, within(within(err, valueField), element(n))
		}
		dst = append(dst, '}')
		n++
	}
	return append(dst, ']'), nil
}

func (e *encoder) table(dst []byte, p *plan, m *data.Map) (_ []byte, err error) {
	if !m.StringKeys() {
		for k := range m.All() {
			if _, ok := k.(string); !ok {
				return dst, jsonvalue.WrongType(p.key.schema.Type(), k)
			}
		}
	}
	return m.AppendJSON(dst, func(dst []byte, v any) ([]byte, error) { return e.part(dst, p.elem, v) })
}

// anyValue appends a value without schema.
func (e *encoder) anyValue(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case *data.Map:
		if v.StringKeys() {
			bare := e.bare
			if bare == nil {
				bare = e.anyValue
			}
			return v.AppendJSON(dst, bare)
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
