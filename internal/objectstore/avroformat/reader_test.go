package avroformat

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/avrofile"
)

func TestReader(t *testing.T) {
	settings := avrodata.Settings{Enhanced: true, MetaData: true, FlattenSingletons: true}
	f, err := New(Settings{Codec: "deflate", Data: settings})
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range []*data.Schema{data.StringSchema, data.OptionalStringSchema, nil} {
		e := objectstore.NewBlockEncoder(f)
		var file bytes.Buffer
		var want []string
		for i := range 40 {
			want = append(want, strings.Repeat(string(rune('a'+i%26)), i*500)) // several blocks
			if err := e.Append(schema, want[i]); err != nil {
				t.Fatal(err)
			}
			if err := e.Keep(&file); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Finish(&file); err != nil {
			t.Fatal(err)
		}
		e.Release()
		for _, from := range []int64{0, 1, 15, 16, 17, 39, 40, 100} {
			r, err := NewReader(bytes.NewReader(file.Bytes()), settings)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Skip(from); err != nil {
				t.Fatal(err)
			}
			for i := from; i < 40; i++ {
				got, v, err := r.Next()
				if err != nil || v != want[i] || schema == nil && got != nil || schema != nil && !got.Equal(schema) {
					t.Fatalf("record %d from %d has schema %s, %v", i, from, got, err)
				}
			}
			if _, _, err := r.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %v", err)
			}
		}
	}
}

// TestReaderDamage: records that are not what the schema says.
func TestReaderDamage(t *testing.T) {
	c, err := avrofile.CodecOf("null")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ schema, records string }{
		{`{"type":"nope"}`, ""}, {`{`, ""}, {`"string"`, "\x02"}, {`"string"`, "\x02ab"},
	} {
		file := bytes.NewBuffer(avrofile.AppendHeader(nil, c, x.schema, avrofile.Sync{}))
		if _, err := avrofile.WriteBlock(file, c, avrofile.Sync{}, 1, []byte(x.records), nil); err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(file, avrodata.Settings{})
		if err == nil {
			_, _, err = r.Next()
		}
		if err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s %q: %v", x.schema, x.records, err)
		}
	}
}
