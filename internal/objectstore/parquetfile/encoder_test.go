package parquetfile

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/lz4"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/parquetfile/parquetfiletest"
)

func TestCodecs(t *testing.T) {
	records := orders(t, 1000)
	want := asJSON(t, parquetfiletest.Read(t, write(t, newFormat(t, Options{Codec: "none"}), records...)).Records)
	for _, c := range []struct{ codec, extension, name string }{
		{"none", ".parquet", "UNCOMPRESSED"},
		{"snappy", ".snappy.parquet", "SNAPPY"},
		{"gzip", ".gz.parquet", "GZIP"},
		{"zstd", ".zstd.parquet", "ZSTD"},
		{"lz4_raw", ".lz4raw.parquet", "LZ4_RAW"},
	} {
		f := newFormat(t, Options{Codec: c.codec})
		records, want := records, want
		if c.codec == "lz4_raw" {
			// The library reads pages wrong that shrink to less than a third.
			records, want = records[:3], strings.Join(strings.SplitAfter(want, "\n")[:3], "")
		}
		got := parquetfiletest.Read(t, write(t, f, records...))
		if f.Extension() != c.extension || got.Codec != c.name || asJSON(t, got.Records) != want {
			t.Errorf("%s: extension %s, codec %s, same records %t", c.codec, f.Extension(), got.Codec, asJSON(t, got.Records) == want)
		}
	}
	if _, err := New(Options{Codec: "deflate"}); err == nil {
		t.Error("deflate is no codec of Parquet, and there was no error")
	}
}

// firstPage returns the data of the first data page of a column, not compressed.
func firstPage(t *testing.T, file []byte, column int, unpack func([]byte) []byte) []byte {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	at := file[f.Metadata().RowGroups[0].Columns[column].MetaData.DataPageOffset:]
	r := bytes.NewReader(at)
	var header format.PageHeader
	if err := thrift.NewDecoder((&thrift.CompactProtocol{}).NewReader(r)).Decode(&header); err != nil {
		t.Fatal(err)
	}
	begin := len(at) - r.Len()
	page := unpack(at[begin : begin+int(header.CompressedPageSize)])
	if len(page) != int(header.UncompressedPageSize) {
		t.Errorf("page of %d bytes, its header says %d", len(page), header.UncompressedPageSize)
	}
	return page
}

// TestRawLZ4 compares pages.
func TestRawLZ4(t *testing.T) {
	records := orders(t, 1000)
	file, other := write(t, newFormat(t, Options{Codec: "lz4_raw"}), records...), write(t, newFormat(t, Options{Codec: "none"}), records...)
	for column := range 10 {
		page := firstPage(t, file, column, func(b []byte) []byte {
			page, err := (&lz4.Codec{}).Decode(nil, b)
			if err != nil {
				t.Fatal(err)
			}
			return page
		})
		if !bytes.Equal(page, firstPage(t, other, column, func(b []byte) []byte { return b })) {
			t.Errorf("page of column %d differs", column)
		}
	}
}

