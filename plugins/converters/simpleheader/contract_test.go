package simpleheader_test

import (
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/simpleheader"
)

func TestContract(t *testing.T) {
	m := data.NewMap(2)
	m.Put("a", "x")
	m.Put("b", "y z")
	connecttest.HeaderConverter{
		Plugin: simpleheader.Plugin,
		Values: []connecttest.RoundTrip{
			{Schema: data.StringSchema, Value: "größe"},
			{Schema: data.StringSchema, Value: "1", Want: int8(1)},
			{Schema: data.Int64Schema, Value: int64(1) << 40},
			{Schema: data.BooleanSchema, Value: true},
			{Schema: nil, Value: []any{"a", "b"}},
			{Schema: nil, Value: m},
			{Schema: data.TimestampSchema, Value: data.Instant(1_700_000_000_123)},
			{Schema: data.NewDecimalSchema(2).MustBuild(), Value: data.NewDecimal(1250, 2), Lossy: true},
			{Schema: data.OptionalStringSchema, Value: nil},
		},
	}.Run(t)
}
