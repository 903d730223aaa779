package jsonconverter_test

import (
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/jsonconverter"
)

var order = data.NewStructBuilder().Name("order").Version(2).
	Field("id", data.Int64Schema).
	Field("customer", data.OptionalStringSchema).
	Field("price", data.NewDecimalSchema(2).MustBuild()).
	Field("at", data.TimestampSchema).
	Field("raw", data.BytesSchema).
	Field("tags", data.NewArray(data.StringSchema).MustBuild()).
	Field("counts", data.NewMapOf(data.StringSchema, data.Int32Schema).Optional().MustBuild()).
	MustBuild()

func object(m *data.Map) *data.Map {
	m.Put("id", int64(7))
	m.Put("name", "Ann")
	m.Put("tags", []any{"a", int64(1), 1.5, true, nil})
	return m
}

func withSchema() []connecttest.RoundTrip {
	counts := data.NewHashMap(1)
	counts.Put("x", int32(1))
	return []connecttest.RoundTrip{
		{Schema: order, Value: data.StructOf(order, []any{
			int64(7), "größe", data.NewDecimal(1250, 2), data.Instant(1_700_000_000_123), []byte{0, 255}, []any{"a", "b"}, counts,
		})},
		{Schema: order, Value: data.StructOf(order, []any{
			int64(8), nil, data.NewDecimal(-1, 2), data.Instant(0), []byte{}, []any{}, nil,
		})},
		{Schema: data.StringSchema, Value: "\"\\\n\u2028"},
		{Schema: data.Float64Schema, Value: 1e300},
		{Schema: data.OptionalInt8Schema, Value: nil},
	}
}

func TestContract(t *testing.T) {
	connecttest.Converter{
		Plugin:    jsonconverter.Plugin,
		Values:    append(withSchema(), connecttest.RoundTrip{Schema: nil, Value: object(data.NewHashMap(3))}),
		Malformed: [][]byte{[]byte("{"), []byte(`{"payload":1}`), []byte(`{"schema":{"type":"struct","fields":[]},"payload":"x"}`), []byte("\xff"), []byte("[1]")},
		Refused:   []connecttest.RoundTrip{{Schema: data.Int32Schema, Value: "x"}, {Schema: data.StringSchema, Value: nil}},
		Bad: []connecttest.BadSetting{
			{Key: "schemas.enable", Value: "maybe"},
			{Key: "schemas.cache.size", Value: "many"},
			{Key: "decimal.format", Value: "ROMAN"},
		},
	}.Run(t)
}

func TestContractWithoutSchemas(t *testing.T) {
	connecttest.Converter{
		Plugin: jsonconverter.Plugin,
		Config: map[string]string{"schemas.enable": "false"},
		Values: []connecttest.RoundTrip{
			{Value: object(data.NewHashMap(3))},
			{Value: object(data.NewMap(3))},
			{Value: []any{int64(1), []any{}, data.NewHashMap(0)}},
			{Value: "text"},
			{Value: -1.5e-7},
			{Schema: order, Value: withSchema()[0].Value, Lossy: true},
		},
		Malformed: [][]byte{[]byte("{"), []byte(`{"a":}`), []byte("nul"), []byte("\xff")},
	}.Run(t)
}

func TestContractNumericDecimals(t *testing.T) {
	connecttest.Converter{
		Plugin: jsonconverter.Plugin,
		Config: map[string]string{"decimal.format": "numeric", "replace.null.with.default": "false"},
		Values: withSchema(),
	}.Run(t)
}
