package objectstore

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
)

// structJSON writes values with a schema as JsonConverter does without its
// envelope.
type structJSON struct{ numericDecimals bool }

func (j structJSON) append(dst []byte, s *data.Schema, v any) ([]byte, error) {
	if v == nil {
		return j.appendNull(dst, s)
	}
	if s == nil {
		return data.AppendJSON(dst, v)
	}
	switch v := v.(type) {
	case *data.Struct:
		return j.appendStruct(dst, v)
	case []any:
		return j.appendList(dst, s.Value(), v)
	case *data.Map:
		return j.appendMap(dst, s, v)
	case data.Decimal, data.Instant:
		return jsonvalue.LogicalOf(s).Append(dst, s, v, j.numericDecimals)
	case string:
		return jsontext.AppendQuoted(dst, v), nil
	}
	return data.AppendJSON(dst, v)
}

// appendNull appends the default in place of null, as JsonConverter does unless
// told otherwise.
func (j structJSON) appendNull(dst []byte, s *data.Schema) ([]byte, error) {
	switch {
	case s == nil:
	case s.Default() != nil:
		return j.append(dst, s, s.Default())
	case !s.Optional():
		return dst, data.Errorf("Conversion error: null value for field that is required and has no default value")
	}
	return append(dst, "null"...), nil
}

func (j structJSON) appendStruct(dst []byte, v *data.Struct) (_ []byte, err error) {
	slots := v.Slots()
	dst = append(dst, '{')
	for i, f := range v.Schema().Fields() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendQuoted(dst, f.Name), ':')
		if dst, err = j.append(dst, f.Schema, slots[i]); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func (j structJSON) appendList(dst []byte, s *data.Schema, list []any) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = j.append(dst, s, e); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (j structJSON) appendMap(dst []byte, s *data.Schema, m *data.Map) (_ []byte, err error) {
	if s.Key() != nil && s.Key().Type() == data.String && m.StringKeys() {
		return m.AppendJSON(dst, func(dst []byte, v any) ([]byte, error) { return j.append(dst, s.Value(), v) })
	}
	dst = append(dst, '[')
	first := true
	for k, v := range m.All() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if dst, err = j.append(append(dst, '['), s.Key(), k); err != nil {
			return dst, err
		}
		if dst, err = j.append(append(dst, ','), s.Value(), v); err != nil {
			return dst, err
		}
		dst = append(dst, ']')
	}
	return append(dst, ']'), nil
}
