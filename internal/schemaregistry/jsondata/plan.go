package jsondata

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// plan says how values of a schema are read and written.
type plan struct {
	op       op
	schema   *data.Schema
	optional bool
	def      any   // what replaces null, or nil
	elem     *plan // values of arrays and maps; nil without schema
	key      *plan // keys of maps
	fields   []field
	index    map[string]int32
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
	opPairs // map that is a list of keys and values
	opTable // map that is an object
	opStruct
	opUnion
	opDecimal
	opDate
	opTime
	opTimestamp
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
	p := &plan{op: opOf(s), schema: s, optional: s.Optional(), def: s.Default()}
	m[s] = p
	p.key, p.elem = m.plan(s.Key()), m.plan(s.Value())
	fields := s.Fields()
	p.fields = make([]field, len(fields))
	p.index = make(map[string]int32, len(fields))
	for i, f := range fields {
		text := append(jsontext.AppendQuoted([]byte{','}, f.Name), ':')
		p.fields[i] = field{plan: m.plan(f.Schema), name: f.Name, quoted: text[1 : len(text)-1], next: text}
		p.index[f.Name] = int32(i)
	}
	return p
}

func opOf(s *data.Schema) op {
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
	switch t := s.Type(); {
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

// renew returns a default that belongs to the record alone, parts aside.
func renew(def any) any {
	switch v := def.(type) {
	case *data.Struct:
		return data.StructOf(v.Schema(), slices.Clone(v.Slots()))
	case *data.Map:
		return v.Copy()
	case []any:
		return slices.Clone(v)
	}
	return def
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
