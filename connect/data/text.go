package data

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/millrace/millrace/internal/java/dateformat"
	"github.com/millrace/millrace/internal/java/text"
)

// Text returns what String.valueOf gives for the value in Java: StringConverter,
// FileStreamSink and error texts use it.
func Text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return string(AppendText(nil, v))
}

// AppendText appends Text(v) to dst.
func AppendText(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return append(dst, v...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int8:
		return strconv.AppendInt(dst, int64(v), 10)
	case int16:
		return strconv.AppendInt(dst, int64(v), 10)
	case int32:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float32:
		return text.AppendFloat(dst, v)
	case float64:
		return text.AppendDouble(dst, v)
	}
	return appendObjectText(dst, v)
}

func appendObjectText(dst []byte, v any) []byte {
	switch v := v.(type) {
	case []byte:
		// Java prints the array's identity; there is none to print here.
		return fmt.Appendf(dst, "[B@%x", len(v))
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = AppendText(dst, e)
		}
		return append(dst, ']')
	case *Map:
		return v.appendText(dst)
	case *Struct:
		return v.appendText(dst)
	case Decimal:
		return text.AppendDecimal(dst, v.Unscaled, v.Scale)
	case Instant:
		return dateformat.AppendDate(dst, int64(v))
	case *big.Int:
		return v.Append(dst, 10)
	}
	return fmt.Append(dst, v)
}

// String returns BigDecimal.toString: 1.50, 1E+3.
func (d Decimal) String() string { return string(text.AppendDecimal(nil, d.Unscaled, d.Scale)) }
