package aivens3sink

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/objectstore"
)

type nowhere struct{}

func (nowhere) Create(context.Context, string) (string, error) { return "u", nil }
func (nowhere) Upload(context.Context, objectstore.Upload, int, objectstore.Body) (string, error) {
	return "t", nil
}
func (nowhere) Complete(context.Context, objectstore.Upload, []string, bool) error { return nil }
func (nowhere) Abort(context.Context, objectstore.Upload) error                    { return nil }
func (nowhere) Exists(context.Context, string) (bool, error)                       { return false, nil }
func (nowhere) SetTags(context.Context, string, []objectstore.Tag) error           { return nil }

// BenchmarkPut puts records of 270 bytes and writes them every 100,000.
func BenchmarkPut(b *testing.B) {
	schema := data.NewStructBuilder().Name("R").Field("id", data.Int64Schema).Field("text", data.StringSchema).Field("more", data.OptionalStringSchema).MustBuild()
	for _, kind := range []string{"csv none", "csv gzip", "jsonl none", "jsonl gzip", "avro none", "parquet snappy"} {
		for _, template := range []string{"{{topic}}-{{partition}}-{{start_offset}}", "{{timestamp:unit=HH}}{{topic}}-{{partition}}-{{start_offset}}", "{{key}}"} {
			b.Run(kind+" "+template, func(b *testing.B) {
				var typ, codec string
				_, _ = fmt.Sscan(kind, &typ, &codec)
				v, err := read(Plugin.Config, with(outputType, typ, compression, codec, nameTemplate, template))
				if err != nil {
					b.Fatal(err)
				}
				p, err := planOf(v)
				if err != nil {
					b.Fatal(err)
				}
				w := newWriter(p, nowhere{}, sink.Runtime{Log: slog.New(slog.DiscardHandler), Context: idle{}})
				var batch []connect.Record
				tp := connect.TopicPartition{Topic: "t"}
				for i := range 500 {
					r := connect.Record{KeySchema: data.StringSchema, Key: fmt.Sprint("key", i%100)}
					if typ == "csv" {
						r.ValueSchema, r.Value = data.BytesSchema, fmt.Appendf(nil, "%0270d", i)
					} else {
						r.ValueSchema, r.Value = schema, data.StructOf(schema, []any{int64(i), fmt.Sprintf("%0200d", i), "some more text"})
					}
					batch = append(batch, connecttest.Consume(tp, 0, r))
				}
				next := int64(0)
				b.ReportAllocs()
				b.ResetTimer()
				for n := 0; n < b.N; n += len(batch) {
					for i := range batch {
						batch[i].Consumed.Offset = next
						next++
					}
					if err := w.put(b.Context(), batch); err != nil {
						b.Fatal(err)
					}
					if next%100000 == 0 {
						if _, err := w.preCommit(b.Context(), sink.Offsets{tp: next}); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}

type idle struct{ sink.Context }

func (idle) RequestCommit() {}
