package jsonconverter

import (
	"slices"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// plan says how values of a schema are read and written.
type plan struct {
	op       op
	schema   *data.Schema
	optional bool
	def      any     // what replaces null, or nil
	elem     *plan   // values of arrays and maps; nil without schema
	key      *plan   // keys of maps; nil without schema
	fields   []field // of structs
	index    map[string]int32
	head     []byte // the envelope up to the payload, once it was needed
}

// field is a member of a struct.
type field struct {
	*plan
	name   string
	quoted []byte // as member name
	next   []byte // the same, as it follows another member
}

// op is what a plan does: a type, or a logical type.
type op uint8

const (
	opInt8 op = iota
	opInt16
	opInt32
	opInt64
	opFloat32
	opFloat64
	opBoolean
	opString
	opBytes
	opArray
	opMap   // with other keys than strings
	opTable // map with strings as keys
	opStruct
	opDecimal
	opDate
	opTime
	opTimestamp
)

// newPlan returns the plan of a schema, nil for nil.
func newPlan(s *data.Schema, set settings) *plan {
	if s == nil {
		return nil
	}
	p := &plan{op: opOf(s), schema: s, optional: s.Optional()}
	if set.replace {
		p.def = s.Default()
	}
	p.key, p.elem = newPlan(s.Key(), set), newPlan(s.Value(), set)
	fields := s.Fields()
	p.fields = make([]field, len(fields))
	for i, f := range fields {
		text := append(jsontext.AppendQuoted([]byte{','}, f.Name), ':')
		p.fields[i] = field{plan: newPlan(f.Schema, set), name: f.Name, quoted: text[1 : len(text)-1], next: text}
	}
	p.index = make(map[string]int32, len(fields))
	for i, f := range fields {
		p.index[f.Name] = int32(i)
	}
	return p
}

func opOf(s *data.Schema) op {
	if s.HasName() {
		switch s.Name() {
		case data.DecimalName:
			return opDecimal
		case data.DateName:
			return opDate
		case data.TimeName:
			return opTime
		case data.TimestampName:
			return opTimestamp
		}
	}
	switch t := s.Type(); t {
	case data.StructType:
		return opStruct
	case data.MapType:
		if s.Key() != nil && s.Key().Type() == data.String {
			return opTable
		}
		return opMap
	default:
		return op(t)
	}
}

// schemaOr returns the plan's schema unless there is an error.
func (p *plan) schemaOr(err error) *data.Schema {
	if err != nil || p == nil {
		return nil
	}
	return p.schema
}

// renew returns a default that belongs to the record alone, parts aside.
func renew(def any) any {
	switch v := def.(type) {
	case *data.Struct:
		return data.StructOf(v.Schema(), slices.Clone(v.Slots()))
	case *data.Map:
		return v.Copy()
	}
	return def
}

// null returns what a JSON null stands for.
func (p *plan) null() (any, error) {
	if p.def != nil || p.optional {
		return renew(p.def), nil
	}
	return nil, data.Errorf("Invalid null value for required %s field", p.schema.Type())
}
