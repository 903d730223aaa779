package data

import "math"

// Builder assembles a Schema. The first error sticks and is returned by Build,
// so calls can be chained. A property may be set once, or again to what it is.
type Builder struct {
	s     Schema
	err   error
	names map[string]struct{} // field names so far
	set   property            // what was set by a call
}

// property is a set of properties that may be set only once.
type property uint8

const (
	optionalSet property = 1 << iota
	defaultSet
	nameSet
	versionSet
	docSet
)

// NewBuilder starts a schema of type t. Use NewArray and NewMapOf for containers.
func NewBuilder(t Type) *Builder { return &Builder{s: Schema{typ: t}} }

// NewStructBuilder starts a STRUCT schema.
func NewStructBuilder() *Builder { return NewBuilder(StructType) }

// NewArray starts an ARRAY schema with element schema value.
func NewArray(value *Schema) *Builder {
	b := NewBuilder(Array)
	if value == nil {
		b.fail("valueSchema cannot be null.")
	}
	b.s.value = value
	return b
}

// NewArrayOfNull starts an ARRAY schema whose elements have no common schema.
func NewArrayOfNull() *Builder { return NewBuilder(Array) }

// NewMapOf starts a MAP schema.
func NewMapOf(key, value *Schema) *Builder {
	b := NewBuilder(MapType)
	if key == nil {
		b.fail("keySchema cannot be null.")
	} else if value == nil {
		b.fail("valueSchema cannot be null.")
	}
	b.s.key, b.s.value = key, value
	return b
}

// NewMapOfNull starts a MAP schema of which key or value have no common schema.
// Either may be nil.
func NewMapOfNull(key, value *Schema) *Builder {
	b := NewBuilder(MapType)
	b.s.key, b.s.value = key, value
	return b
}

// Copy starts a schema with everything s has.
func Copy(s *Schema) *Builder {
	b := &Builder{s: *s}
	b.s.fields = append([]Field(nil), s.fields...)
	b.s.parameters = append([]Parameter(nil), s.parameters...)
	b.s.index, b.s.hash = nil, 0
	return b
}

// CopyBasics starts a schema of type t with name, version, doc and parameters of
// s, but neither its default nor its optionality, as SchemaUtil.copySchemaBasics.
func CopyBasics(s *Schema, t Type) *Builder {
	return &Builder{s: Schema{
		typ: t, name: s.name, version: s.version, doc: s.doc,
		parameters: append([]Parameter(nil), s.parameters...),
	}}
}

func (b *Builder) fail(format string, args ...any) *Builder {
	if b.err == nil {
		b.err = Fail(BadSchema, format, args...)
	}
	return b
}

// Fail makes Build return err, unless there is an earlier error.
func (b *Builder) Fail(err error) *Builder {
	if b.err == nil {
		b.err = err
	}
	return b
}

// once reports whether a property may be set now: for the first time, or to the
// value that it has.
func (b *Builder) once(p property, name string, same bool) bool {
	if b.set&p != 0 && !same {
		b.fail("Invalid SchemaBuilder call: %s has already been set.", name)
		return false
	}
	b.set |= p
	return true
}

// Optional makes null a valid value.
func (b *Builder) Optional() *Builder { return b.SetOptional(true) }

// SetOptional says whether null is a valid value.
func (b *Builder) SetOptional(optional bool) *Builder {
	if b.once(optionalSet, "optional", b.s.optional == optional) {
		b.s.optional = optional
	}
	return b
}

// Default sets the default value, which must be valid for the schema as it is at
// this call: set name and optionality before.
func (b *Builder) Default(v any) *Builder {
	if b.s.def == nil {
		// As SchemaBuilder: a null default counts as not set.
		b.set &^= defaultSet
	}
	if !b.once(defaultSet, "default", sameObject(b.s.def, v)) {
		return b
	}
	if err := Validate(&b.s, v); err != nil {
		return b.Fail(Fail(BadSchema, "Invalid default value").Because(err))
	}
	b.s.def = v
	return b
}

// sameObject is Java's == of two values, as far as Go can tell: equal texts are
// taken for the same object, equal numbers only where Java keeps one of each.
func sameObject(a, b any) bool {
	var n int64
	switch a := a.(type) {
	case string, bool, int8:
		return a == b
	case int16:
		n = int64(a)
	case int32:
		n = int64(a)
	case int64:
		n = a
	case *Map, *Struct:
		return a == b
	default:
		return false
	}
	return a == b && n >= math.MinInt8 && n <= math.MaxInt8
}

// Name sets the name.
func (b *Builder) Name(name string) *Builder {
	if b.once(nameSet, "name", b.s.name != nil && *b.s.name == name) {
		b.s.name = &name
	}
	return b
}

// Version sets the version.
func (b *Builder) Version(version int32) *Builder {
	if b.once(versionSet, "version", b.s.version != nil && sameObject(*b.s.version, version)) {
		b.s.version = &version
	}
	return b
}

// Doc sets the documentation.
func (b *Builder) Doc(doc string) *Builder {
	if b.once(docSet, "doc", b.s.doc != nil && *b.s.doc == doc) {
		b.s.doc = &doc
	}
	return b
}

// Parameter sets one parameter, replacing an earlier value.
func (b *Builder) Parameter(key, value string) *Builder {
	for i := range b.s.parameters {
		if b.s.parameters[i].Key == key {
			b.s.parameters[i].Value = value
			return b
		}
	}
	b.s.parameters = append(b.s.parameters, Parameter{key, value})
	return b
}

// Parameters sets several parameters in order.
func (b *Builder) Parameters(params []Parameter) *Builder {
	for _, p := range params {
		b.Parameter(p.Key, p.Value)
	}
	return b
}

// Field appends a field to a STRUCT schema.
func (b *Builder) Field(name string, schema *Schema) *Builder {
	switch {
	case b.s.typ != StructType:
		return b.fail("Cannot create fields on type %s", b.s.typ)
	case name == "":
		return b.fail("fieldName cannot be null.")
	case schema == nil:
		return b.fail("fieldSchema for field %s cannot be null.", name)
	case b.has(name):
		return b.fail("Cannot create field because of field name duplication %s", name)
	}
	b.s.fields = append(b.s.fields, Field{Name: name, Index: len(b.s.fields), Schema: schema})
	b.names[name] = struct{}{}
	return b
}

func (b *Builder) has(name string) bool {
	if b.names == nil {
		b.names = make(map[string]struct{}, 16)
		for _, f := range b.s.fields {
			b.names[f.Name] = struct{}{}
		}
	}
	_, ok := b.names[name]
	return ok
}

// Build returns the schema, or the first error of the calls before. The builder
// must not be used afterwards.
func (b *Builder) Build() (*Schema, error) {
	if b.err != nil {
		return nil, b.err
	}
	if len(b.s.parameters) == 0 {
		b.s.parameters = nil
	}
	s := b.s
	return s.seal(hashSeed), nil
}

// MustBuild is Build for schemas written in code, which cannot be wrong: it
// panics on an error.
func (b *Builder) MustBuild() *Schema {
	s, err := b.Build()
	if err != nil {
		panic(err)
	}
	return s
}
