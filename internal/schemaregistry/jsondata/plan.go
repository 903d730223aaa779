package jsondata

import (
	"errors"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
)

// plan says how values of a schema are read and written.
type plan struct {
	op       op
	logical  jsonvalue.Logical
	schema   *data.Schema
	optional bool
	def      any   // what replaces null, or nil
	elem     *plan // values of arrays and maps; nil without schema
	key      *plan // keys of maps
	fields   []field
	names    jsonvalue.Names
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
	opPairs    // map that is a list of keys and values
	opTable    // map that is an object
	opStruct
	opUnion
	opLogical
)

// planner makes plans, one for each schema.
type planner map[*data.Schema]*plan

func (m planner) plan(s *data.Schema) *plan {
	if s == nil {
		return nil
	}
	if p := m[s]; p != nil {
		return p
	}
	p := &plan{op: opOf(s), logical: jsonvalue.LogicalOf(s), schema: s, optional: s.Optional(), def: s.Default()}
	m[s] = p
	p.key, p.elem = m.plan(s.Key()), m.plan(s.Value())
	p.fields, p.names = make([]field, len(s.Fields())), jsonvalue.NewNames(s.Fields())
	for i, f := range s.Fields() {
		p.fields[i] = field{m.plan(f.Schema), f.Name}
	}
	return p
}

func opOf(s *data.Schema) op {
	switch t := s.Type(); {
	case jsonvalue.LogicalOf(s) != jsonvalue.None:
		return opLogical
	case isUnion(s):
		return opUnion
	case t == data.StructType:
		return opStruct
	case t == data.MapType && plainKeys(s):
		return opTable
	case t == data.MapType:
		return opPairs
	default:
		return op(t)
	}
}

// ValueError is a value that does not fit its schema. Path is where it stands, with
// dots between fields; "" for the whole value.
type ValueError struct {
	Path string
	Err  error
}

// Error returns the reason and the place.
func (e *ValueError) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Err.Error() + " (field " + e.Path + ")"
}

// Unwrap returns the reason.
func (e *ValueError) Unwrap() error { return e.Err }

// within adds the name of a part to the path of an error.
func within(err error, name string) error {
	var syntax *jsontext.SyntaxError
	if err == nil || errors.As(err, &syntax) {
		return err
	}
	var e *ValueError
	if !errors.As(err, &e) {
		return &ValueError{name, err}
	}
	sep := "."
	if strings.HasPrefix(e.Path, "[") {
		sep = ""
	}
	e.Path = name + sep + e.Path
	return e
}

func element(i int) string { return "[" + strconv.Itoa(i) + "]" }
