package data

import (
	"hash/maphash"
	"strings"
)

// Schema describes a value. It is immutable, safe for use by several goroutines,
// and meant to be shared: Equal compares pointers first.
//
// The zero Schema is not valid; schemas come from NewBuilder and the predefined
// variables.
type Schema struct {
	typ        Type
	optional   bool
	name       *string
	version    *int32
	doc        *string
	parameters []Parameter
	def        any
	fields     []Field
	index      map[string]int
	labels     []string // ,name= of each field, for the text of structs
	key, value *Schema
	hash       uint64
}

// Field is a member of a struct schema. Index is its position, from 0.
type Field struct {
	Name   string
	Index  int
	Schema *Schema
}

// Parameter is one entry of a schema's parameters, which keep their order.
type Parameter struct{ Key, Value string }

// Type returns the kind of value described.
func (s *Schema) Type() Type { return s.typ }

// Optional tells whether null is a valid value.
func (s *Schema) Optional() bool { return s.optional }

// Name returns the schema's name, "" when it has none. See HasName.
func (s *Schema) Name() string {
	if s.name == nil {
		return ""
	}
	return *s.name
}

// HasName tells a schema named "" from one without name.
func (s *Schema) HasName() bool { return s.name != nil }

// Version returns the schema's version, and false when it has none.
func (s *Schema) Version() (int32, bool) {
	if s.version == nil {
		return 0, false
	}
	return *s.version, true
}

// Doc returns the documentation, and false when there is none.
func (s *Schema) Doc() (string, bool) {
	if s.doc == nil {
		return "", false
	}
	return *s.doc, true
}

// Default returns the default value, nil when there is none.
func (s *Schema) Default() any { return s.def }

// Parameters returns the parameters in order. The caller must not change them.
func (s *Schema) Parameters() []Parameter { return s.parameters }

// Parameter returns the value of one parameter.
func (s *Schema) Parameter(key string) (string, bool) {
	for _, p := range s.parameters {
		if p.Key == key {
			return p.Value, true
		}
	}
	return "", false
}

// Fields returns the fields of a STRUCT schema, nil for other types. The caller
// must not change them.
func (s *Schema) Fields() []Field { return s.fields }

// Field returns the named field of a STRUCT schema.
func (s *Schema) Field(name string) (Field, bool) {
	i, ok := s.FieldIndex(name)
	if !ok {
		return Field{}, false
	}
	return s.fields[i], true
}

// FieldIndex returns the position of the named field.
func (s *Schema) FieldIndex(name string) (int, bool) {
	if s.index == nil {
		for i := range s.fields {
			if s.fields[i].Name == name {
				return i, true
			}
		}
		return 0, false
	}
	i, ok := s.index[name]
	return i, ok
}

// Key returns the key schema of a MAP, nil for other types and for maps of
// unknown keys.
func (s *Schema) Key() *Schema { return s.key }

// Value returns the element schema of an ARRAY or MAP, nil for other types and
// when the elements have no common schema.
func (s *Schema) Value() *Schema { return s.value }

// String returns Schema{TYPE} or Schema{name:TYPE}; error texts contain it.
func (s *Schema) String() string {
	if s == nil {
		return "null"
	}
	if s.name != nil {
		return "Schema{" + *s.name + ":" + s.typ.String() + "}"
	}
	return "Schema{" + s.typ.String() + "}"
}

// Equal tells whether two schemas describe the same values in the same words:
// all members count. Either may be nil.
func (s *Schema) Equal(o *Schema) bool {
	if s == o {
		return true
	}
	if s == nil || o == nil || s.hash != o.hash {
		return false
	}
	return s.typ == o.typ && s.optional == o.optional &&
		same(s.name, o.name) && same(s.version, o.version) && same(s.doc, o.doc) &&
		equalParameters(s.parameters, o.parameters) &&
		Equal(s.def, o.def) && equalFields(s.fields, o.fields) &&
		s.key.Equal(o.key) && s.value.Equal(o.value)
}

func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// equalParameters ignores order, as maps are compared in Connect.
func equalParameters(a, b []Parameter) bool {
	if len(a) != len(b) {
		return false
	}
	for _, p := range a {
		found := false
		for _, q := range b {
			if p == q {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func equalFields(a, b []Field) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || !a[i].Schema.Equal(b[i].Schema) {
			return false
		}
	}
	return true
}

// seal computes what lookups and comparisons need; the last step of building.
func (s *Schema) seal(seed maphash.Seed) *Schema {
	if len(s.fields) > 8 {
		s.index = make(map[string]int, len(s.fields))
		for i := range s.fields {
			s.index[s.fields[i].Name] = i
		}
	}
	s.labels = make([]string, len(s.fields))
	for i := range s.fields {
		s.labels[i] = "," + s.fields[i].Name + "="
	}
	var b strings.Builder
	b.WriteByte(byte(s.typ))
	if s.optional {
		b.WriteByte('?')
	}
	if s.name != nil {
		b.WriteString(*s.name)
	}
	for i := range s.fields {
		b.WriteByte(0)
		b.WriteString(s.fields[i].Name)
		writeHash(&b, s.fields[i].Schema)
	}
	writeHash(&b, s.key)
	writeHash(&b, s.value)
	s.hash = maphash.String(seed, b.String())
	return s
}

func writeHash(b *strings.Builder, s *Schema) {
	if s == nil {
		return
	}
	for h := s.hash; h != 0; h >>= 8 {
		b.WriteByte(byte(h))
	}
}

// hashSeed is fixed for the life of the process, so that hashes of schemas built
// at different times compare.
var hashSeed = maphash.MakeSeed()

func constant(t Type, optional bool) *Schema {
	return (&Schema{typ: t, optional: optional}).seal(hashSeed)
}

// The schemas of primitive values without name, version or default.
var (
	Int8Schema    = constant(Int8, false)
	Int16Schema   = constant(Int16, false)
	Int32Schema   = constant(Int32, false)
	Int64Schema   = constant(Int64, false)
	Float32Schema = constant(Float32, false)
	Float64Schema = constant(Float64, false)
	BooleanSchema = constant(Boolean, false)
	StringSchema  = constant(String, false)
	BytesSchema   = constant(Bytes, false)

	OptionalInt8Schema    = constant(Int8, true)
	OptionalInt16Schema   = constant(Int16, true)
	OptionalInt32Schema   = constant(Int32, true)
	OptionalInt64Schema   = constant(Int64, true)
	OptionalFloat32Schema = constant(Float32, true)
	OptionalFloat64Schema = constant(Float64, true)
	OptionalBooleanSchema = constant(Boolean, true)
	OptionalStringSchema  = constant(String, true)
	OptionalBytesSchema   = constant(Bytes, true)
)
