package s3source_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/plugins/connectors/s3sink"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
	"github.com/millrace/millrace/plugins/connectors/s3source"
)

const formats = "io.confluent.connect.s3.format."

// bucket is a store with both connectors over it.
type bucket struct {
	*testing.T
	store *s3sinktest.Store
	over  http.RoundTripper // in place of store, for the source; nil for none
}

func newBucket(t *testing.T) *bucket {
	t.Helper()
	return &bucket{T: t, store: s3sinktest.NewStore(t, true)}
}

// write has the sink write records.
func (b *bucket) write(records []connect.Record, changes ...string) {
	b.Helper()
	w := &s3sinktest.Worker{
		New: func() sink.Task {
			return s3sink.New(s3sink.Settings{Transport: b.store}).New().NewTask()
		},
		Props: s3sinktest.Props(b, changes...), Records: records,
	}
	for i := range records {
		if tp := records[i].Consumed.TopicPartition(); !slices.Contains(w.Partition, tp) {
			w.Partition = append(w.Partition, tp)
		}
	}
	ctx := b.Context()
	if err := w.Start(ctx); err != nil {
		b.Fatal(err)
	}
	if err := w.Put(ctx, 0, len(records)); err != nil {
		b.Fatal(err)
	}
	if _, err := w.PreCommit(ctx); err != nil {
		b.Fatal(err)
	}
	if err := w.Stop(); err != nil {
		b.Fatal(err)
	}
}

func (b *bucket) plugin() plugin.Source {
	if b.over != nil {
		return s3source.New(s3source.Settings{Transport: b.over})
	}
	return s3source.New(s3source.Settings{Transport: b.store})
}

// props is a configuration of the source, with changes: name, value and so on.
func props(changes ...string) map[string]string {
	all := map[string]string{
		"name": "s3-source", "connector.class": "io.confluent.connect.s3.source.S3SourceConnector",
		"s3.bucket.name": s3sinktest.Bucket, "s3.region": "us-east-1", "store.url": "http://store",
		"aws.access.key.id": "test", "aws.secret.access.key": "test-secret", "s3.part.retries": "2", "s3.retry.backoff.ms": "1",
		"format.class": formats + "json.JsonFormat", "s3.poll.interval.ms": "10", "confluent.license": "x",
	}
	for i := 0; i+1 < len(changes); i += 2 {
		all[changes[i]] = changes[i+1]
	}
	return all
}

// read has a task read so many records.
func (b *bucket) read(n int, changes ...string) []connect.Record {
	b.Helper()
	return connecttest.NewHost(b).Source(b.plugin(), props(changes...)).Read(n)
}

var order = data.NewStructBuilder().Name("com.acme.Order").Field("id", data.Int64Schema).Field("note", data.OptionalStringSchema).
	Field("tags", data.NewArray(data.StringSchema).MustBuild()).MustBuild()

// orders are records of two partitions with keys and headers.
func orders(n int, schema *data.Schema, value func(i int) any) []connect.Record {
	all := make([]connect.Record, n)
	for i := range all {
		all[i] = s3sinktest.Record("t", int32(i%2), int64(i/2), int64(i), value(i))
		all[i].ValueSchema = schema
		all[i].KeySchema, all[i].Key = data.StringSchema, fmt.Sprintf("key %d", i)
		all[i].Headers = connect.Headers{{Key: "h", Schema: data.StringSchema, Value: fmt.Sprintf("head %d", i)}, {Key: "n", Schema: data.Int32Schema, Value: int32(i)}}
	}
	return all
}

func orderOf(i int) any {
	var note any
	if i%3 > 0 {
		note = fmt.Sprintf("nóte %d", i)
	}
	return data.StructOf(order, []any{int64(i), note, []any{"a", "b"}})
}

func textOf(i int) any  { return fmt.Sprintf("línea \"%d\"\n", i) }
func bytesOf(i int) any { return []byte(fmt.Sprintf("raw %d", i)) }

// lines describes records, sorted by partition, in their order.
func lines(records []connect.Record, keys, headers bool) string {
	all := make([]string, 0, len(records))
	for i := range records {
		r := &records[i]
		line := fmt.Sprintf("%s-%d %s key=", r.Topic, r.Partition, data.Text(r.Value))
		if keys {
			line += data.Text(r.Key)
		} else {
			line += "null"
		}
		for _, h := range r.Headers {
			if headers {
				line += " " + h.Key + "=" + data.Text(h.Value)
			}
		}
		all = append(all, line)
	}
	slices.SortStableFunc(all, func(a, b string) int { return strings.Compare(a[:3], b[:3]) })
	return strings.Join(all, "\n")
}

