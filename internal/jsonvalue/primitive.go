package jsonvalue

import (
	"math/big"
	"slices"
	"strconv"

	"github.com/millrace/millrace/connect/data"
	javatext "github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
)

// ReadNumber reads the number at i as a value of a numeric or the boolean type, and
// returns its end.
func ReadNumber(src []byte, i int, t data.Type) (v any, end int, err error) {
	end, kind, _, err := jsontext.ScanNumber(src, i)
	if err != nil {
		return nil, end, err
	}
	number := src[i:end]
	switch t {
	case data.Float64:
		return jsontext.Double(number), end, nil
	case data.Float32:
		return jsontext.Float(number), end, nil
	case data.Boolean:
		return false, end, nil
	}
	n := int64(0)
	if kind == jsontext.Whole {
		n = jsontext.Long(number)
	} else {
		n = truncated(number)
	}
	switch t {
	case data.Int8:
		return int8(n), end, nil
	case data.Int16:
		return int16(n), end, nil
	case data.Int32:
		return int32(n), end, nil
	}
	return n, end, nil
}

// truncated returns a number with fraction or exponent as BigDecimal.longValue
// does: the low 64 bits of its whole part.
func truncated(number []byte) int64 {
	n, scale, err := javatext.ParseDecimal(string(number))
	if err != nil {
		return 0
	}
	switch digits := len(number); {
	case n.Sign() == 0 || int(scale) > digits || scale <= -64:
		return 0
	case scale > 0:
		n.Quo(n, power(int64(scale)))
	default:
		n.Mul(n, power(-int64(scale)))
	}
	low := new(big.Int).And(n, new(big.Int).SetUint64(1<<64-1))
	return int64(low.Uint64())
}

func power(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }

// Zero is what a numeric type makes of a value that is no number; the boolean type
// makes yes of it.
func Zero(t data.Type, yes bool) any {
	switch t {
	case data.Int8:
		return int8(0)
	case data.Int16:
		return int16(0)
	case data.Int32:
		return int32(0)
	case data.Int64:
		return int64(0)
	case data.Float32:
		return float32(0)
	case data.Float64:
		return float64(0)
	}
	return yes
}

// AppendPrimitive appends a value, which is not null, of a primitive type.
func AppendPrimitive(dst []byte, t data.Type, v any) ([]byte, error) {
	switch t {
	case data.String:
		if s, ok := v.(string); ok {
			return jsontext.AppendQuoted(dst, s), nil
		}
	case data.Int64:
		if n, ok := v.(int64); ok {
			return strconv.AppendInt(dst, n, 10), nil
		}
	case data.Int32:
		if n, ok := v.(int32); ok {
			return strconv.AppendInt(dst, int64(n), 10), nil
		}
	case data.Float64:
		if f, ok := v.(float64); ok {
			return jsontext.AppendDouble(dst, f), nil
		}
	case data.Boolean:
		if b, ok := v.(bool); ok {
			return strconv.AppendBool(dst, b), nil
		}
	case data.Int8:
		if n, ok := v.(int8); ok {
			return strconv.AppendInt(dst, int64(n), 10), nil
		}
	case data.Int16:
		if n, ok := v.(int16); ok {
			return strconv.AppendInt(dst, int64(n), 10), nil
		}
	case data.Float32:
		if f, ok := v.(float32); ok {
			return jsontext.AppendFloat(dst, f), nil
		}
	case data.Bytes:
		if raw, ok := v.([]byte); ok {
			return data.AppendBase64(dst, raw), nil
		}
		return dst, data.Errorf("Invalid type for bytes type: class %s", data.ClassName(v))
	}
	return dst, WrongType(t, v)
}

// WrongType reports a value that is not of its schema's type.
func WrongType(t data.Type, v any) error {
	return data.Errorf("Invalid type for %s: class %s", t, data.ClassName(v))
}

// Renewed returns a default that belongs to the record alone, parts aside.
func Renewed(def any) any {
	switch v := def.(type) {
	case *data.Struct:
		return data.StructOf(v.Schema(), slices.Clone(v.Slots()))
	case *data.Map:
		return v.Copy()
	case []any:
		return slices.Clone(v)
	}
	return def
}
