package aivens3sink_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/avro/ocf"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/objectstore/parquetfile/parquetfiletest"
)

// consumed returns a record at an offset with a time of its own.
func consumed(offset, timestamp int64, r connect.Record) connect.Record {
	r = connecttest.Consume(tp(0), offset, r)
	r.Timestamp = timestamp
	return r
}

// one writes records to one object and returns it.
func one(t *testing.T, config []string, records ...connect.Record) string {
	t.Helper()
	r := start(t, 0, config...)
	r.put(records...)
	if _, err := r.task.Commit(); err != nil {
		t.Fatal(err)
	}
	objects := r.store.Objects(t)
	if len(objects) != 1 {
		t.Fatalf("%d objects: %q", len(objects), slices.Collect(maps.Keys(objects)))
	}
	for _, content := range objects {
		return string(content)
	}
	return ""
}

func user() (*data.Schema, *data.Struct) {
	schema := data.NewStructBuilder().Name("com.acme.User").Field("name", data.StringSchema).Field("age", data.OptionalInt32Schema).MustBuild()
	return schema, data.StructOf(schema, []any{"Ann", int32(33)})
}

func TestText(t *testing.T) {
	bytesRecord := record(0, 5, "v,1")
	bytesRecord.Timestamp = 1554210895000
	bytesRecord.Headers = connect.Headers{{Key: "h1", Schema: data.BytesSchema, Value: []byte("x")}, {Key: "h2", Schema: data.OptionalBytesSchema}}
	nulls := consumed(6, connect.NoTimestamp, connect.Record{KeySchema: data.OptionalBytesSchema, ValueSchema: data.OptionalBytesSchema})
	schema, ann := user()
	m := data.NewHashMap(2)
	m.Put("b", int64(1))
	m.Put("a", []any{1.5, nil, "é\U0001F600"})
	structs := consumed(5, 1577836801000, connect.Record{
		KeySchema: data.StringSchema, Key: "k\n", ValueSchema: schema, Value: ann,
		Headers: connect.Headers{{Key: "h", Schema: data.StringSchema, Value: "x"}, {Key: "i", Schema: data.Int8Schema, Value: int8(7)}},
	})
	maps := consumed(6, 1577836801020, connect.Record{Key: int64(4), Value: m})
	none := consumed(7, connect.NoTimestamp, connect.Record{})
	const all = "key,value,offset,timestamp,headers"
	for _, c := range []struct {
		name    string
		config  []string
		records []connect.Record
		want    string
	}{
		{"csv", nil, []connect.Record{bytesRecord}, "diwx"},
		{"csv of all", []string{"format.output.fields", all}, []connect.Record{bytesRecord, nulls}, "aw==,diwx,5,1554210895000,aDE=:eA==;aDI=:;\n,,6,,"},
		{
			"csv in another order",
			[]string{"output_fields", "Offset,VALUE,key", "format.output.fields.value.encoding", "none"},
			[]connect.Record{bytesRecord},
			"5,v,1,aw==",
		},
		{
			"jsonl",
			[]string{"format.output.type", "jsonl", "format.output.fields", "key,value,offset,timestamp"},
			[]connect.Record{structs, maps, none},
			`{"offset":5,"value":{"name":"Ann","age":33},"key":"k\n","timestamp":"2020-01-01T00:00:01Z"}` + "\n" +
				`{"offset":6,"value":{"a":[1.5,null,"é\uD83D\uDE00"],"b":1},"key":4,"timestamp":"2020-01-01T00:00:01.020Z"}` + "\n" +
				`{"offset":7,"value":null,"key":null,"timestamp":null}`,
		},
		{
			"json",
			[]string{"format.output.type", "json", "format.output.fields", "headers,value"},
			[]connect.Record{structs, none},
			"[\n" + `{"headers":[{"key":"h","value":"x"},{"key":"i","value":7}],"value":{"name":"Ann","age":33}}` + ",\n" + `{"headers":[],"value":null}` + "\n]",
		},
		{"json by default", []string{"format.output.type", "JSON"}, []connect.Record{structs}, "[\n{\"value\":{\"name\":\"Ann\",\"age\":33}}\n]"},
		{
			"jsonl without envelope",
			[]string{"format.output.type", "jsonl", "format.output.envelope", "false", "format.output.fields", "value"},
			[]connect.Record{structs, none},
			"{\"name\":\"Ann\",\"age\":33}\nnull",
		},
		{"bytes in json", []string{"format.output.type", "jsonl"}, []connect.Record{bytesRecord}, `{"value":"diwx"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := one(t, c.config, c.records...); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestRefused: records that an output cannot have fail the task, with the words of
// the Java connector.
func TestRefused(t *testing.T) {
	text := consumed(0, 0, connect.Record{KeySchema: data.StringSchema, Key: "k", ValueSchema: data.StringSchema, Value: "v"})
	bare := consumed(0, 0, connect.Record{Key: "k", Value: "v"})
	timeless := text
	timeless.Timestamp = connect.NoTimestamp
	headers := text
	headers.Headers = connect.Headers{{Key: "a", Schema: data.StringSchema, Value: "x"}, {Key: "b", Schema: data.Int32Schema, Value: int32(1)}}
	for _, c := range []struct {
		config []string
		record connect.Record
		want   string
	}{
		{nil, text, "Record value schema type must be BYTES, STRING given"},
		{nil, bare, "value schema cannot be null"},
		{[]string{"output_fields", "key"}, bare, "key schema cannot be null"},
		{[]string{"output_fields", "headers"}, headers, "Invalid schema type for ByteArrayConverter: STRING"},
		{[]string{"format.output.type", "avro"}, bare, "Record must have schemas for key and value"},
		{[]string{"format.output.type", "avro", "output_fields", "timestamp"}, timeless, "The record has no timestamp"},
		{[]string{"format.output.type", "parquet", "output_fields", "headers"}, headers, "Header schema Schema{INT32} for 'b' is not the same as the already defined map type: Schema{STRING}. "},
		{
			[]string{"file.name.template", "{{topic}}{{partition}}{{start_offset}}{{timestamp:unit=dd}}", "file.name.timestamp.source", "event", "format.output.type", "json"},
			timeless, "The record has no timestamp, which names",
		},
	} {
		r := start(t, 0, c.config...)
		err := r.task.Put(c.record)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || connect.IsRetriable(err) {
			t.Errorf("%v: error %v, want %s", c.config, err, c.want)
		}
		r.commit(sink.Offsets{})
	}
}

// readAvro returns schema and records of a file, as JSON.
func readAvro(t *testing.T, file string) (schema string, records []string) {
	t.Helper()
	r, err := ocf.NewReader(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for {
		var v any
		err := r.Decode(&v)
		if errors.Is(err, io.EOF) {
			return string(r.Metadata()["avro.schema"]), records
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, string(text))
	}
}

func TestAvro(t *testing.T) {
	const envelope = `{"type":"record","name":"connector_records","namespace":"io.aiven.avro.output.schema","fields":[`
	const userSchema = `{"type":"record","name":"User","namespace":"com.acme","fields":[{"name":"name","type":"string"},{"name":"age","type":["null","int"],"default":null}],"connect.name":"com.acme.User"}`
	schema, ann := user()
	headers := connect.Headers{{Key: "h", Schema: data.StringSchema, Value: "x"}}
	structs := consumed(5, 100, connect.Record{KeySchema: data.StringSchema, Key: "k", ValueSchema: schema, Value: ann, Headers: headers})
	next := structs
	next.Consumed = consumed(6, 0, connect.Record{}).Consumed
	m := data.NewHashMap(2)
	m.Put("x", int64(1))
	m.Put("y", int64(2))
	mapped := consumed(5, 100, connect.Record{KeySchema: data.StringSchema, ValueSchema: data.NewMapOf(data.StringSchema, data.Int64Schema).MustBuild(), Value: m})
	text := consumed(5, 100, connect.Record{KeySchema: data.StringSchema, ValueSchema: data.StringSchema, Value: "v"})
	for _, c := range []struct {
		name    string
		config  []string
		records []connect.Record
		schema  string
		want    []string
	}{
		{
			"all",
			[]string{"format.output.fields", "key,offset,timestamp,headers,value"},
			[]connect.Record{structs, next},
			envelope + `{"name":"key","type":"string"},{"name":"offset","type":"long"},{"name":"timestamp","type":"long"},` +
				`{"name":"headers","type":{"type":"map","values":"string"}},{"name":"value","type":` + userSchema + `}]}`,
			[]string{
				`{"headers":{"h":"x"},"key":"k","offset":5,"timestamp":100,"value":{"age":33,"name":"Ann"}}`,
				`{"headers":{"h":"x"},"key":"k","offset":6,"timestamp":100,"value":{"age":33,"name":"Ann"}}`,
			},
		},
		{
			"no headers",
			[]string{"format.output.fields", "value,headers", "avro.codec", "deflate"},
			[]connect.Record{text},
			envelope + `{"name":"value","type":"string"},{"name":"headers","type":"null"}]}`,
			[]string{`{"headers":null,"value":"v"}`},
		},
		{"no envelope", []string{"format.output.fields", "value", "format.output.envelope", "false"}, []connect.Record{structs}, userSchema, []string{`{"age":33,"name":"Ann"}`}},
		{
			"map without envelope",
			[]string{"format.output.fields", "value", "format.output.envelope", "false"},
			[]connect.Record{mapped},
			envelope + `{"name":"x","type":"long"},{"name":"y","type":"long"}]}`,
			[]string{`{"x":1,"y":2}`},
		},
		{
			"text without envelope",
			[]string{"format.output.fields", "value", "format.output.envelope", "false"},
			[]connect.Record{text},
			envelope + `{"name":"value","type":"string"}]}`,
			[]string{`{"value":"v"}`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, records := readAvro(t, one(t, append([]string{"format.output.type", "avro"}, c.config...), c.records...))
			if got != c.schema {
				t.Errorf("schema %s\nwant   %s", got, c.schema)
			}
			if !slices.Equal(records, c.want) {
				t.Errorf("records %s\nwant    %s", records, c.want)
			}
		})
	}
}

// TestAvroCompressed: the file as a whole is compressed, and named so.
func TestAvroCompressed(t *testing.T) {
	r := start(t, 0, "format.output.type", "avro", "file.compression.type", "gzip")
	for i := range int64(3000) {
		r.put(record(0, i, fmt.Sprint("value ", i)))
	}
	r.commit(sink.Offsets{tp(0): 3000})
	_, records := readAvro(t, inflate(t, "gzip", r.store.Objects(t)["t-0-0.avro.gz"]))
	if len(records) != 3000 {
		t.Errorf("%d records", len(records))
	}
}

func TestParquet(t *testing.T) {
	schema, ann := user()
	structs := consumed(5, 100, connect.Record{
		KeySchema: data.OptionalStringSchema, Key: "k", ValueSchema: schema, Value: ann,
		Headers: connect.Headers{{Key: "h", Schema: data.StringSchema, Value: "x"}},
	})
	const value = "{\n    required binary name (STRING);\n    optional int32 age;\n  }\n"
	for _, c := range []struct {
		name, codec string
		config      []string
		message     string
		want        string
	}{
		{
			"all", "SNAPPY",
			[]string{"format.output.fields", "key,offset,timestamp,headers,value", "file.compression.type", "snappy"},
			"message io.aiven.parquet.output.schema.connector_records {\n  optional binary key (STRING);\n  required int64 offset;\n  required int64 timestamp;\n" +
				"  required group headers (MAP) {\n    repeated group key_value (MAP_KEY_VALUE) {\n      required binary key (STRING);\n      required binary value (STRING);\n    }\n  }\n" +
				"  required group value " + value + "}\n",
			`{"headers":{"h":"x"},"key":"k","offset":5,"timestamp":100,"value":{"age":33,"name":"Ann"}}`,
		},
		{
			"value", "UNCOMPRESSED", nil, "message io.aiven.parquet.output.schema.connector_records {\n  required group value " + value + "}\n",
			`{"value":{"age":33,"name":"Ann"}}`,
		},
		{
			"no envelope", "GZIP",
			[]string{"format.output.fields", "value", "format.output.envelope", "false", "file.compression.type", "gzip"},
			"message com.acme.User {\n  required binary name (STRING);\n  optional int32 age;\n}\n", `{"age":33,"name":"Ann"}`,
		},
		{"zstd", "ZSTD", []string{"format.output.fields", "offset", "file.compression.type", "zstd"}, "message io.aiven.parquet.output.schema.connector_records {\n  required int64 offset;\n}\n", `{"offset":5}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := parquetfiletest.Read(t, []byte(one(t, append([]string{"format.output.type", "parquet"}, c.config...), structs)))
			if f.Message != c.message || f.Codec != c.codec {
				t.Errorf("codec %s, schema %s\nwant %s", f.Codec, f.Message, c.message)
			}
			got, err := json.Marshal(f.Records)
			if err != nil || string(got) != "["+c.want+"]" {
				t.Errorf("records %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

// TestSchemas: another schema begins another object.
func TestSchemas(t *testing.T) {
	schema, ann := user()
	more := data.NewStructBuilder().Name("com.acme.User").Field("name", data.StringSchema).Field("age", data.OptionalInt32Schema).Field("x", data.OptionalBooleanSchema).MustBuild()
	again := data.NewStructBuilder().Name("com.acme.User").Field("name", data.StringSchema).Field("age", data.OptionalInt32Schema).MustBuild()
	for _, kind := range []string{"avro", "parquet"} {
		r := start(t, 0, "format.output.type", kind, "format.output.fields", "value,headers", "file.name.template", "{{topic}}-{{partition}}-{{start_offset}}")
		for i, value := range []*data.Struct{
			ann, data.StructOf(again, []any{"Bob", nil}), data.StructOf(more, []any{"Cid", nil, true}), data.StructOf(more, []any{"Dan", nil, true}),
			data.StructOf(schema, []any{"Eve", nil}), data.StructOf(schema, []any{"Fay", nil}),
		} {
			x := consumed(int64(i), 100, connect.Record{KeySchema: data.StringSchema, Key: "k", ValueSchema: value.Schema(), Value: value})
			if i == 5 {
				x.Headers = connect.Headers{{Key: "h", Schema: data.StringSchema, Value: "x"}}
			}
			r.put(x)
		}
		r.commit(sink.Offsets{tp(0): 6})
		objects := r.store.Objects(t)
		if got := slices.Sorted(maps.Keys(objects)); !slices.Equal(got, []string{"t-0-0", "t-0-2", "t-0-4", "t-0-5"}) {
			t.Errorf("%s: objects %q", kind, got)
		}
		if kind == "parquet" && parquetfiletest.Read(t, objects["t-0-2"]).Rows != 2 {
			t.Error("parquet: not two rows")
		}
		if kind == "avro" && !bytes.Contains(objects["t-0-0"], []byte("Bob")) {
			t.Error("avro: an equal schema began another object")
		}
	}
}
