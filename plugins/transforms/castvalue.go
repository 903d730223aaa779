package transforms

import (
	"encoding/base64"
	"errors"
	"math/big"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
)

// castValue turns v, a value of schema or without one, into the target type.
func castValue(schema *data.Schema, v any, target data.Type) (any, error) {
	if v == nil {
		return nil, nil
	}
	if err := checkCastable(schema, v); err != nil {
		return nil, err
	}
	if schema != nil && target != data.String {
		var err error
		if v, err = encodeLogical(schema, v); err != nil {
			return nil, err
		}
	}
	result, err := convert(v, target)
	var bad *text.NumberFormatError
	if errors.As(err, &bad) {
		return nil, data.Errorf("Value (%s) was out of range for requested data type", v).Because(err)
	}
	return result, err
}

func checkCastable(schema *data.Schema, v any) error {
	typ, ok := data.TypeOf(v)
	if schema != nil {
		typ, ok = schema.Type(), true
	}
	if !ok {
		return unsupportedClass("Cast", v)
	}
	if typ > data.Bytes {
		return data.Errorf("Cast transformation does not support casting from %s; supported types are [%s]", typ, castableTypes(data.Bytes))
	}
	return nil
}

// encodeLogical turns dates and times into the numbers that stand for them.
func encodeLogical(s *data.Schema, v any) (any, error) {
	i, ok := v.(data.Instant)
	if !ok {
		return v, nil
	}
	switch s.Name() {
	case data.DateName:
		return box(data.EncodeDate(s, i))
	case data.TimeName:
		return box(data.EncodeTime(s, i))
	case data.TimestampName:
		return box(data.EncodeTimestamp(s, i))
	}
	return v, nil
}

// box makes a result fit a return of any.
func box[T any](v T, err error) (any, error) { return v, err }

func convert(v any, target data.Type) (any, error) {
	switch target {
	case data.Int8:
		return toInteger(v, text.ParseByte)
	case data.Int16:
		return toInteger(v, text.ParseShort)
	case data.Int32:
		return toInteger(v, text.ParseInt)
	case data.Int64:
		return toInteger(v, text.ParseLong)
	case data.Float32:
		return toFloat32(v)
	case data.Float64:
		return toFloat64(v)
	case data.Boolean:
		return toBoolean(v)
	}
	return toText(v)
}

func unexpected(v any) error {
	return data.Errorf("Unexpected type in Cast transformation: class %s", data.ClassName(v))
}

// toInteger narrows numbers as Java does and reads texts with parse.
func toInteger[T int8 | int16 | int32 | int64](v any, parse func(string) (T, error)) (any, error) {
	if s, ok := v.(string); ok {
		return box(parse(s))
	}
	var wide bool
	switch any(T(0)).(type) {
	case int64:
		wide = true
	}
	n, ok := integerOf(v, wide)
	if !ok {
		return nil, unexpected(v)
	}
	return T(n), nil
}

// integerOf is Number.longValue when wide, else Number.intValue; they differ for
// floating point numbers beyond the range. A boolean is 1 or 0.
func integerOf(v any, wide bool) (int64, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case int8:
		return int64(v), true
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case float32:
		return narrow(float64(v), wide), true
	case float64:
		return narrow(v, wide), true
	case data.Decimal:
		return integerPart(v), true
	}
	return 0, false
}

func narrow(f float64, wide bool) int64 {
	if wide {
		return text.ToInt64(f)
	}
	return int64(text.ToInt32(f))
}

// integerPart is BigDecimal.longValue: the low 64 bits of the integer part. The
// scale comes from outside, so powers of ten that cannot matter are not computed.
func integerPart(d data.Decimal) int64 {
	n := new(big.Int).Set(d.Unscaled)
	switch {
	case d.Scale <= -64, int64(d.Scale) > int64(n.BitLen()):
		return 0
	case d.Scale < 0:
		n.Mul(n, powerOfTen(-d.Scale))
	case d.Scale > 0:
		n.Quo(n, powerOfTen(d.Scale))
	}
	low := new(big.Int).SetUint64(1<<64 - 1)
	return int64(low.And(low, n).Uint64())
}

func powerOfTen(n int32) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

func toFloat32(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return box(text.ParseFloat(v))
	case float32:
		return v, nil
	case float64:
		return float32(v), nil
	case data.Decimal:
		f, _ := strconv.ParseFloat(v.String(), 32) // beyond the range it is infinite, as in Java
		return float32(f), nil
	}
	n, ok := integerOf(v, true)
	if !ok {
		return nil, unexpected(v)
	}
	return float32(n), nil
}

func toFloat64(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return box(text.ParseDouble(v))
	case float32:
		return float64(v), nil
	case float64:
		return v, nil
	case data.Decimal:
		f, _ := strconv.ParseFloat(v.String(), 64)
		return f, nil
	}
	n, ok := integerOf(v, true)
	if !ok {
		return nil, unexpected(v)
	}
	return float64(n), nil
}

func toBoolean(v any) (any, error) {
	if s, ok := v.(string); ok {
		return strings.EqualFold(s, "true"), nil
	}
	n, ok := integerOf(v, true)
	if !ok {
		return nil, unexpected(v)
	}
	return n != 0, nil
}

func toText(v any) (any, error) {
	switch v := v.(type) {
	case data.Instant:
		return data.ConvertToString(nil, v)
	case []byte:
		return base64.StdEncoding.EncodeToString(v), nil
	}
	return data.Text(v), nil
}
