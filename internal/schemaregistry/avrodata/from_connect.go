package avrodata

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// FromConnect returns the Avro schema for a Connect schema, which is nil for values
// without schema. What Avro does not allow is an *avro.Error. The caller caches.
func (s *Settings) FromConnect(schema *data.Schema) (*avro.Schema, error) {
	if schema == nil {
		return newAnything(), nil
	}
	b := builder{Settings: s}
	out, err := b.schema(schema, false)
	if err != nil {
		return nil, err
	}
	_, err = out.Text() // two schemas of one name show only here
	return out, err
}

// builder makes one Avro schema.
type builder struct {
	*Settings
	done    []known // required schemas, which must not be declared twice
	unnamed int     // structs without name so far
	any     *avro.Schema
}

type known struct {
	from *data.Schema
	to   *avro.Schema
}

func (b *builder) anything() *avro.Schema {
	if b.any == nil {
		b.any = newAnything()
	}
	return b.any
}

// schema translates a schema. plain leaves out the union with null.
func (b *builder) schema(s *data.Schema, plain bool) (*avro.Schema, error) {
	if s == nil {
		return b.anything(), nil
	}
	if !s.Optional() && !isUnion(s) {
		for i := range b.done {
			if b.done[i].from.Equal(s) {
				return b.done[i].to, nil
			}
		}
	}
	out, err := b.base(s)
	if err != nil {
		return nil, err
	}
	if out.Type != avro.Union {
		if err := b.annotate(out, s); err != nil {
			return nil, err
		}
		if !plain {
			out = optional(s, out)
		}
	}
	if !s.Optional() {
		b.done = append(b.done, known{s, out})
	}
	return out, nil
}

func optional(s *data.Schema, base *avro.Schema) *avro.Schema {
	switch {
	case !s.Optional():
		return base
	case s.Default() != nil:
		return &avro.Schema{Type: avro.Union, Branches: []*avro.Schema{base, avro.New(avro.Null)}}
	}
	return &avro.Schema{Type: avro.Union, Branches: []*avro.Schema{avro.New(avro.Null), base}}
}

// simple are the types that need no more than their name.
func simple(t data.Type) (avro.Type, bool) {
	switch t {
	case data.Int8, data.Int16, data.Int32:
		return avro.Int, true
	case data.Int64:
		return avro.Long, true
	case data.Float32:
		return avro.Float, true
	case data.Float64:
		return avro.Double, true
	case data.Boolean:
		return avro.Boolean, true
	case data.String:
		return avro.String, true
	case data.Bytes:
		return avro.Bytes, true
	}
	return 0, false
}

func (b *builder) base(s *data.Schema) (*avro.Schema, error) {
	switch {
	case b.asEnum(s):
		return b.enum(s)
	case s.Type() == data.Bytes:
		return b.bytes(s)
	case s.Type() == data.Array:
		items, err := b.schema(s.Value(), false)
		return &avro.Schema{Type: avro.Array, Items: items}, err
	case s.Type() == data.MapType:
		return b.mapping(s)
	case s.Type() == data.StructType:
		return b.structure(s)
	}
	t, ok := simple(s.Type())
	if !ok {
		return nil, data.Errorf("Unknown schema type: %s", s.Type())
	}
	return avro.New(t), nil
}

// names returns namespace and name of a schema, made up if it has none.
func (b *builder) names(s *data.Schema) (namespace, name string) {
	if s.HasName() {
		return b.split(s.Name())
	}
	b.unnamed++
	if b.unnamed == 1 {
		return Namespace, defaultName
	}
	return Namespace, defaultName + strconv.Itoa(b.unnamed)
}

func (b *builder) enum(s *data.Schema) (*avro.Schema, error) {
	param := b.enumParameter()
	full, _ := s.Parameter(param)
	_, name := b.names(s)
	out, err := avro.NewNamed(avro.Enum, full, "")
	if err != nil {
		return nil, err
	}
	for _, p := range s.Parameters() {
		if symbol, ok := strings.CutPrefix(p.Key, param+"."); ok {
			out.Symbols = append(out.Symbols, symbol)
		}
	}
	if b.DiscardDocDefault {
		out.Doc = parameter(s, connectEnumDoc)
	} else {
		out.Doc, out.EnumDefault = parameter(s, enumDoc+name), parameter(s, enumDefault+name)
	}
	return out, avro.CheckSymbols(out)
}

func parameter(s *data.Schema, key string) *string {
	if v, ok := s.Parameter(key); ok {
		return &v
	}
	return nil
}

