package objectstore

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// FieldPartitioner partitions by fields of the value: name=value for each.
type FieldPartitioner struct {
	fields    []string
	directory string

	schema *data.Schema // of the last record, and where its fields are
	places []fieldPlace
}

// fieldPlace is where in a struct a field is, step by step.
type fieldPlace struct {
	indexes []int
	schema  *data.Schema
}

// NewFieldPartitioner returns a partitioner by fields, which may be dotted paths.
func NewFieldPartitioner(fields []string, directory string) *FieldPartitioner {
	return &FieldPartitioner{fields: fields, directory: directory}
}

// Append appends a=1/b=x.
func (p *FieldPartitioner) Append(dst []byte, r *connect.Record, _ int64) (_ []byte, err error) {
	s, ok := r.Value.(*data.Struct)
	if !ok {
		return dst, &PartitionError{Msg: noEncoding, Err: data.Errorf("the value is not a struct but %s", data.ClassName(r.Value))}
	}
	if s.Schema() != p.schema {
		if err := p.locate(s.Schema()); err != nil {
			return dst, err
		}
	}
	for i, place := range p.places {
		if i > 0 {
			dst = append(dst, p.directory...)
		}
		dst = append(append(dst, p.fields[i]...), '=')
		if dst, err = place.append(dst, p.fields[i], s); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// locate finds the fields in a schema.
func (p *FieldPartitioner) locate(schema *data.Schema) error {
	places := make([]fieldPlace, len(p.fields))
	for i, path := range p.fields {
		place, err := findField(schema, path)
		if err != nil {
			return err
		}
		places[i] = place
	}
	p.schema, p.places = schema, places
	return nil
}

func findField(schema *data.Schema, path string) (fieldPlace, error) {
	place := fieldPlace{schema: schema}
	for name := range strings.SplitSeq(path, ".") {
		if place.schema.Type() != data.StructType {
			return place, data.Errorf("Unable to get field '%s' from schema %s.", path, schema)
		}
		i, ok := place.schema.FieldIndex(name)
		if !ok {
			return place, data.Errorf("Field '%s' is not present in the schema.", path)
		}
		place.indexes = append(place.indexes, i)
		place.schema = place.schema.Fields()[i].Schema
	}
	return place, nil
}

func (p *fieldPlace) append(dst []byte, path string, s *data.Struct) ([]byte, error) {
	var v any = s
	for _, i := range p.indexes {
		inner, ok := v.(*data.Struct)
		if !ok {
			v = nil
			break
		}
		v = inner.At(i)
	}
	if !fitsPath(p.schema.Type()) {
		return dst, &PartitionError{Msg: noEncoding, Err: data.Errorf("field %s is of type %s", path, p.schema.Type())}
	}
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return append(dst, v...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case data.Instant:
		return dst, data.Fail(data.BadClass, "field %s is of type %s, which FieldPartitioner cannot write", path, p.schema.Name())
	}
	return data.AppendText(dst, v), nil
}

func fitsPath(t data.Type) bool {
	return t <= data.Int64 || t == data.String || t == data.Boolean
}
