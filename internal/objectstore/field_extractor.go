package objectstore

import (
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/dateformat"
	"github.com/millrace/millrace/internal/java/text"
)

// FieldExtractor takes the time from a field of the value: milliseconds, or text
// in ISO 8601.
type FieldExtractor struct {
	field string
	path  []string
}

// NewFieldExtractor returns an extractor for a field, which may be a dotted path.
func NewFieldExtractor(field string) *FieldExtractor {
	return &FieldExtractor{field, strings.Split(field, ".")}
}

// Name returns the class of the Java connector.
func (e *FieldExtractor) Name() string { return extractorClass + "RecordFieldTimestampExtractor" }

// Extract returns the time in the field.
func (e *FieldExtractor) Extract(r *connect.Record) (int64, error) {
	switch v := r.Value.(type) {
	case *data.Struct:
		return e.fromStruct(v)
	case *data.Map:
		return e.fromMap(v)
	}
	return 0, &PartitionError{Msg: noEncoding, Err: data.Errorf("the value is neither a struct nor a map but %s", data.ClassName(r.Value))}
}

func (e *FieldExtractor) absent() error {
	return data.Errorf("The field '%s' does not exist.", e.field).
		Because(data.Errorf("Unable to find nested field '%s'", e.path[len(e.path)-1]))
}

func (e *FieldExtractor) mistyped(what string) error {
	return &PartitionError{
		Msg: "Error extracting timestamp from record field: " + e.field,
		Err: data.Errorf("the field is %s, not a number, a Timestamp or text", what),
	}
}

func (e *FieldExtractor) fromStruct(s *data.Struct) (int64, error) {
	var v any = s
	var schema *data.Schema
	for _, name := range e.path {
		inner, ok := v.(*data.Struct)
		if !ok {
			return 0, e.absent()
		}
		f, ok := inner.Schema().Field(name)
		if !ok {
			return 0, e.absent()
		}
		v, schema = inner.At(f.Index), f.Schema
	}
	if v == nil {
		return 0, e.absent()
	}
	switch schema.Name() {
	case data.TimestampName:
	case data.DateName, data.TimeName:
		return 0, data.Fail(data.BadClass, "field %s is of type %s, not a time of the calendar", e.field, schema.Name())
	default:
		if t := schema.Type(); t != data.Int32 && t != data.Int64 && t != data.String {
			return 0, e.mistyped("of type " + t.String())
		}
	}
	return e.millis(v)
}

func (e *FieldExtractor) fromMap(m *data.Map) (int64, error) {
	var v any = m
	for _, name := range e.path {
		inner, ok := v.(*data.Map)
		if !ok {
			return 0, e.absent()
		}
		if v, ok = inner.Get(name); !ok {
			return 0, e.absent()
		}
	}
	if v == nil {
		return 0, e.absent()
	}
	return e.millis(v)
}

func (e *FieldExtractor) millis(v any) (int64, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case int32:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case int8:
		return int64(v), nil
	case float64:
		return text.ToInt64(v), nil
	case float32:
		return text.ToInt64(float64(v)), nil
	case data.Instant:
		return int64(v), nil
	case string:
		if isNumber(v) {
			return text.ParseLong(v)
		}
		return dateformat.ParseISO(v)
	}
	return 0, e.mistyped(data.ClassName(v))
}

// isNumber tells whether the text is an optional minus and up to 19 digits.
func isNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return len(digits) > 0 && len(digits) <= 19 && strings.Trim(digits, "0123456789") == ""
}
