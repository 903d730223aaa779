package transforms

import (
	"math"
	"math/big"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestIntegerPart(t *testing.T) {
	huge := new(big.Int).Lsh(big.NewInt(1), 64)
	for _, c := range []struct {
		d    data.Decimal
		want int64
	}{
		{data.NewDecimal(1250, 2), 12},
		{data.NewDecimal(-1250, 2), -12},
		{data.NewDecimal(7, -3), 7000},
		{data.NewDecimal(1, math.MinInt32), 0},
		{data.NewDecimal(1, math.MaxInt32), 0},
		{data.NewDecimal(-1, 0), -1},
		{data.Decimal{Unscaled: huge}, 0},
		{data.Decimal{Unscaled: new(big.Int).Neg(new(big.Int).Add(huge, big.NewInt(1)))}, -1},
		{data.Decimal{Unscaled: huge, Scale: 3}, 18446744073709551},
		{data.NewDecimal(1, -19), -8446744073709551616},
		{data.NewDecimal(9, 1), 0},
	} {
		if got := integerPart(c.d); got != c.want {
			t.Errorf("%v: %d, want %d", c.d, got, c.want)
		}
	}
}

func TestCastValue(t *testing.T) {
	for _, c := range []struct {
		schema *data.Schema
		v      any
		target data.Type
		want   any
		err    string
	}{
		{nil, 1e10, data.Int8, int8(-1), ""},
		{nil, 1e10, data.Int64, int64(1e10), ""},
		{nil, math.NaN(), data.Int32, int32(0), ""},
		{nil, int64(1) << 62, data.Float32, float32(1 << 62), ""},
		{nil, int64(300), data.Int8, int8(44), ""},
		{nil, 0.5, data.Boolean, false, ""},
		{nil, true, data.Float64, float64(1), ""},
		{nil, "yes", data.Boolean, false, ""},
		{nil, []byte{1, 2}, data.String, "AQI=", ""},
		{nil, []byte{1, 2}, data.Int8, nil, "Unexpected type in Cast transformation: class [B"},
		{nil, "x", data.Int8, nil, "Value (x) was out of range for requested data type"},
		{data.TimestampSchema, data.Instant(5), data.Int16, int16(5), ""},
		{data.TimestampSchema, data.Instant(86400001), data.String, "1970-01-02T00:00:00.001Z", ""},
		{data.DateSchema, data.Instant(86400000), data.String, "1970-01-02", ""},
		{nil, data.Instant(5), data.Int16, nil, "Cast transformation was passed a value of type class java.util.Date which is not supported by Connect's data API"},
		{data.NewDecimalSchema(2).MustBuild(), data.NewDecimal(1, -400), data.Float64, math.Inf(1), ""},
	} {
		got, err := castValue(c.schema, c.v, c.target)
		if err != nil && err.Error() != c.err || err == nil && (c.err != "" || !data.Equal(got, c.want)) {
			t.Errorf("%v to %v: %T %v, %v; want %T %v, %s", c.v, c.target, got, got, err, c.want, c.want, c.err)
		}
	}
}
