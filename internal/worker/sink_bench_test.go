package worker

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/pluginset/builtin"
)

// The records and transformations are those of the workloads W4 and W5 of
// docs/performance.md.

const orderSchema = `{"type":"struct","name":"Order","optional":false,"fields":[` +
	`{"field":"id","type":"int64","optional":false},{"field":"customer","type":"string","optional":false},` +
	`{"field":"email","type":"string","optional":true},{"field":"quantity","type":"int32","optional":false},` +
	`{"field":"price","type":"double","optional":false},{"field":"paid","type":"boolean","optional":false},` +
	`{"field":"note","type":"string","optional":true},` +
	`{"field":"ordered_at","type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp","version":1},` +
	`{"field":"address","type":"struct","name":"Address","optional":true,"fields":[` +
	`{"field":"street","type":"string","optional":false},{"field":"city","type":"string","optional":false},` +
	`{"field":"zip","type":"int32","optional":true}]},{"field":"secret","type":"string","optional":false}]}`

// orders returns n records, some of whose fields are null now and then.
func orders(n int, format string) []*kgo.Record {
	records := make([]*kgo.Record, n)
	for i := range records {
		h := uint32(i * 2654435761)
		email, note, address, zip := "null", "null", "null", "null"
		if i%5 != 0 {
			email = fmt.Sprintf(`"user%d@example.com"`, h%50000)
		}
		if i%3 == 0 {
			note = fmt.Sprintf(`"leave at the door %d"`, h%97)
		}
		if i%11 != 0 {
			zip = fmt.Sprint(10000 + h%80000)
		}
		if i%7 != 0 {
			address = fmt.Sprintf(`{"street":"%d Mill Lane","city":"City%d","zip":%s}`, h%300, h%500, zip)
		}
		value := fmt.Sprintf(`{"id":%d,"customer":"Customer %d","email":%s,"quantity":%d,"price":%v,"paid":%t,"note":%s,`+
			`"ordered_at":%d,"address":%s,"secret":"%08x"}`,
			i, h%20000, email, h%100, float64(h%100000)/100, h&4 != 0, note, 1700000000000+i*977, address, h)
		records[i] = &kgo.Record{
			Topic: "orders", Offset: int64(i + 1000), Timestamp: time.UnixMilli(1700000000000 + int64(i)),
			Value: fmt.Appendf(nil, format, value),
		}
	}
	return records
}

func fetched(records []*kgo.Record) kgo.Fetches {
	p := kgo.FetchPartition{Partition: records[0].Partition, Records: records}
	return kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: records[0].Topic, Partitions: []kgo.FetchPartition{p}}}}}
}

func orderTransforms() []connectorconfig.Transform {
	step := func(class string, props map[string]string) connectorconfig.Transform {
		class = "org.apache.kafka.connect.transforms." + class + "$Value"
		return connectorconfig.Transform{Alias: class, Plugin: connectorconfig.Plugin{Class: class, Props: props}}
	}
	return []connectorconfig.Transform{
		step("InsertField", map[string]string{
			"static.field": "source_system", "static.value": "bench",
			"timestamp.field": "kafka_ts", "offset.field": "kafka_offset",
		}),
		step("ReplaceField", map[string]string{"renames": "customer:customer_name,price:unit_price", "exclude": "note"}),
		step("TimestampConverter", map[string]string{
			"field": "ordered_at", "target.type": "string", "format": "yyyy-MM-dd'T'HH:mm:ss.SSS",
		}),
		step("MaskField", map[string]string{"fields": "secret", "replacement": "****"}),
	}
}

func newInbound(t testing.TB, schemas string, steps []connectorconfig.Transform) *inbound {
	plugins := pluginset.New(builtin.Plugins()...)
	text := connectorconfig.Plugin{Class: "org.apache.kafka.connect.storage.StringConverter"}
	header := connectorconfig.Plugin{Class: "org.apache.kafka.connect.storage.SimpleHeaderConverter"}
	json := connectorconfig.Plugin{
		Class: "org.apache.kafka.connect.json.JsonConverter", Props: map[string]string{"schemas.enable": schemas},
	}
	in := &inbound{tolerance: &tolerance{counts: &counts{}}, counts: &counts{}, meters: newSinkMeters(metrics.Sampling{})}
	var err error
	if in.converters, err = newConverters(plugins, Converters{}, Converters{Key: text, Value: json, Header: header}); err != nil {
		t.Fatal(err)
	}
	if in.chain, err = newChain(plugins, steps); err != nil {
		t.Fatal(err)
	}
	return in
}

func benchmarkSink(b *testing.B, schemas, format string, steps []connectorconfig.Transform) {
	const n = 500
	in, fetches := newInbound(b, schemas, steps), fetched(orders(n, format))
	batch, text := &batch{}, []byte(nil)
	epoch := func(connect.TopicPartition) (int, bool) { return 1, true }
	b.ReportAllocs()
	for b.Loop() {
		batch.reset()
		in.fill(context.Background(), batch, fetches, epoch)
		if batch.err != nil || len(batch.records) != n {
			b.Fatal(batch.err)
		}
		text = text[:0]
		for i := range batch.records {
			text = append(data.AppendText(text, batch.records[i].Value), '\n')
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
}

// One operation is a batch of 500 records: conversion, transformation and the text of
// FileStreamSink.
func BenchmarkSinkStruct(b *testing.B) {
	benchmarkSink(b, "true", `{"schema":`+orderSchema+`,"payload":%s}`, orderTransforms())
}

func BenchmarkSinkMap(b *testing.B) { benchmarkSink(b, "false", "%s", orderTransforms()) }

func BenchmarkSinkStructUntransformed(b *testing.B) {
	benchmarkSink(b, "true", `{"schema":`+orderSchema+`,"payload":%s}`, nil)
}

func BenchmarkSinkMapUntransformed(b *testing.B) { benchmarkSink(b, "false", "%s", nil) }
