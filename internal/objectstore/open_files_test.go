package objectstore_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/avroformat"
	"github.com/millrace/millrace/internal/objectstore/parquetfile"
	"io"
)

type nowhere struct{ objects int }

func (*nowhere) Create(context.Context, string) (string, error) { return "id", nil }
func (*nowhere) Upload(_ context.Context, _ objectstore.Upload, _ int, body objectstore.Body) (string, error) {
	_, err := io.Copy(io.Discard, body)
	return "tag", err
}
func (*nowhere) Complete(context.Context, objectstore.Upload, []string, bool) error { return nil }
func (*nowhere) Abort(context.Context, objectstore.Upload) error                    { return nil }
func (*nowhere) Exists(context.Context, string) (bool, error)                       { return false, nil }
func (*nowhere) SetTags(context.Context, string, []objectstore.Tag) error           { return nil }

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestMeasure(t *testing.T) {
	files, _ := strconv.Atoi(os.Getenv("FILES"))
	per, _ := strconv.Atoi(os.Getenv("PER"))
	avro, _ := avroformat.New(avroformat.Settings{Codec: "deflate", Cache: 10})
	pq, _ := parquetfile.New(parquetfile.Options{Codec: "snappy"})
	schema := data.NewStructBuilder().Name("Order").Field("id", data.Int64Schema).Field("region", data.StringSchema).Field("note", data.StringSchema).Field("city", data.OptionalStringSchema).Field("total", data.Float64Schema).MustBuild()
	for _, c := range []struct {
		name string
		f    objectstore.Format
		gzip bool
	}{{"json", objectstore.JSONFormat{}, false}, {"gzip", objectstore.JSONFormat{}, true}, {"avro", avro, false}, {"parquet", pq, false}} {
		t.Run(c.name, func(t *testing.T) {
			s := objectstore.New(objectstore.Settings{
				Bucket: &nowhere{}, Layout: objectstore.Layout{TopicsDir: "topics", Directory: "/", File: "+", Width: 10},
				Partitioner: objectstore.NewFieldPartitioner([]string{"region"}, "/"), Value: c.f, PartSize: 25 << 20, Concurrency: 16, Gzip: c.gzip, GzipLevel: -1,
				Rotation: objectstore.Rotation{Records: 1 << 30, MaxOpenFiles: -1}, MaxWrite: objectstore.NoLimit, RetryBackoff: time.Second,
				BufferMemory: 20 << 20, BufferDir: t.TempDir(),
			}, sink.Runtime{Log: slog.New(slog.DiscardHandler)})
			tp := connect.TopicPartition{Topic: "orders"}
			s.Open([]connect.TopicPartition{tp})
			before := heap()
			start := time.Now()
			offset := int64(0)
			batch := make([]connect.Record, 500)
			for range per {
				for f := 0; f < files; f += 500 {
					for i := range batch {
						text := strings.Repeat(strconv.Itoa(f+i*7919)+" ", 1000/5)[:900]
						batch[i] = connect.Record{Topic: "orders", ValueSchema: schema, Value: data.StructOf(schema, []any{offset, "region-" + fmt.Sprint(f+i), text, "Vigo", 12.5}),
							Consumed: &connect.Consumed{Topic: "orders", Offset: offset}}
						offset++
					}
					if err := s.Put(t.Context(), batch); err != nil {
						t.Fatal(err)
					}
				}
			}
			clear(batch)
			took := time.Since(start)
			t.Logf("%d files of %d KB: heap %.1f MiB in %.1f s", files, per, float64(heap()-before)/(1<<20), took.Seconds())
			runtime.KeepAlive(s)
			s.Stop(t.Context())
		})
	}
}
