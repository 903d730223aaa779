package connecttest

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// sampleRecords returns records of every form, as they come from sources and to
// sinks. Their slices have spare room.
func sampleRecords() []connect.Record {
	var all []connect.Record
	for _, v := range sampleValues() {
		all = append(all,
			connect.Record{
				Topic: "orders", Partition: connect.NoPartition, Timestamp: connect.NoTimestamp,
				KeySchema: v.Schema, Key: v.Value, ValueSchema: v.Schema, Value: v.Value,
				Source:       connect.NewSourcePartition(connect.Fields{"file": "a"}),
				SourceOffset: connect.Fields{"line": int64(1)},
			},
			Consume(connect.TopicPartition{Topic: "orders", Partition: 1}, 7, connect.Record{
				KeySchema: data.StringSchema, Key: "k", ValueSchema: v.Schema, Value: v.Value, Headers: sampleHeaders(),
			}))
	}
	return append(all, connect.Record{Partition: connect.NoPartition, Timestamp: connect.NoTimestamp})
}

func sampleHeaders() connect.Headers {
	return append(make(connect.Headers, 0, 4),
		connect.Header{Key: "trace", Schema: data.StringSchema, Value: "t-1"},
		connect.Header{Key: "trace", Schema: data.BytesSchema, Value: append(make([]byte, 0, 8), 1, 2)},
		connect.Header{Key: "none"})
}

func sampleValues() []RoundTrip {
	s := sampleSchema()
	place, _ := s.Field("place")
	full := data.StructOf(s, []any{
		int64(1), "Ann",
		[]any{"a", "b"},
		data.NewDecimal(1250, 2), data.Instant(1_700_000_000_000),
		append(make([]byte, 0, 8), 1, 2), nil,
	})
	sparse := data.StructOf(s, []any{int64(2), nil, nil, nil, nil, nil, data.StructOf(place.Schema, []any{int32(3)})})
	text := data.NewMapOf(data.StringSchema, data.Int32Schema).MustBuild()
	return []RoundTrip{
		{Schema: nil, Value: nil},
		{Schema: data.OptionalStringSchema, Value: nil},
		{Schema: nil, Value: "text"},
		{Schema: data.StringSchema, Value: "text"},
		{Schema: data.Int32Schema, Value: int32(5)},
		{Schema: data.BytesSchema, Value: append(make([]byte, 0, 8), 1, 2)},
		{Schema: data.TimestampSchema, Value: data.Instant(0)},
		{Schema: s, Value: full},
		{Schema: s, Value: sparse},
		{Schema: text, Value: sampleMap(data.NewMap(2), int32(1), int32(2))},
		{Schema: nil, Value: sampleMap(data.NewHashMap(2), int64(1), sampleMap(data.NewMap(2), "x", nil))},
		{Schema: nil, Value: append(make([]any, 0, 4), "a", int64(1), nil)},
	}
}

func sampleMap(m *data.Map, a, b any) *data.Map {
	m.Put("id", a)
	m.Put("inner", b)
	return m
}

func sampleSchema() *data.Schema {
	return data.NewStructBuilder().Name("order").
		Field("id", data.Int64Schema).
		Field("customer", data.NewBuilder(data.String).Optional().Default("nobody").MustBuild()).
		Field("tags", data.NewArray(data.StringSchema).Optional().MustBuild()).
		Field("price", data.NewDecimalSchema(2).Optional().MustBuild()).
		Field("at", data.OptionalTimestampSchema).
		Field("raw", data.OptionalBytesSchema).
		Field("place", samplePlace()).
		MustBuild()
}

func samplePlace() *data.Schema {
	return data.NewStructBuilder().Optional().Field("x", data.Int32Schema).MustBuild()
}