// TestHadoopLZ4 reads pages itself: the library does not know this codec.
func TestHadoopLZ4(t *testing.T) {
	records := orders(t, 100)
	long := strings.Repeat("a long text ", 30_000) // more than one block
	records[0].value.(*data.Struct).Slots()[7] = long
	f := newFormat(t, Options{Codec: "lz4"})
	file := write(t, f, records...)
	if got := parquetfiletest.Read(t, file); got.Codec != "LZ4" || f.Extension() != ".lz4hadoop.parquet" {
		t.Errorf("codec %s, extension %s", got.Codec, f.Extension())
	}
	same := func(b []byte) []byte { return b }
	unpack := func(b []byte) []byte {
		page, err := (&hadoopLZ4{}).Decode(nil, b)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	plainFile := write(t, newFormat(t, Options{Codec: "none"}), records...)
	for column := range 10 {
		if !bytes.Equal(firstPage(t, file, column, unpack), firstPage(t, plainFile, column, same)) {
			t.Errorf("page of column %d differs", column)
		}
	}
	packed, err := (&hadoopLZ4{}).Encode(nil, []byte(long))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := (&hadoopLZ4{}).Decode(nil, packed); err != nil || string(got) != long {
		t.Errorf("%d bytes come back as %d: %v", len(long), len(got), err)
	}
	for _, n := range []int{4, 9, len(packed) - 1} {
		if _, err := (&hadoopLZ4{}).Decode(nil, packed[:n]); err == nil {
			t.Errorf("the first %d bytes are read without an error", n)
		}
	}
}

// incompressible returns a record of a text that no other record has, and bytes.
func incompressible(t *testing.T, n, size int) []record {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	raw := make([]byte, size)
	texts := make([]string, n)
	for i := range texts {
		for j := range raw {
			raw[j] = byte(random.Uint32())
		}
		texts[i] = fmt.Sprintf(`{"schema":{"type":"struct","name":"R","fields":[{"field":"id","type":"string","optional":true},{"field":"raw","type":"bytes"}]},`+
			`"payload":{"id":"%x","raw":"%s"}}`, raw, base64.StdEncoding.EncodeToString(raw))
	}
	return decode(t, texts...)
}

// TestRowGroups: a large file has several, and its dictionaries are given up.
func TestRowGroups(t *testing.T) {
	records := incompressible(t, 3000, 1500)
	f := newFormat(t, Options{})
	file := write(t, f, records...)
	got := parquetfiletest.Read(t, file)
	if got.RowGroups != 2 || len(got.Records) != len(records) {
		t.Fatalf("%d row groups, %d records", got.RowGroups, len(got.Records))
	}
	for i, r := range got.Records {
		if id := r.(map[string]any)["id"]; id != records[i].value.(*data.Struct).At(0) {
			t.Fatalf("record %d: %v", i, id)
		}
	}
	if len(file) > 15<<20 {
		t.Errorf("file of %d bytes: a dictionary and values too", len(file))
	}
	if again := write(t, f, records...); !bytes.Equal(again, file) {
		t.Error("the same records make another file")
	}
}

func TestUndo(t *testing.T) {
	records := orders(t, 3)
	e := objectstore.NewBlockEncoder(newFormat(t, Options{}))
	var file bytes.Buffer
	for i, r := range records {
		if err := e.Append(r.schema, r.value); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			e.Undo()
			continue
		}
		if err := e.Keep(&file); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Finish(&file); err != nil {
		t.Fatal(err)
	}
	e.Release()
	if got := parquetfiletest.Read(t, file.Bytes()); len(got.Records) != 2 || got.Records[1].(map[string]any)["id"] != int64(1_000_002) {
		t.Errorf("records %v", got.Records)
	}
}

// TestAbandoned: what was in a file that did not end is in no other one.
func TestAbandoned(t *testing.T) {
	f, lost := newFormat(t, Options{}), incompressible(t, 400, 1500)
	for range 3 {
		e := objectstore.NewBlockEncoder(f)
		for _, r := range lost {
			if err := e.Append(r.schema, r.value); err != nil {
				t.Fatal(err)
			}
			if err := e.Keep(io.Discard); err != nil {
				t.Fatal(err)
			}
		}
		e.Release()
		if got := parquetfiletest.Read(t, write(t, f, lost[:7]...)); len(got.Records) != 7 {
			t.Fatalf("%d records", len(got.Records))
		}
	}
}

// TestConcurrent: files of one format are written at the same time.
func TestConcurrent(t *testing.T) {
	f, records := newFormat(t, Options{}), orders(t, 3000)
	want := write(t, f, records...)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 3 {
				if got := write(t, f, records...); !bytes.Equal(got, want) {
					t.Error("the same records make another file")
				}
			}
		})
	}
	all.Wait()
}

func TestKeys(t *testing.T) {
	f := newFormat(t, Options{Envelope: Keys})
	key := decode(t, `{"schema":{"type":"string","optional":true},"payload":"k"}`)
	got := parquetfiletest.Read(t, write(t, f, key...))
	if want := "message RecordKey {\n  optional binary key (STRING);\n}\n"; got.Message != want {
		t.Errorf("schema %s", got.Message)
	}
	if text := asJSON(t, got.Records); text != "{\"key\":\"k\"}\n" {
		t.Errorf("records %s", text)
	}
	_, err := f.New().Append(nil, nil, "k")
	checkError(t, err, "org.apache.kafka.connect.errors.SchemaBuilderException", "fieldSchema for field key cannot be null.")
}

func checkError(t *testing.T, err error, class, text string) {
	t.Helper()
	if err == nil || err.Error() != text || javaerr.Class(err) != class {
		t.Errorf("error %v of class %s, want %s: %s", err, javaerr.Class(err), class, text)
	}
}

