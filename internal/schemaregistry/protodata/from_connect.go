package protodata

import (
	"strconv"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/schemaregistry/protofile"
)

// Definition is a Protobuf schema made of one of Connect's.
type Definition struct {
	Text    string // in the form that registries compare
	Message string // full name of the message of the values
}

// FromConnect returns the Protobuf schema for values of a Connect schema, which must
// be a struct or primitive.
func (s *Settings) FromConnect(schema *data.Schema) (*Definition, error) {
	if schema == nil {
		return nil, data.Fail(data.NullValue, "Values without schema cannot be written as Protobuf")
	}
	if schema.Type() != data.StructType {
		return wrapper(schema)
	}
	if isUnion(schema) {
		return nil, data.Errorf("A union cannot be written as a value of its own")
	}
	b := builder{Settings: s, source: &protofile.Source{}}
	name := ""
	b.source.Package, name = s.splitName(b.nameOf(schema))
	var err error
	if b.source.Message, err = b.message(name, schema); err != nil {
		return nil, err
	}
	printed, err := b.source.Text()
	if err != nil {
		return nil, data.Fail(data.BadState, "%s", err).Because(err)
	}
	return &Definition{printed, b.source.FullName()}, nil
}

// wrapper returns the definition for values that stand in no struct.
func wrapper(schema *data.Schema) (*Definition, error) {
	name := wrapperOf(schema)
	if name == "" {
		return nil, data.Fail(data.BadArgument, "Unsupported root schema of type %s", schema.Type())
	}
	if logicalType(schema) != "" {
		return nil, data.Errorf("Values of %s can only be written within a struct", schema)
	}
	known, _ := protofile.Builtin(protofile.Wrappers)
	return &Definition{known, name}, nil
}

// wrapperOf returns the message that wraps values of a type, "" when there is none.
func wrapperOf(s *data.Schema) string {
	switch s.Type() {
	case data.Int8, data.Int16, data.Int32:
		return int32Wrapper
	case data.Int64:
		return int64Wrapper
	case data.Float32:
		return floatWrapper
	case data.Float64:
		return doubleWrapper
	case data.Boolean:
		return boolWrapper
	case data.String:
		return stringWrapper
	case data.Bytes:
		return bytesWrapper
	}
	return ""
}

// builder makes a schema.
type builder struct {
	*Settings
	source  *protofile.Source
	unnamed int // schemas without name so far
}

func (b *builder) nameOf(s *data.Schema) string {
	if s.Name() != "" {
		return s.Name()
	}
	b.unnamed++
	return defaultName + strconv.Itoa(b.unnamed)
}

func (b *builder) message(name string, s *data.Schema) (*protofile.Message, error) {
	m := &protofile.Message{Name: name}
	next := int32(1)
	for _, f := range s.Fields() {
		number, err := tag(f.Schema)
		if err != nil {
			return nil, err
		}
		if number == 0 {
			number = next
			next++
		}
		if isUnion(f.Schema) {
			err = b.union(m, f.Schema)
		} else {
			var made protofile.Field
			made, err = b.field(m, f.Schema, b.scrub(f.Name))
			made.Number = number
			m.Fields = append(m.Fields, made)
		}
		if err != nil {
			return nil, err
		}
	}
	return m, numberUnions(m)
}

// tag returns the number that a schema has for its field, 0 when it has none.
func tag(s *data.Schema) (int32, error) {
	declared, ok := s.Parameter(tagParam)
	if !ok {
		return 0, nil
	}
	n, err := text.ParseInt(declared)
	if err != nil {
		return 0, data.Fail(data.BadNumber, "For input string: %q", declared)
	}
	const last, reserved, unreserved = 1<<29 - 1, 19000, 20000
	if n < 1 || n > last || n >= reserved && n < unreserved {
		return 0, data.Fail(data.BadState, "The field number %d of parameter %s is not allowed", n, tagParam)
	}
	return n, nil
}

// numberUnions numbers the members of unions that have no number, after the last
// field, and makes sure that no two fields have the same.
func numberUnions(m *protofile.Message) error {
	seen := map[int32]string{}
	last := int32(0)
	note := func(f *protofile.Field) error {
		if other, ok := seen[f.Number]; ok {
			return data.Fail(data.BadState, "Field number %d has already been used in %q by field %q.", f.Number, m.Name, other)
		}
		seen[f.Number] = f.Name
		last = max(last, f.Number)
		return nil
	}
	var open []*protofile.Field
	for i := range m.Fields {
		if err := note(&m.Fields[i]); err != nil {
			return err
		}
	}
	for i := range m.Oneofs {
		for j := range m.Oneofs[i].Fields {
			f := &m.Oneofs[i].Fields[j]
			if f.Number == 0 {
				open = append(open, f)
			} else if err := note(f); err != nil {
				return err
			}
		}
	}
	for _, f := range open {
		last++
		f.Number = last
	}
	return nil
}

// union adds a union to a message.
func (b *builder) union(m *protofile.Message, s *data.Schema) error {
	name := ""
	if general, ok := s.Parameter(sumUnion); ok {
		name = b.unqualified(general)
	} else if len(s.Name()) > len(unionPrefix) {
		name = b.unqualified(s.Name()[len(unionPrefix):])
	}
	o := protofile.Oneof{Name: name}
	for _, f := range s.Fields() {
		if isUnion(f.Schema) || f.Schema.Type() == data.Array || f.Schema.Type() == data.MapType {
			return data.Errorf("The member %s of the union %s is a %s, which Protobuf does not allow", f.Name, name, f.Schema.Type())
		}
		number, err := tag(f.Schema)
		if err != nil {
			return err
		}
		made, err := b.field(m, f.Schema, b.scrub(f.Name))
		if err != nil {
			return err
		}
		made.Number, made.Label = number, ""
		o.Fields = append(o.Fields, made)
	}
	if len(o.Fields) > 0 { // a union without members is none
		m.Oneofs = append(m.Oneofs, o)
	}
	return nil
}

// field makes a field of a message, without number, and adds to the message what the
// field's type needs.
func (b *builder) field(m *protofile.Message, s *data.Schema, name string) (protofile.Field, error) {
	f := protofile.Field{Name: name}
	switch {
	case s.Type() == data.Array:
		f.Label = repeated
		if s = s.Value(); s == nil {
			return f, data.Errorf("The elements of array %s have no schema", name)
		}
		if s.Type() == data.Array || s.Type() == data.MapType || isUnion(s) {
			return f, data.Fail(data.BadArgument, "%s cannot be nested", nested(s))
		}
	case s.Type() == data.MapType:
		f.Label = repeated
	case b.OptionalNulls && s.Optional():
		f.Label = optional
	}
	return f, b.typed(&f, m, s)
}

func nested(s *data.Schema) string {
	switch s.Type() {
	case data.Array:
		return "Array"
	case data.MapType:
		return "Map"
	}
	return "Union"
}
