package data

import (
	"math/big"

	"github.com/millrace/millrace/internal/java/text"
)

// The functions ConvertTo… return v as a value of another type, as Connect's Values
// does: numbers are cut to size, texts are read by ParseString, Instants of a
// logical type become numbers. from is v's schema, or nil. The result is nil for
// nil, where the target allows null.

// ConvertToBoolean returns a bool: false for numbers whose whole part is 0.
func ConvertToBoolean(from *Schema, v any) (any, error) {
	return convertTo(OptionalBooleanSchema, from, v)
}

// ConvertToByte returns an int8.
func ConvertToByte(from *Schema, v any) (any, error) { return convertTo(OptionalInt8Schema, from, v) }

// ConvertToShort returns an int16.
func ConvertToShort(from *Schema, v any) (any, error) { return convertTo(OptionalInt16Schema, from, v) }

// ConvertToInteger returns an int32.
func ConvertToInteger(from *Schema, v any) (any, error) {
	return convertTo(OptionalInt32Schema, from, v)
}

// ConvertToLong returns an int64.
func ConvertToLong(from *Schema, v any) (any, error) { return convertTo(OptionalInt64Schema, from, v) }

// ConvertToFloat returns a float32.
func ConvertToFloat(from *Schema, v any) (any, error) {
	return convertTo(OptionalFloat32Schema, from, v)
}

// ConvertToDouble returns a float64.
func ConvertToDouble(from *Schema, v any) (any, error) {
	return convertTo(OptionalFloat64Schema, from, v)
}

// ConvertToString returns a string: see AppendString.
func ConvertToString(from *Schema, v any) (any, error) {
	return convertTo(OptionalStringSchema, from, v)
}

// ConvertToList returns a []any; texts are parsed.
func ConvertToList(from *Schema, v any) (any, error) { return convertTo(arrayOfNull, from, v) }

// ConvertToMap returns a *Map; texts are parsed.
func ConvertToMap(from *Schema, v any) (any, error) { return convertTo(mapOfNull, from, v) }

// ConvertToStruct returns a *Struct, which v must be.
func ConvertToStruct(from *Schema, v any) (any, error) { return convertTo(anyStruct, from, v) }

var anyStruct = NewStructBuilder().MustBuild()

// ConvertToDate returns an Instant; numbers are days.
func ConvertToDate(from *Schema, v any) (any, error) { return convertTo(DateSchema, from, v) }

// ConvertToTime returns an Instant; numbers are milliseconds of a day.
func ConvertToTime(from *Schema, v any) (any, error) { return convertTo(TimeSchema, from, v) }

// ConvertToTimestamp returns an Instant; numbers are milliseconds.
func ConvertToTimestamp(from *Schema, v any) (any, error) {
	return convertTo(TimestampSchema, from, v)
}

// ConvertToDecimal returns a Decimal. Bytes are read at the given scale; other
// values keep theirs.
func ConvertToDecimal(from *Schema, v any, scale int32) (any, error) {
	s, err := NewDecimalSchema(scale).Build()
	if err != nil {
		return nil, err
	}
	return convertTo(s, from, v)
}

func convertTo(to, from *Schema, v any) (any, error) {
	if v == nil {
		if to.optional {
			return nil, nil
		}
		return nil, Errorf("Unable to convert a null value to a schema that requires a value")
	}
	switch to.typ {
	case String:
		return convertToString(v)
	case Boolean:
		return convertToBoolean(from, v)
	case Bytes:
		return convertToBytes(to, v)
	case Array, MapType:
		return convertToCollection(to, v)
	case StructType:
		if s, ok := v.(*Struct); ok {
			return s, nil
		}
		return nil, unable(v, to.String(), nil)
	}
	return convertToNumber(to, from, v)
}

func unable(v any, to string, cause error) error {
	if v == nil {
		return Fail(NullValue, "no value to convert to %s", to)
	}
	return Errorf("Unable to convert %s (class %s) to %s", Text(v), ClassName(v), to).Because(cause)
}

