package avroformat

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/twmb/avro/ocf"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

func encode(t *testing.T, codec string, values ...string) []byte {
	t.Helper()
	f, err := New(Settings{Codec: codec, Cache: 1})
	if err != nil {
		t.Fatal(err)
	}
	e := objectstore.NewBlockEncoder(f)
	var out bytes.Buffer
	for _, v := range values {
		for _, text := range []string{"taken back", v} {
			if err := e.Append(data.StringSchema, text); err != nil {
				t.Fatal(err)
			}
			if text != v {
				e.Undo()
			}
		}
		if err := e.Append(data.StringSchema, int32(1)); err == nil {
			t.Error("a number was taken for a text")
		}
		if err := e.Keep(&out); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Finish(&out); err != nil {
		t.Fatal(err)
	}
	e.Release()
	return out.Bytes()
}

// TestBlocks: full blocks are written, and what was taken back is not in the file.
func TestBlocks(t *testing.T) {
	long := strings.Repeat("x", 30000)
	values := []string{"a", long, long, long, "b", strings.Repeat("y", 200000), "c"}
	for _, codec := range []string{"null", "deflate", "snappy"} {
		file := encode(t, codec, values...)
		r, err := ocf.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range values {
			var got string
			if err := r.Decode(&got); err != nil || got != want {
				t.Errorf("%s: record %d has %d bytes, %v", codec, i, len(got), err)
			}
		}
		if err := r.Decode(new(string)); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		if !bytes.Equal(file, encode(t, codec, values...)) {
			t.Errorf("%s: the same records make another file", codec)
		}
	}
}

func TestErrors(t *testing.T) {
	if _, err := New(Settings{Codec: "zstandard"}); err == nil {
		t.Error("an unknown codec was taken")
	}
	f, err := New(Settings{Codec: "null"})
	if err != nil {
		t.Fatal(err)
	}
	schema := data.NewStructBuilder().Name("R").Field("a-b", data.Int32Schema).MustBuild()
	_, err = f.New().Append(nil, schema, data.StructOf(schema, []any{int32(1)}))
	var e *avro.Error
	if !errors.As(err, &e) || !e.Unwritable() {
		t.Errorf("a name that Avro forbids: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	f, err := New(Settings{Codec: "null"})
	if err != nil {
		b.Fatal(err)
	}
	builder, slots := data.NewStructBuilder().Name("R"), []any{}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		builder.Field(name, data.StringSchema).Field(name+"n", data.OptionalInt64Schema)
		slots = append(slots, "some text of usual length", int64(1<<40))
	}
	schema := builder.MustBuild()
	value := data.StructOf(schema, slots)
	e := objectstore.NewBlockEncoder(f)
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Append(schema, value); err != nil {
			b.Fatal(err)
		}
		if err := e.Keep(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
