package jsonconverter

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsonvalue"
)

// plan says how values of a schema are read and written.
type plan struct {
	op       op
	logical  jsonvalue.Logical
	schema   *data.Schema
	optional bool
	def      any     // what replaces null, or nil
	elem     *plan   // values of arrays and maps; nil without schema
	key      *plan   // keys of maps; nil without schema
	fields   []field // of structs
	names    jsonvalue.Names
	head     []byte // the envelope up to the payload, once it was needed
}

// field is a member of a struct.
type field struct {
	*plan
	name string
}

// op is what a plan does: a primitive type, or one of these.
type op data.Type

const (
	opArray op = op(data.Bytes) + 1 + iota
	opMap      // with other keys than strings
	opTable    // map with strings as keys
	opStruct
	opLogical
)

// newPlan returns the plan of a schema, nil for nil.
func newPlan(s *data.Schema, set settings) *plan {
	if s == nil {
		return nil
	}
	p := &plan{op: opOf(s), logical: jsonvalue.LogicalOf(s), schema: s, optional: s.Optional()}
	if set.replace {
		p.def = s.Default()
	}
	p.key, p.elem = newPlan(s.Key(), set), newPlan(s.Value(), set)
	p.fields, p.names = make([]field, len(s.Fields())), jsonvalue.NewNames(s.Fields())
	for i, f := range s.Fields() {
		p.fields[i] = field{newPlan(f.Schema, set), f.Name}
	}
	return p
}

func opOf(s *data.Schema) op {
	switch t := s.Type(); {
	case jsonvalue.LogicalOf(s) != jsonvalue.None:
		return opLogical
	case t == data.StructType:
		return opStruct
	case t == data.MapType && s.Key() != nil && s.Key().Type() == data.String:
		return opTable
	case t == data.MapType:
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

// null returns what a JSON null stands for.
func (p *plan) null() (any, error) {
	if p.def != nil || p.optional {
		return jsonvalue.Renewed(p.def), nil
	}
	return nil, data.Errorf("Invalid null value for required %s field", p.schema.Type())
}
