package aivens3sink_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/connectors/aivens3sink"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

func TestContract(t *testing.T) {
	for _, kind := range []string{"jsonl", "json", "avro", "parquet"} {
		for _, template := range []string{"{{topic}}-{{partition}}-{{start_offset}}", "{{topic}}-{{partition}}-{{key}}-{{start_offset}}", "{{key}}"} {
			t.Run(kind+" "+template, func(t *testing.T) { contract(t, kind, template) })
		}
	}
}

// world is the way to a store, which can be broken.
type world struct {
	inner  http.RoundTripper
	broken atomic.Bool
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.broken.Load() {
		return nil, syscall.ECONNRESET
	}
	return w.inner.RoundTrip(r)
}

func contract(t *testing.T, kind, template string) {
	store := s3sinktest.NewStore(t, true)
	world := &world{inner: store}
	connecttest.Sink{
		Plugin: aivens3sink.New(aivens3sink.Settings{Transport: world}),
		Config: props("format.output.type", kind, "format.output.fields", "key,value", "file.name.template", template),
		Record: func(i int) connect.Record {
			text := "record " + string(rune('A'+i%26)) + strings.Repeat("x", i/26)
			return connect.Record{KeySchema: data.StringSchema, Key: text, ValueSchema: data.StringSchema, Value: text}
		},
		Arrived: func(t testing.TB, records []connect.Record) {
			t.Helper()
			var all strings.Builder
			for _, content := range store.Objects(t) {
				all.Write(content)
			}
			for _, r := range records {
				if !strings.Contains(all.String(), r.Value.(string)) {
					t.Errorf("%v has not arrived", r.Value)
				}
			}
		},
		Break: func(_ testing.TB, on bool) { world.broken.Store(on) },
		Poison: func() connect.Record {
			schema := data.NewStructBuilder().Field("a", data.StringSchema).MustBuild()
			return connect.Record{KeySchema: data.StringSchema, Key: "poison", ValueSchema: schema, Value: data.StructOf(schema, []any{nil})}
		},
		Bad: []connecttest.BadSetting{
			{Key: "file.name.template", Value: "{{topic}}"}, {Key: "aws.s3.bucket.name", Value: "A"}, {Key: "format.output.fields", Value: "values"},
		},
	}.Run(t)
}