// TestRoundTrip writes with the sink and reads with the source.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct {
		name          string
		records       []connect.Record
		keys, headers bool
		sink          string // settings, name=value
		source        string
	}{
		{name: "json text", records: orders(20, data.StringSchema, textOf), sink: "format.class=" + formats + "json.JsonFormat"},
		{name: "json gzip", records: orders(20, data.StringSchema, textOf), sink: "s3.compression.type=gzip"},
		{
			name: "json keys and headers", records: orders(20, data.StringSchema, textOf), keys: true, headers: true,
			sink: "store.kafka.keys=true store.kafka.headers=true keys.format.class=" + formats + "json.JsonFormat headers.format.class=" + formats + "json.JsonFormat s3.compression.type=gzip",
		},
		{
			name: "avro keys and headers", records: orders(20, order, orderOf), keys: true, headers: true,
			sink:   "store.kafka.keys=true store.kafka.headers=true avro.codec=deflate format.class=" + formats + "avro.AvroFormat",
			source: "store.kafka.keys=true store.kafka.headers=true format.class=" + formats + "avro.AvroFormat",
		},
		{name: "avro snappy", records: orders(20, order, orderOf), sink: "avro.codec=snappy format.class=" + formats + "avro.AvroFormat", source: "format.class=" + formats + "avro.AvroFormat"},
		{name: "avro bzip2", records: orders(20, order, orderOf), sink: "avro.codec=bzip2 format.class=" + formats + "avro.AvroFormat", source: "format.class=" + formats + "avro.AvroFormat"},
		{name: "avro text", records: orders(20, data.StringSchema, textOf), sink: "format.class=" + formats + "avro.AvroFormat", source: "format.class=" + formats + "avro.AvroFormat"},
		{
			name: "parquet keys and headers", records: orders(20, order, orderOf), keys: true, headers: true,
			sink: "store.kafka.keys=true store.kafka.headers=true format.class=" + formats + "parquet.ParquetFormat keys.format.class=" + formats +
				"parquet.ParquetFormat headers.format.class=" + formats + "parquet.ParquetFormat",
			source: "format.class=" + formats + "parquet.ParquetFormat",
		},
		{name: "parquet gzip", records: orders(20, order, orderOf), sink: "parquet.codec=gzip format.class=" + formats + "parquet.ParquetFormat", source: "format.class=" + formats + "parquet.ParquetFormat"},
		{name: "bytes", records: orders(20, nil, bytesOf), sink: "format.class=" + formats + "bytearray.ByteArrayFormat", source: "format.class=" + formats + "bytearray.ByteArrayFormat"},
		{
			name: "bytes of another kind", records: orders(20, nil, bytesOf), keys: true,
			sink: "format.class=" + formats + "bytearray.ByteArrayFormat format.bytearray.separator=||| format.bytearray.extension=.raw s3.compression.type=gzip " +
				"store.kafka.keys=true keys.format.class=" + formats + "json.JsonFormat",
			source: "format.class=" + formats + "bytearray.ByteArrayFormat format.bytearray.separator=||| format.bytearray.extension=.raw",
		},
		{
			name: "other names", records: orders(20, order, orderOf), sink: "format.class=" + formats + "avro.AvroFormat topics.dir=a/b directory.delim=// file.delim=- filename.offset.zero.pad.width=1 flush.size=2",
			source: "format.class=" + formats + "avro.AvroFormat topics.dir=a/b directory.delim=// file.delim=-",
		},
		{
			name: "by time", records: orders(20, order, orderOf),
			sink: "format.class=" + formats + "avro.AvroFormat partitioner.class=io.confluent.connect.storage.partitioner.HourlyPartitioner " +
				"locale=en timezone=UTC timestamp.extractor=Record",
			source: "format.class=" + formats + "avro.AvroFormat",
		},
		{name: "without topics.dir", records: orders(20, data.StringSchema, textOf), sink: "topics.dir=", source: "topics.dir="},
		{name: "folders", records: orders(20, data.StringSchema, textOf), source: "folders=topics/t/partition=1,topics/t/partition=0/,topics/t/partition=0/t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBucket(t)
			b.write(c.records, split("flush.size=5 "+c.sink)...)
			got := b.read(len(c.records), split(c.source)...)
			if g, w := lines(got, true, true), lines(c.records, c.keys, c.headers); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

func split(settings string) []string {
	var all []string
	for _, s := range strings.Fields(settings) {
		name, value, _ := strings.Cut(s, "=")
		all = append(all, name, value)
	}
	return all
}

// TestSchemas: what the formats keep comes back as it was.
func TestSchemas(t *testing.T) {
	for _, format := range []string{"avro.AvroFormat", "parquet.ParquetFormat"} {
		b := newBucket(t)
		b.write(orders(6, order, orderOf), "format.class", formats+format)
		for _, r := range b.read(6, "format.class", formats+format) {
			if !r.ValueSchema.Equal(order) {
				t.Fatalf("%s: schema %s", format, r.ValueSchema)
			}
		}
	}
}