func convertToString(v any) (any, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	b, err := AppendString(nil, v)
	if err != nil {
		return nil, err
	}
	return string(b), nil
}

func convertToBoolean(from *Schema, v any) (any, error) {
	switch b := v.(type) {
	case bool:
		return b, nil
	case string:
		_, parsed := ParseString(b)
		if parsed == nil {
			return nil, unable(nil, OptionalBooleanSchema.String(), nil)
		}
		if yes, ok := parsed.(bool); ok {
			return yes, nil
		}
	}
	n, err := asLong(from, v)
	return n != 0, err
}

func convertToCollection(to *Schema, v any) (any, error) {
	if s, ok := v.(string); ok {
		_, v = ParseString(s)
	}
	switch v.(type) {
	case []any:
		if to.typ == Array {
			return v, nil
		}
	case *Map:
		if to.typ == MapType {
			return v, nil
		}
	}
	return nil, unable(v, to.String(), nil)
}

func convertToBytes(to *Schema, v any) (any, error) {
	if to.Name() == DecimalName {
		if d, ok, err := convertToDecimal(to, v); ok {
			return d, err
		}
	}
	switch b := v.(type) {
	case []byte:
		return b, nil
	case Decimal:
		return EncodeDecimal(to, b)
	}
	return nil, unable(v, to.String(), nil)
}

func convertToDecimal(to *Schema, v any) (d any, known bool, err error) {
	switch v := v.(type) {
	case Decimal:
		return v, true, nil
	case []byte:
		d, err := DecodeDecimal(to, v)
		return d, true, err
	case string:
		d, err := parseDecimal(v)
		return d, true, err
	}
	f, ok := toDouble(v)
	if !ok {
		return nil, false, nil
	}
	// As BigDecimal.valueOf: by way of the text, so 2 becomes 2.0.
	d, err = parseDecimal(text.Double(f))
	return d, true, err
}

func parseDecimal(s string) (any, error) {
	if len(s) > maxNumberText {
		return nil, Fail(BadNumber, "number of %d characters is too long", len(s))
	}
	unscaled, scale, err := text.ParseDecimal(s)
	if err != nil {
		return nil, Fail(BadNumber, "%s", err.Error())
	}
	return Decimal{unscaled, scale}, nil
}

func convertToNumber(to, from *Schema, v any) (any, error) {
	switch to.Name() {
	case DateName, TimeName, TimestampName:
		return convertToInstant(to, from, v)
	}
	if to.typ == Float32 || to.typ == Float64 {
		f, err := asDouble(from, v)
		if err != nil {
			return nil, err
		}
		return narrow(f, to.typ), nil
	}
	n, err := asLong(from, v)
	if err != nil {
		return nil, err
	}
	return narrow(n, to.typ), nil
}

// narrow is Java's cast of a number to a number type.
func narrow(v any, to Type) any {
	switch to {
	case Float32:
		if n, ok := v.(int64); ok {
			return float32(n)
		}
		f, _ := toDouble(v)
		return float32(f)
	case Float64:
		f, _ := toDouble(v)
		return f
	}
	n, _ := toLong(v)
	switch to {
	case Int8:
		return int8(n)
	case Int16:
		return int16(n)
	case Int32:
		return int32(n)
	}
	return n
}

// toLong is Number.longValue.
func toLong(v any) (int64, bool) {
	switch v := v.(type) {
	case int8:
		return int64(v), true
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case float32:
		return text.ToInt64(float64(v)), true
	case float64:
		return text.ToInt64(v), true
	case Decimal:
		return v.truncate(), true
	case *big.Int:
		return lowBits(v), true
	}
	return 0, false
}

// toDouble is Number.doubleValue.
func toDouble(v any) (float64, bool) {
	switch v := v.(type) {
	case float32:
		return float64(v), true
	case float64:
		return v, true
	case Decimal:
		return v.float(64), true
	case *big.Int:
		return Decimal{Unscaled: v}.float(64), true
	}
	n, ok := toLong(v)
	return float64(n), ok
}
