package parquetfile

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/parquetfile/parquetfiletest"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/plugins/converters/jsonconverter"
)

// record is a value with its schema.
type record struct {
	schema *data.Schema
	value  any
}

func decode(t testing.TB, texts ...string) []record {
	t.Helper()
	c, err := jsonconverter.Plugin.New(map[string]string{"schemas.enable": "true"}, convert.Value)
	if err != nil {
		t.Fatal(err)
	}
	var all []record
	for _, text := range texts {
		schema, value, err := c.ToConnect("t", nil, []byte(text))
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		all = append(all, record{schema, value})
	}
	return all
}

func newFormat(t testing.TB, o Options) *Format {
	t.Helper()
	if o.Codec == "" {
		o.Codec = "snappy"
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// write returns the file of records.
func write(t testing.TB, f *Format, records ...record) []byte {
	t.Helper()
	e := objectstore.NewBlockEncoder(f)
	defer e.Release()
	var file bytes.Buffer
	for _, r := range records {
		if err := e.Append(r.schema, r.value); err != nil {
			t.Fatalf("append: %v", err)
		}
		if err := e.Keep(&file); err != nil {
			t.Fatalf("keep: %v", err)
		}
	}
	if err := e.Finish(&file); err != nil {
		t.Fatalf("finish: %v", err)
	}
	return file.Bytes()
}

// asJSON returns values in a form that compares.
func asJSON(t testing.TB, values []any) string {
	t.Helper()
	var b strings.Builder
	for _, v := range values {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// testCase is one of testdata/cases.txt.
type testCase struct {
	name, message string
	in            []string
	want          []any
}

func readCases(t testing.TB) []testCase {
	t.Helper()
	text, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []testCase
	for _, block := range strings.Split(string(text), "\n\n")[1:] {
		var c testCase
		for line := range strings.Lines(block + "\n") {
			switch text := strings.TrimSuffix(line, "\n"); {
			case text == "":
			case c.name == "":
				c.name = text
			case text[0] == '+':
				c.in = append(c.in, text[1:])
			case text[0] == '=':
				var v any
				if err := json.Unmarshal([]byte(text[1:]), &v); err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				c.want = append(c.want, v)
			default:
				c.message += line
			}
		}
		all = append(all, c)
	}
	return all
}

func TestFiles(t *testing.T) {
	f := newFormat(t, Options{Avro: avrodata.Settings{Enhanced: true, MetaData: true, FlattenSingletons: true}})
	for _, c := range readCases(t) {
		t.Run(c.name, func(t *testing.T) {
			got := parquetfiletest.Read(t, write(t, f, decode(t, c.in...)...))
			if got.Message != c.message {
				t.Errorf("schema\n%s\nwant\n%s", got.Message, c.message)
			}
			if got, want := asJSON(t, got.Records), asJSON(t, c.want); got != want {
				t.Errorf("records\n%s\nwant\n%s", got, want)
			}
			if got.Codec != "SNAPPY" || !strings.HasPrefix(got.Metadata["parquet.avro.schema"], `{"type":"record",`) || got.Metadata["writer.model.name"] != "avro" {
				t.Errorf("codec %s, metadata %v", got.Codec, got.Metadata)
			}
		})
	}
}
