package jsonconverter

import (
	"strconv"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// schema appends the JSON of a plan's schema, null for nil. A struct's field has
// its name at the end.
func (e *encoder) schema(dst []byte, p *plan, fieldName *string) (_ []byte, err error) {
	if p == nil {
		return append(dst, "null"...), nil
	}
	dst = append(append(append(dst, `{"type":"`...), typeName(p.schema.Type())...), '"')
	if dst, err = e.schemaParts(dst, p); err != nil {
		return dst, err
	}
	dst = strconv.AppendBool(append(dst, `,"optional":`...), p.optional)
	dst = appendProperties(dst, p.schema)
	if def := p.schema.Default(); def != nil {
		if dst, err = e.value(append(dst, `,"default":`...), p, def); err != nil {
			return dst, err
		}
	}
	if fieldName != nil {
		dst = jsontext.AppendQuoted(append(dst, `,"field":`...), *fieldName)
	}
	return append(dst, '}'), nil
}

func typeName(t data.Type) string {
	switch t {
	case data.Float32:
		return "float"
	case data.Float64:
		return "double"
	}
	return t.Name()
}

func (e *encoder) schemaParts(dst []byte, p *plan) (_ []byte, err error) {
	switch p.schema.Type() {
	case data.Array:
		return e.schema(append(dst, `,"items":`...), p.elem, nil)
	case data.MapType:
		if dst, err = e.schema(append(dst, `,"keys":`...), p.key, nil); err != nil {
			return dst, err
		}
		return e.schema(append(dst, `,"values":`...), p.elem, nil)
	case data.StructType:
		dst = append(dst, `,"fields":[`...)
		for i := range p.fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = e.schema(dst, p.fields[i].plan, &p.fields[i].name); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	}
	return dst, nil
}

func appendProperties(dst []byte, s *data.Schema) []byte {
	if s.HasName() {
		dst = jsontext.AppendQuoted(append(dst, `,"name":`...), s.Name())
	}
	if version, ok := s.Version(); ok {
		dst = strconv.AppendInt(append(dst, `,"version":`...), int64(version), 10)
	}
	if doc, ok := s.Doc(); ok {
		dst = jsontext.AppendQuoted(append(dst, `,"doc":`...), doc)
	}
	if s.Parameters() == nil {
		return dst
	}
	dst = append(dst, `,"parameters":{`...)
	for i, p := range s.Parameters() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendQuoted(dst, p.Key), ':')
		dst = jsontext.AppendQuoted(dst, p.Value)
	}
	return append(dst, '}')
}
