package objectstore

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
)

// nowhere is a Bucket that reads what it is given and forgets it.
type nowhere struct{}

func (nowhere) Create(context.Context, string) (string, error) { return "id", nil }
func (nowhere) Upload(_ context.Context, _ Upload, _ int, body Body) (string, error) {
	_, err := io.Copy(io.Discard, body)
	return "tag", err
}
func (nowhere) Complete(context.Context, Upload, []string, bool) error { return nil }
func (nowhere) Abort(context.Context, Upload) error                    { return nil }
func (nowhere) Exists(context.Context, string) (bool, error)           { return false, nil }
func (nowhere) SetTags(context.Context, string, []Tag) error           { return nil }

func benchSettings(records int) Settings {
	return Settings{
		Bucket: nowhere{}, Layout: Layout{TopicsDir: "topics", Directory: "/", File: "+", Width: 10},
		Partitioner: DefaultPartitioner{}, Value: JSONFormat{}, PartSize: 25 << 20, Concurrency: 16,
		Rotation: Rotation{Records: records, MaxOpenFiles: -1}, MaxWrite: NoLimit, RetryBackoff: time.Second,
	}
}

// BenchmarkPut has one record per operation: a JSON order of 270 bytes as
// JsonConverter gives it, in batches of 500.
func BenchmarkPut(b *testing.B) {
	order := `{"id":123456,"customer":"customer-4711","items":[{"sku":"A-1000","n":2,"price":12.5},{"sku":"B-2000","n":1,"price":7.25}],` +
		`"total":32.25,"currency":"EUR","created":1714568400000,"note":"` + strings.Repeat("x", 60) + `","paid":true,"address":{"city":"Vigo"}}`
	reader := data.JSONReader{}
	value, err := reader.Read([]byte(order))
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		value   any
		records int
		gzip    bool
	}{
		{"map", value, 10_000, false},
		{"map100k", value, 100_000, false},
		{"text", order, 10_000, false},
		{"gzip", value, 10_000, true},
		{"one", value, 1, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			settings := benchSettings(c.records)
			settings.Gzip, settings.GzipLevel = c.gzip, -1
			s := New(settings, sink.Runtime{Log: slog.New(slog.DiscardHandler)})
			tp := connect.TopicPartition{Topic: "orders", Partition: 0}
			s.Open([]connect.TopicPartition{tp})
			batch := make([]connect.Record, 500)
			consumed := make([]connect.Consumed, 500)
			b.ReportAllocs()
			b.SetBytes(int64(len(order)))
			b.ResetTimer()
			for offset := int64(0); offset < int64(b.N); offset += 500 {
				for i := range batch {
					consumed[i] = connect.Consumed{Topic: "orders", Offset: offset + int64(i)}
					batch[i] = connect.Record{Topic: "orders", Value: c.value, Consumed: &consumed[i]}
				}
				if err := s.Put(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
