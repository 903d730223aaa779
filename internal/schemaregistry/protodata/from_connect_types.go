package protodata

import (
	"fmt"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/schemaregistry/protofile"
)

// typed gives a field its type.
func (b *builder) typed(f *protofile.Field, m *protofile.Message, s *data.Schema) (err error) {
	if logical := logicalType(s); logical != "" {
		b.logical(f, s, logical)
		return nil
	}
	if param, enum := b.enumOf(s); enum != "" {
		return b.enum(f, m, s, param, enum)
	}
	switch s.Type() {
	case data.MapType:
		f.Type = entryName(b.unqualified(b.nameOf(s)))
		var entry *protofile.Message
		if entry, err = b.entry(f.Type, s); err == nil {
			m.Nested = append(m.Nested, entry)
		}
	case data.StructType:
		f.Type = b.unqualified(b.nameOf(s))
		if f.Type == f.Name {
			f.Type += "Message" // a field and a message cannot have the same name
		}
		if f.Type == m.Name || m.Has(f.Type) {
			return nil
		}
		var inner *protofile.Message
		if inner, err = b.message(f.Type, s); err == nil {
			m.Nested = append(m.Nested, inner)
		}
	default:
		b.scalar(f, s)
	}
	return err
}

func (b *builder) logical(f *protofile.Field, s *data.Schema, logical string) {
	f.Type = logical
	switch logical {
	case decimalType:
		b.source.Add(protofile.Decimal)
		if precision, ok := s.Parameter(decimalPrecision); ok {
			f.Params = append(f.Params, protofile.Param{Key: precisionParam, Value: precision})
		}
		if scale, ok := s.Parameter(scaleParam); ok {
			f.Params = append(f.Params, protofile.Param{Key: scaleParam, Value: scale})
		}
	case dateType:
		b.source.Add(protofile.Date)
	case timeType:
		b.source.Add(protofile.TimeOfDay)
	case timestampType:
		b.source.Add(protofile.Timestamp)
	}
}

// entry makes the message for the entries of a map.
func (b *builder) entry(name string, s *data.Schema) (*protofile.Message, error) {
	m := &protofile.Message{Name: name}
	for i, part := range []*data.Schema{s.Key(), s.Value()} {
		if part == nil || isUnion(part) {
			return nil, data.Errorf("The keys or values of map %s have no schema that Protobuf allows", name)
		}
		f, err := b.field(m, part, [...]string{keyField, valueField}[i])
		if err != nil {
			return nil, err
		}
		f.Number = int32(i + 1)
		f.Params = nil
		m.Fields = append(m.Fields, f)
	}
	return m, nil
}

func (b *builder) enum(f *protofile.Field, m *protofile.Message, s *data.Schema, param, name string) error {
	f.Type = b.unqualified(name)
	if m.HasEnum(f.Type) {
		return nil
	}
	e := protofile.Enum{Name: f.Type}
	values, err := symbols(s, param)
	for _, v := range values {
		e.Values = append(e.Values, protofile.EnumValue{Name: v.name, Number: v.number})
	}
	if err == nil && len(e.Values) == 0 {
		err = data.Fail(data.BadState, "Enums must contain at least one value.")
	}
	m.Enums = append(m.Enums, e)
	return err
}

// symbol is a value of an enum.
type symbol struct {
	name   string
	number int32
}

// symbols returns the values of the enum that a schema stands for.
func symbols(s *data.Schema, param string) ([]symbol, error) {
	var all []symbol
	for _, p := range s.Parameters() {
		if len(p.Key) <= len(param) || p.Key[:len(param)] != param || p.Key[len(param)] != '.' {
			continue
		}
		n, err := text.ParseInt(p.Value)
		if err != nil {
			return nil, data.Fail(data.BadNumber, "For input string: %q", p.Value).Because(fmt.Errorf("read parameter %s: %w", p.Key, err))
		}
		all = append(all, symbol{p.Key[len(param)+1:], n})
	}
	return all, nil
}

// scalar gives a field the type of a primitive, or of its wrapper.
func (b *builder) scalar(f *protofile.Field, s *data.Schema) {
	wrapped := b.WrapNulls && s.Optional()
	f.Type = scalarOf(s)
	if wrapped {
		f.Type = wrapperFor(s, f.Type)
		b.source.Add(protofile.Wrappers)
	}
	switch s.Type() {
	case data.Int8:
		f.Params = []protofile.Param{{Key: connectType, Value: connectInt8}}
	case data.Int16:
		f.Params = []protofile.Param{{Key: connectType, Value: connectInt16}}
	}
}

// scalarOf returns Protobuf's type for a primitive.
func scalarOf(s *data.Schema) string {
	switch s.Type() {
	case data.Int8, data.Int16:
		return "int32"
	case data.Int32, data.Int64:
		if declared, ok := s.Parameter(typeParam); ok {
			return declared
		}
		return s.Type().Name()
	case data.Float32:
		return "float"
	case data.Float64:
		return "double"
	case data.Boolean:
		return "bool"
	}
	return s.Type().Name() // string, bytes
}

func wrapperFor(s *data.Schema, scalar string) string {
	if s.Type() == data.Int64 {
		switch scalar {
		case "uint32", "fixed32":
			return uint32Wrapper
		case "uint64", "fixed64":
			return uint64Wrapper
		}
	}
	return wrapperOf(s)
}
