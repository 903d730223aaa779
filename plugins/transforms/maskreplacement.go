package transforms

import (
	"math/big"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
)

// replacement is the text that masks fields, and what it is as a number of each
// type. It is converted once; an error shows when such a field is masked.
type replacement struct {
	text                      any
	int8, int16, int32, int64 converted
	float32, float64          converted
	decimal, integer          converted
}

type converted struct {
	value any
	err   error
}

func newReplacement(s string) *replacement {
	return &replacement{
		text:    s,
		int8:    keep(data.ConvertToByte(nil, s)),
		int16:   keep(data.ConvertToShort(nil, s)),
		int32:   keep(data.ConvertToInteger(nil, s)),
		int64:   keep(data.ConvertToLong(nil, s)),
		float32: keep(data.ConvertToFloat(nil, s)),
		float64: keep(data.ConvertToDouble(nil, s)),
		decimal: keep(decimalOf(s)),
		integer: keep(bigIntegerOf(s)),
	}
}

func keep[T any](v T, err error) converted { return converted{v, err} }

func decimalOf(s string) (data.Decimal, error) {
	unscaled, scale, err := text.ParseDecimal(s)
	if err != nil {
		return data.Decimal{}, notANumber(s, err)
	}
	return data.Decimal{Unscaled: unscaled, Scale: scale}, nil
}

func bigIntegerOf(s string) (*big.Int, error) {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return nil, notANumber(s, nil)
	}
	return n, nil
}

func notANumber(s string, cause error) error {
	return data.Errorf("Unable to convert %s (class java.lang.String) to number", s).Because(cause)
}

// mask returns the replacement in v's own type.
func (r *replacement) mask(v any) (any, error) {
	switch v.(type) {
	case nil:
		return nil, nil
	case string:
		return r.text, nil
	case int8:
		return r.int8.value, r.int8.err
	case int16:
		return r.int16.value, r.int16.err
	case int32:
		return r.int32.value, r.int32.err
	case int64:
		return r.int64.value, r.int64.err
	case float32:
		return r.float32.value, r.float32.err
	case float64:
		return r.float64.value, r.float64.err
	case data.Decimal:
		return r.decimal.value, r.decimal.err
	case *big.Int:
		return r.integer.value, r.integer.err
	}
	return nil, data.Errorf("Cannot mask value of type class %s with custom replacement.", data.ClassName(v))
}