func TestErrors(t *testing.T) {
	const dataException = "org.apache.kafka.connect.errors.DataException"
	text, number := data.NewStructBuilder().Name("A").Field("f", data.StringSchema).MustBuild(), data.NewStructBuilder().Name("A").Field("f", data.Int32Schema).MustBuild()
	empty := data.NewStructBuilder().Name("E").MustBuild()
	nested := data.NewStructBuilder().Name("Y").Field("e", data.NewStructBuilder().Name("X").Optional().MustBuild()).MustBuild()
	optional := data.NewStructBuilder().Name("A").Optional().Field("f", data.StringSchema).MustBuild()
	money := data.NewStructBuilder().Name("M").Field("f", data.NewDecimalSchema(2).MustBuild()).MustBuild()
	day := data.NewStructBuilder().Name("D").Field("f", data.DateSchema).MustBuild()
	of := func(s *data.Schema, v ...any) *data.Struct { return data.StructOf(s, v) }
	for _, c := range []struct {
		codec       string
		schema      *data.Schema
		value       any
		class, text string
	}{
		{"none", data.StringSchema, "x", "java.lang.IllegalArgumentException", "Avro schema must be a record."},
		{"none", optional, of(optional, "x"), "java.lang.IllegalArgumentException", "Avro schema must be a record."},
		{"none", nil, "x", "java.lang.NullPointerException", "ParquetFormat writes records with a schema, and this one has none"},
		{"none", empty, of(empty), "org.apache.parquet.schema.InvalidSchemaException", "Cannot write a schema with an empty group: message E {\n}\n"},
		{"none", nested, of(nested, nil), "org.apache.parquet.schema.InvalidSchemaException", "Cannot write a schema with an empty group: optional group e {\n}"},
		{"brotli", text, of(text, "x"), "org.apache.parquet.hadoop.BadConfigurationException", "Class org.apache.hadoop.io.compress.BrotliCodec was not found"},
		{"lzo", text, of(text, "x"), "org.apache.parquet.hadoop.BadConfigurationException", "Class com.hadoop.compression.lzo.LzoCodec was not found"},
		{"lzo", data.StringSchema, "x", "java.lang.IllegalArgumentException", "Avro schema must be a record."},
		{"none", text, of(text, nil), dataException, "Found null value for non-optional schema"},
		{"none", text, of(text, int32(1)), dataException, "Invalid type for STRING: class java.lang.Integer"},
		{"none", number, of(number, "x"), dataException, "Invalid type for INT32: class java.lang.String"},
		{"none", text, of(number, int32(1)), dataException, "Mismatching struct schema"},
		{"none", money, of(money, "x"), dataException, "Invalid type for Decimal, expected BigDecimal but was class java.lang.String"},
		{"none", money, of(money, data.NewDecimal(5, 1)), dataException, "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 1."},
		{"none", day, of(day, int32(1)), dataException, "Invalid type for Date, expected Date but was class java.lang.Integer"},
	} {
		_, err := newFormat(t, Options{Codec: c.codec}).New().Append(nil, c.schema, c.value)
		checkError(t, err, c.class, c.text)
	}
}

// TestAfterError: a record that cannot be written leaves nothing behind.
func TestAfterError(t *testing.T) {
	records := orders(t, 2)
	bad := data.StructOf(records[0].schema, append([]any{}, records[0].value.(*data.Struct).Slots()...))
	bad.Slots()[9] = 5
	e := objectstore.NewBlockEncoder(newFormat(t, Options{}))
	var file bytes.Buffer
	for i, v := range []any{bad, records[0].value, bad, records[1].value} {
		err := e.Append(records[0].schema, v)
		if (err != nil) != (i%2 == 0) {
			t.Errorf("append %d: %v", i, err)
		}
	}
	if err := e.Append(data.StringSchema, "x"); err == nil {
		t.Error("a record of another schema is taken")
	}
	if err := e.Finish(&file); err != nil {
		t.Fatal(err)
	}
	e.Release()
	if got := parquetfiletest.Read(t, file.Bytes()); len(got.Records) != 2 {
		t.Errorf("records %v", got.Records)
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteError(t *testing.T) {
	e := objectstore.NewBlockEncoder(newFormat(t, Options{}))
	defer e.Release()
	for _, r := range orders(t, 100) {
		if err := e.Append(r.schema, r.value); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Finish(full{}); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}
