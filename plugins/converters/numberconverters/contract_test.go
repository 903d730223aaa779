package numberconverters_test

import (
	"math"
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/plugins/converters/numberconverters"
)

func TestContract(t *testing.T) {
	for _, c := range []struct {
		plugin plugin.Converter
		schema *data.Schema
		values []any
	}{
		{numberconverters.Short, data.Int16Schema, []any{int16(0), int16(math.MinInt16), int16(math.MaxInt16)}},
		{numberconverters.Integer, data.Int32Schema, []any{int32(-1), int32(math.MinInt32), int32(math.MaxInt32)}},
		{numberconverters.Long, data.Int64Schema, []any{int64(-1), int64(math.MinInt64), int64(math.MaxInt64)}},
		{numberconverters.Float, data.Float32Schema, []any{float32(-1.5), float32(math.Inf(1)), float32(math.NaN())}},
		{numberconverters.Double, data.Float64Schema, []any{-1.5, math.Inf(-1), math.NaN(), math.Copysign(0, -1)}},
	} {
		suite := connecttest.Converter{
			Plugin:    c.plugin,
			Values:    []connecttest.RoundTrip{{Schema: nil, Value: nil}},
			Malformed: [][]byte{{}, {1}, {1, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}},
			Refused:   []connecttest.RoundTrip{{Schema: data.StringSchema, Value: "1"}, {Value: int8(1)}},
		}
		for _, v := range c.values {
			suite.Values = append(suite.Values, connecttest.RoundTrip{Schema: c.schema, Value: v})
		}
		suite.Run(t)
	}
}
