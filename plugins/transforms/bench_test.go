package transforms

import (
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

// wideSchema has ten fields, those of the acceptance benchmark's orders.
func wideSchema() *data.Schema {
	return data.NewStructBuilder().Name("bench.Order").
		Field("order_id", data.Int64Schema).
		Field("customer", data.StringSchema).
		Field("product", data.StringSchema).
		Field("quantity", data.Int32Schema).
		Field("price", data.Float64Schema).
		Field("paid", data.BooleanSchema).
		Field("ordered_at", data.TimestampSchema).
		Field("country", data.OptionalStringSchema).
		Field("secret", data.StringSchema).
		Field("note", data.OptionalStringSchema).
		MustBuild()
}

func wideStruct(s *data.Schema) *data.Struct {
	return data.StructOf(s, []any{
		int64(1234567), "customer-42", "product-7", int32(3), 19.99, true,
		data.Instant(1566570894346), "DE", "s3cr3t", nil,
	})
}

const wideText = `{"order_id":1234567,"customer":"customer-42","product":"product-7","quantity":3,"price":19.99,` +
	`"paid":true,"ordered_at":1566570894346,"country":"DE","secret":"s3cr3t","note":null}`

// wideMap is read by a reader that has seen the layout before, as in a stream.
func wideMap(b *testing.B) *data.Map {
	var r data.JSONReader
	var v any
	for range 10 {
		var err error
		if v, err = r.Read([]byte(wideText)); err != nil {
			b.Fatal(err)
		}
	}
	return v.(*data.Map)
}

func benchExamples() []example {
	return []example{
		{"Cast$Value", map[string]string{"spec": "quantity:int64,price:string"}},
		{"DropHeaders", map[string]string{"headers": "old"}},
		{"ExtractField$Value", map[string]string{"field": "customer"}},
		{"Filter", nil},
		{"Flatten$Value", nil},
		{"HeaderFrom$Value", map[string]string{"fields": "customer", "headers": "c", "operation": "copy"}},
		{"HoistField$Value", map[string]string{"field": "order"}},
		{"InsertField$Value", map[string]string{
			"static.field": "source_system", "static.value": "bench",
			"timestamp.field": "kafka_ts", "offset.field": "kafka_offset",
		}},
		{"InsertHeader", map[string]string{"header": "h", "value.literal": "1"}},
		{"MaskField$Value", map[string]string{"fields": "secret", "replacement": "****"}},
		{"RegexRouter", map[string]string{"regex": "(.*)-v1", "replacement": "$1"}},
		{"ReplaceField$Value", map[string]string{"renames": "customer:customer_name,price:unit_price", "exclude": "note"}},
		{"SetSchemaMetadata$Value", map[string]string{"schema.version": "2"}},
		{"TimestampConverter$Value", map[string]string{
			"field": "ordered_at", "target.type": "string", "format": "yyyy-MM-dd'T'HH:mm:ss.SSS",
		}},
		{"TimestampRouter", nil},
		{"ValueToKey", map[string]string{"fields": "order_id"}},
	}
}

// benchChain is the chain of the acceptance benchmark.
func benchChain(b *testing.B) []transform.Transformation {
	var chain []transform.Transformation
	for _, name := range []string{"InsertField$Value", "ReplaceField$Value", "TimestampConverter$Value", "MaskField$Value"} {
		for _, e := range benchExamples() {
			if e.name == name {
				chain = append(chain, newTransform(b, e.name, e.props))
			}
		}
	}
	return chain
}

func benchmark(b *testing.B, chain []transform.Transformation, schema *data.Schema, value any) {
	headers := connect.Headers{{Key: "kept", Value: "y"}}
	consumed := &connect.Consumed{Topic: "orders-v1", Offset: 42}
	var r connect.Record
	b.ReportAllocs()
	for b.Loop() {
		r = connect.Record{
			Topic: "orders-v1", Timestamp: 1566570894346, ValueSchema: schema, Value: value,
			Headers: headers, Consumed: consumed,
		}
		for _, t := range chain {
			if _, err := t.Apply(&r); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// benchmarkOwn is benchmark for records that are the only ones to have their values.
func benchmarkOwn(b *testing.B, chain []transform.Transformation, schema *data.Schema, value any) {
	var links []rewritable
	for _, t := range chain {
		r, ok := t.(rewritable)
		if !ok {
			b.Skip("works on copies only")
		}
		links = append(links, r)
	}
	consumed := &connect.Consumed{Topic: "orders-v1", Offset: 42}
	headers := connect.Headers{{Key: "kept", Value: "y"}}
	restore := restorer(value)
	var r connect.Record
	b.ReportAllocs()
	for b.Loop() {
		restore()
		r = connect.Record{
			Topic: "orders-v1", Timestamp: 1566570894346, ValueSchema: schema, Value: value,
			Headers: headers, Consumed: consumed,
		}
		for _, t := range links {
			if _, err := t.Rewrite(&r); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// restorer returns what makes value again what it is now, with room as a converter
// leaves it.
func restorer(value any) func() {
	switch v := value.(type) {
	case *data.Struct:
		schema, slots := v.Schema(), v.Slots()
		mine := make([]any, len(slots), len(slots)+3)
		return func() {
			copy(mine, slots)
			v.Become(schema, mine)
		}
	case *data.Map:
		m := *v
		return func() { *v = m }
	}
	return func() {}
}

func BenchmarkSchema(b *testing.B) {
	s := wideSchema()
	for _, e := range benchExamples() {
		chain := []transform.Transformation{newTransform(b, e.name, e.props)}
		b.Run(e.name, func(b *testing.B) { benchmark(b, chain, s, wideStruct(s)) })
		b.Run(e.name+"/own", func(b *testing.B) { benchmarkOwn(b, chain, s, wideStruct(s)) })
	}
	b.Run("chain", func(b *testing.B) { benchmark(b, benchChain(b), s, wideStruct(s)) })
	b.Run("chain/own", func(b *testing.B) { benchmarkOwn(b, benchChain(b), s, wideStruct(s)) })
}

func BenchmarkSchemaless(b *testing.B) {
	for _, e := range benchExamples() {
		if e.name == "SetSchemaMetadata$Value" {
			continue
		}
		chain := []transform.Transformation{newTransform(b, e.name, e.props)}
		b.Run(e.name, func(b *testing.B) { benchmark(b, chain, nil, wideMap(b)) })
		b.Run(e.name+"/own", func(b *testing.B) { benchmarkOwn(b, chain, nil, wideMap(b)) })
	}
	b.Run("chain", func(b *testing.B) { benchmark(b, benchChain(b), nil, wideMap(b)) })
	b.Run("chain/own", func(b *testing.B) { benchmarkOwn(b, benchChain(b), nil, wideMap(b)) })
}
