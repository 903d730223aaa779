package s3source_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
	"github.com/millrace/millrace/plugins/connectors/s3source"
)

// BenchmarkJSON reads a record of 270 bytes per operation.
func BenchmarkJSON(b *testing.B) {
	const perObject = 10_000
	store := s3sinktest.NewStore(b, true)
	var content strings.Builder
	for i := range perObject {
		fmt.Fprintf(&content, "{\"id\":%d,\"customer\":\"customer-%d\",\"text\":\"%s\",\"price\":%d.5,\"paid\":true}\n", i, i%100, strings.Repeat("x", 200), i)
	}
	for i := 0; i*perObject < b.N; i++ {
		put(b, store, fmt.Sprintf("topics/t/partition=0/t+0+%010d.json", i), content.String())
	}
	task := s3source.New(s3source.Settings{Transport: store}).New().NewTask()
	rt := source.Runtime{Log: slog.New(slog.DiscardHandler), Offsets: connecttest.NewHost(b)}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	if err := task.Start(ctx, rt, props("record.batch.max.size", "500")); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(content.Len() / perObject))
	b.ReportAllocs()
	for n := 0; n < b.N; {
		records, err := task.Poll(ctx)
		if err != nil {
			b.Fatal(err)
		}
		n += len(records)
	}
	if err := task.Stop(); err != nil {
		b.Fatal(err)
	}
}
