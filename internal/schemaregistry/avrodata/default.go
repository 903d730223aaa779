package avrodata

import (
	"strconv"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// defaultOf returns a default value as the JSON text that Avro has for it. Those of
// fields are widened: a float is written there as the double that it is.
func (s *Settings) defaultOf(schema *data.Schema, value any, widen bool) ([]byte, error) {
	d := defaults{s, widen}
	return d.append(nil, schema, value)
}

type defaults struct {
	*Settings
	widen bool
}

func (d *defaults) append(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	if value == nil {
		return append(dst, "null"...), nil
	}
	if schema == nil {
		return nil, data.Fail(data.NullValue, "a default value without schema")
	}
	value, err := unwrap(schema, value)
	if err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case int8:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int16:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int32:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float32:
		if d.widen {
			return jsontext.AppendDouble(dst, float64(v)), nil
		}
		return jsontext.AppendFloat(dst, v), nil
	case float64:
		return jsontext.AppendDouble(dst, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return jsontext.AppendQuoted(dst, v), nil
	case []byte:
		return jsontext.AppendQuoted(dst, latin1(v)), nil
	case []any:
		return d.list(dst, schema, v)
	case *data.Map:
		return d.mapping(dst, schema, v)
	case *data.Struct:
		return d.structure(dst, schema, v)
	}
	return nil, data.Errorf("Invalid type used for default value of %s field: class %s", schema.Type(), data.ClassName(value))
}

// latin1 is the text with one character for each byte.
func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

func (d *defaults) list(dst []byte, schema *data.Schema, list []any) ([]byte, error) {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = d.append(dst, schema.Value(), e); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func (d *defaults) mapping(dst []byte, schema *data.Schema, m *data.Map) ([]byte, error) {
	object := d.stringKeys(schema.Key())
	open, between, end := byte('['), byte(','), byte(']')
	if object {
		open, between, end = '{', ':', '}'
	}
	dst = append(dst, open)
	first := true
	for k, v := range m.All() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if !object {
			dst = append(dst, '[')
		}
		var err error
		if dst, err = d.append(dst, schema.Key(), k); err != nil {
			return nil, err
		}
		if dst, err = d.append(append(dst, between), schema.Value(), v); err != nil {
			return nil, err
		}
		if !object {
			dst = append(dst, ']')
		}
	}
	return append(dst, end), nil
}

func (d *defaults) structure(dst []byte, schema *data.Schema, s *data.Struct) ([]byte, error) {
	union := isUnion(schema)
	if !union {
		dst = append(dst, '{')
	}
	for i, f := range schema.Fields() {
		if !union {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(jsontext.AppendQuoted(dst, d.scrub(f.Name)), ':')
		}
		var err error
		dst, err = d.append(dst, f.Schema, s.At(i))
		if err != nil || union {
			// The default of a union is one of its first member.
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// fitsDefault tells whether Avro takes a default.
func fitsDefault(s *avro.Schema, d []byte) bool {
	_, at, err := jsontext.Check(d)
	return err == nil && fitsNode(s, jsontext.Parse(d, at))
}

func fitsNode(s *avro.Schema, n *jsontext.Node) bool {
	if n == nil {
		return false
	}
	switch s.Type {
	case avro.Null:
		return n.Kind == jsontext.Null
	case avro.Boolean:
		return n.Kind == jsontext.True || n.Kind == jsontext.False
	case avro.Int:
		_, ok := jsontext.Fits(n.Text)
		return n.Kind == jsontext.Whole && ok
	case avro.Long:
		_, err := text.ParseLong(string(n.Text))
		return n.Kind == jsontext.Whole && err == nil
	case avro.Float, avro.Double:
		// In Java, NaN and infinities are numbers until they are printed.
		return n.Kind == jsontext.Whole || n.Kind == jsontext.Fraction ||
			n.Kind == jsontext.Text && (n.Str == "NaN" || n.Str == "Infinity" || n.Str == "-Infinity")
	case avro.String, avro.Bytes, avro.Enum, avro.Fixed:
		return n.Kind == jsontext.Text
	}
	return fitsParts(s, n)
}

func fitsParts(s *avro.Schema, n *jsontext.Node) bool {
	switch s.Type {
	case avro.Array, avro.Map:
		for _, m := range n.Members {
			if !fitsNode(s.Items, m.Node) {
				return false
			}
		}
		return (n.Kind == jsontext.List) == (s.Type == avro.Array) && (n.Kind == jsontext.List || n.Kind == jsontext.Object)
	case avro.Union:
		for _, b := range s.Branches {
			if fitsNode(b, n) {
				return true
			}
		}
		return false
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if n.Get(f.Name) == nil && f.Default == "" || n.Get(f.Name) != nil && !fitsNode(f.Schema, n.Get(f.Name)) {
			return false
		}
	}
	return n.Kind == jsontext.Object
}

// unwrap returns what a value of a logical type is written as.
func unwrap(schema *data.Schema, value any) (any, error) {
	if !schema.HasName() {
		return value, nil
	}
	switch schema.Name() {
	case data.DecimalName:
		v, ok := value.(data.Decimal)
		if !ok {
			return nil, data.Errorf("Invalid type for Decimal, expected BigDecimal but was class %s", data.ClassName(value))
		}
		return data.EncodeDecimal(schema, v)
	case data.DateName:
		return unwrapInstant(schema, value, "Date")
	case data.TimeName:
		return unwrapInstant(schema, value, "Time")
	case data.TimestampName:
		return unwrapInstant(schema, value, "Timestamp")
	}
	return value, nil
}

func unwrapInstant(schema *data.Schema, value any, kind string) (any, error) {
	v, ok := value.(data.Instant)
	switch {
	case !ok:
		return nil, data.Errorf("Invalid type for %s, expected Date but was class %s", kind, data.ClassName(value))
	case kind == "Date":
		return data.EncodeDate(schema, v)
	case kind == "Time":
		return data.EncodeTime(schema, v)
	}
	return data.EncodeTimestamp(schema, v)
}