func (b *builder) bytes(s *data.Schema) (*avro.Schema, error) {
	out := avro.New(avro.Bytes)
	if isFixed(s) {
		size, err := number(s, fixedSize, 0)
		if err != nil {
			return nil, err
		}
		space, name := b.names(s)
		if out, err = avro.NewNamed(avro.Fixed, name, space); err != nil {
			return nil, err
		}
		out.Size = size
	}
	if !isDecimal(s) {
		return out, nil
	}
	scale, err := number(s, scaleParam, 0)
	if err != nil {
		return nil, err
	}
	precision, err := number(s, decimalPrecision, usualPrecision)
	out.Props.Add(scaleParam, strconv.Itoa(scale))
	out.Props.Add(precisionProp, strconv.Itoa(precision))
	return out, err
}

func isDecimal(s *data.Schema) bool { return s.HasName() && s.Name() == data.DecimalName }

// number returns a parameter that is a number.
func number(s *data.Schema, key string, missing int) (int, error) {
	v, ok := s.Parameter(key)
	if !ok {
		return missing, nil
	}
	n, err := text.ParseInt(v)
	if err != nil {
		return 0, data.Fail(data.BadNumber, "%s", err.Error())
	}
	return int(n), nil
}

func (b *builder) mapping(s *data.Schema) (*avro.Schema, error) {
	if s.Key() == nil {
		return nil, data.Fail(data.NullValue, "a map without key schema cannot be written as Avro")
	}
	if b.stringKeys(s.Key()) {
		values, err := b.schema(s.Value(), false)
		return &avro.Schema{Type: avro.Map, Items: values}, err
	}
	entry := &avro.Schema{Type: avro.Record, Name: mapEntry, Namespace: Namespace}
	if s.HasName() {
		space, name := b.names(s)
		var err error
		if entry, err = avro.NewNamed(avro.Record, name, space); err != nil {
			return nil, err
		}
		entry.Props.Add(connectInternal, `"`+mapEntry+`"`)
	}
	if err := b.field(entry, "key", s.Key(), nil); err != nil {
		return nil, err
	}
	err := b.field(entry, "value", s.Value(), nil)
	return &avro.Schema{Type: avro.Array, Items: entry}, err
}

func (b *builder) structure(s *data.Schema) (*avro.Schema, error) {
	if isUnion(s) {
		return b.union(s)
	}
	if s.Optional() {
		base, err := b.schema(required(s), false)
		return &avro.Schema{Type: avro.Union, Branches: []*avro.Schema{avro.New(avro.Null), base}}, err
	}
	space, name := b.names(s)
	out, err := avro.NewNamed(avro.Record, name, space)
	if err != nil {
		return nil, err
	}
	if b.DiscardDocDefault {
		out.Doc = parameter(s, connectRecordDoc)
	} else {
		out.Doc = parameter(s, recordDoc)
	}
	for _, f := range s.Fields() {
		var doc *string
		if !b.DiscardDocDefault {
			doc = parameter(s, fieldDoc+f.Name)
		}
		if err := b.field(out, b.scrub(f.Name), f.Schema, doc); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// required returns the schema without optionality. Its default stays.
func required(s *data.Schema) *data.Schema {
	if !s.Optional() {
		return s
	}
	return data.Copy(s).SetOptional(false).MustBuild()
}

func (b *builder) union(s *data.Schema) (*avro.Schema, error) {
	out := avro.New(avro.Union)
	if s.Optional() {
		out.Branches = append(out.Branches, avro.New(avro.Null))
	}
	for _, f := range s.Fields() {
		member, err := b.schema(required(f.Schema), true)
		if err != nil {
			return nil, err
		}
		out.Branches = append(out.Branches, member)
	}
	return out, nil
}

// field adds a field to a record. A default that does not fit is left out.
func (b *builder) field(record *avro.Schema, name string, s *data.Schema, doc *string) error {
	if s == nil {
		return data.Fail(data.NullValue, "field %s has no schema", name)
	}
	if err := avro.CheckName(name); err != nil {
		return err
	}
	if record.Field(name) >= 0 {
		return data.Errorf("Duplicate field %s in record %s", name, record.FullName())
	}
	out, err := b.schema(s, false)
	if err != nil {
		return err
	}
	if b.DiscardDocDefault {
		doc = nil
		if d, ok := s.Doc(); ok {
			doc = &d
		}
	}
	f := avro.Field{Name: name, Schema: out, Doc: doc}
	if s.Default() != nil {
		d, err := b.defaultOf(s, s.Default(), true)
		if err != nil {
			return err
		}
		if fitsDefault(out, d) {
			f.Default = string(d)
		}
	} else if s.Optional() {
		f.Default = "null"
	}
	record.Fields = append(record.Fields, f)
	return nil
}
