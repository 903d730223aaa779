package glueavroconverter

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/schemaregistry/glue"
	"github.com/millrace/millrace/internal/schemaregistry/glue/gluetest"
)

const (
	// What stands before a value of the first version, and of a compressed one.
	head       = "0300" + "000102030405460788090000000000" + "01"
	zipped     = "0305" + "000102030405460788090000000000" + "01"
	register   = "schemaAutoRegistrationEnabled"
	ofRegistry = "default-registry/t"
)

func settings(fake *gluetest.Registry, props ...string) map[string]string {
	s := map[string]string{"region": gluetest.Region, "endpoint": fake.URL}
	for i := 0; i < len(props); i += 2 {
		s[props[i]] = props[i+1]
	}
	return s
}

func converter(t testing.TB, fake *gluetest.Registry, props ...string) *Converter {
	t.Helper()
	v, err := Config.Parse(settings(fake, props...))
	if err != nil {
		t.Fatal(err)
	}
	calls := glue.FromConfig(v)
	calls.Backoff = time.Millisecond
	c, err := open(v, calls)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func order() (*data.Schema, *data.Struct) {
	s := data.NewStructBuilder().Name("shop.Order").Field("id", data.Int64Schema).
		Field("note", data.OptionalStringSchema).MustBuild()
	return s, data.StructOf(s, []any{int64(7), "x"})
}

func TestContract(t *testing.T) {
	fake := gluetest.Start(t)
	schema, value := order()
	pair := data.NewStructBuilder().Name("a.B").Field("a", data.NewArray(data.Int32Schema).MustBuild()).
		Field("m", data.NewMapOf(data.StringSchema, data.OptionalFloat64Schema).MustBuild()).Field("small", data.Int8Schema).Field("at", data.TimestampSchema).MustBuild()
	m := data.NewMap(1)
	m.Put("k", 1.5)
	connecttest.Converter{
		Plugin: Plugin, Config: settings(fake, register, "true"),
		Values: []connecttest.RoundTrip{
			{Schema: schema, Value: value},
			{Schema: pair, Value: data.StructOf(pair, []any{[]any{int32(1)}, m, int8(2), data.Instant(3)})},
		},
		Malformed: [][]byte{{}, {3}, {0, 0, 0, 0, 1, 2}, append([]byte{3, 1}, make([]byte, 20)...), append([]byte{3, 0}, make([]byte, 20)...)},
		Refused: []connecttest.RoundTrip{
			{Schema: data.StringSchema, Value: "x"},
			{Value: "x"},
			{Schema: schema},
			{Schema: schema, Value: "x"},
			{Schema: data.NewArray(data.Int32Schema).MustBuild(), Value: []any{}},
		},
		Bad: []connecttest.BadSetting{
			{Key: "compression", Value: "GZIP"},
			{Key: "avroRecordType", Value: "UNKNOWN"},
			{Key: "secondaryDeserializer", Value: "com.acme.Own"},
			{Key: "schemaNameGenerationClass", Value: "com.acme.Own"},
			{Key: "tags", Value: "a=b"},
			{Key: "endpoint", Value: "nonsense"},
		},
	}.Run(t)
}

// TestWrite: the bytes of values and the definitions of their schemas.
func TestWrite(t *testing.T) {
	schema, value := order()
	optional := data.Copy(schema).Optional().MustBuild()
	union := data.NewStructBuilder().Name("io.confluent.connect.avro.Union").Field("int", data.OptionalInt32Schema).Field("Order", optional).MustBuild()
	inner := data.NewStructBuilder().Field("x", data.Int32Schema).MustBuild()
	unnamed := data.NewStructBuilder().Field("s", inner).Field("m", data.NewMapOf(data.Int32Schema, data.StringSchema).MustBuild()).MustBuild()
	entries := data.NewMap(1)
	entries.PutKey(int32(1), "a")
	const definition = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"long"},` +
		`{"name":"note","type":["null","string"],"default":null}],"connect.name":"shop.Order"}`
	for _, c := range []struct {
		name       string
		schema     *data.Schema
		value      any
		definition string
		want       string // after the header: hand-made, or of zlib
	}{
		// long 7 is 14, branch 1 is 2, the length 1 is 2
		{"struct", schema, value, definition, head + "0e" + "02" + "0278"},
		{"optional struct", optional, data.StructOf(optional, value.Slots()), definition, head + "0e" + "02" + "0278"},
		{"member of a union", union, data.StructOf(union, []any{nil, data.StructOf(optional, value.Slots())}), definition, head + "0e" + "02" + "0278"},
		// x is 6; the map is a block of one entry 1 → "a", and the end
		{
			"names made up", unnamed, data.StructOf(unnamed, []any{data.StructOf(inner, []any{int32(3)}), entries}),
			`{"type":"record","name":"ConnectDefault","namespace":"` + namespace + `","fields":[` +
				`{"name":"s","type":{"type":"record","name":"ConnectDefault2","fields":[{"name":"x","type":"int"}]}},` +
				`{"name":"m","type":{"type":"array","items":{"type":"record","name":"MapEntry","fields":[{"name":"key","type":"int"},{"name":"value","type":"string"}]}}}]}`,
			head + "06" + "02" + "02" + "0261" + "00",
		},
	} {
		fake := gluetest.Start(t)
		conv := converter(t, fake, register, "true")
		raw, err := conv.FromConnect("t", nil, c.schema, c.value)
		if got := hex.EncodeToString(raw); err != nil || got != c.want {
			t.Errorf("%s: %s, %v, want %s", c.name, got, err, c.want)
		}
		got := fake.Version("00010203-0405-4607-8809-000000000001")
		if got.Text != c.definition || got.Schema != ofRegistry || got.Format != "AVRO" {
			t.Errorf("%s: %+v", c.name, got)
		}
		if _, v, err := conv.ToConnect("t", nil, raw); err != nil || len(v.(*data.Struct).Slots()) != 2 {
			t.Errorf("%s: read %v, %v", c.name, v, err)
		}
	}
}

// TestRead: values of any schema, those of the Java converter among them.
func TestRead(t *testing.T) {
	const anything = `{"type":"record","name":"Anything","namespace":"` + namespace + `","fields":[{"name":"boolean","type":["null","boolean"],"default":null},` +
		`{"name":"bytes","type":["null","bytes"],"default":null},{"name":"double","type":["null","double"],"default":null},{"name":"float","type":["null","float"],"default":null},` +
		`{"name":"int","type":["null","int"],"default":null},{"name":"long","type":["null","long"],"default":null},{"name":"string","type":["null","string"],"default":null},` +
		`{"name":"array","type":["null",{"type":"array","items":"Anything"}],"default":null},{"name":"map","type":["null",{"type":"array","items":` +
		`{"type":"record","name":"MapEntry","fields":[{"name":"key","type":"Anything"},{"name":"value","type":"Anything"}]}}],"default":null}]}`
	for _, c := range []struct {
		name, definition, raw string
		schema                *data.Schema
		want                  any
	}{
		{"string", `"string"`, head + "0278", data.StringSchema, "x"},
		{"bytes", `"bytes"`, head + "0278", data.BytesSchema, []byte("x")},
		{"what follows is left aside", `"int"`, head + "0602", data.Int32Schema, int32(3)},
		{"compressed", `"string"`, zipped + "789c" + "63620400" + "00070004", data.StringSchema, "\x01"},
		{"optional", `["null","long"]`, head + "0206", data.OptionalInt64Schema, int64(3)},
		{"version of its own", `{"type":"int","connect.version":4}`, head + "06", data.NewBuilder(data.Int32).Version(4).MustBuild(), int32(3)},
		{"without schema", anything, head + "0000000000000202780000", nil, "x"},
		{
			"unnamed", `{"type":"record","name":"ConnectDefault","namespace":"` + namespace + `","fields":[{"name":"x","type":"int"}]}`, head + "06",
			data.NewStructBuilder().Field("x", data.Int32Schema).MustBuild(), nil,
		},
		{
			"map of entries", `{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"` + namespace + `","fields":[{"name":"key","type":"int"},{"name":"value","type":"int"}]}}`,
			head + "00", data.NewMapOf(data.Int32Schema, data.Int32Schema).MustBuild(), nil,
		},
	} {
		fake := gluetest.Start(t)
		fake.Add(gluetest.Version{Schema: "elsewhere/s", Format: "AVRO", Text: c.definition, Status: "AVAILABLE"})
		raw, err := hex.DecodeString(c.raw)
		if err != nil {
			t.Fatal(err)
		}
		conv := converter(t, fake)
		for range 2 {
			schema, v, err := conv.ToConnect("t", nil, raw)
			if err != nil || !schema.Equal(c.schema) || c.want != nil && data.Text(v) != data.Text(c.want) {
				t.Errorf("%s: %v %v, %v", c.name, schema, v, err)
			}
		}
		if calls := fake.Calls(); !slices.Equal(calls, []string{"GetSchemaVersion"}) {
			t.Errorf("%s: %q", c.name, calls)
		}
	}
}

func TestCompression(t *testing.T) {
	fake := gluetest.Start(t)
	schema, value := order()
	value.Slots()[1] = strings.Repeat("long ", 100)
	c := converter(t, fake, register, "true", "compression", "zlib")
	raw, err := c.FromConnect("t", nil, schema, value)
	if err != nil || !strings.HasPrefix(hex.EncodeToString(raw), zipped+"78") || len(raw) > 100 {
		t.Fatalf("%x, %v", raw, err)
	}
	for range 2 {
		_, v, err := c.ToConnect("t", nil, raw)
		if err != nil || v.(*data.Struct).Slots()[1] != value.Slots()[1] {
			t.Errorf("%v, %v", v, err)
		}
	}
	if _, _, err := c.ToConnect("t", nil, raw[:len(raw)-1]); err == nil || !strings.Contains(javaerr.Trace(err), "decompress the value") {
		t.Error(err)
	}
}

// TestErrors: their classes, and what they say.
func TestErrors(t *testing.T) {
	schema, value := order()
	throttled := gluetest.Fault{Status: 400, Code: "ThrottlingException"}
	for _, c := range []struct {
		name   string
		faults []gluetest.Fault
		class  string
		cause  string
	}{
		{"throttled", []gluetest.Fault{throttled, throttled, throttled, throttled}, javaerr.RetriableException, "ThrottlingException"},
		{"denied", []gluetest.Fault{{Status: 400, Code: "AccessDeniedException"}}, javaerr.DataException, "AccessDeniedException"},
		{"not there", nil, javaerr.DataException, "schemaAutoRegistrationEnabled is false"},
	} {
		fake := gluetest.Start(t)
		fake.Fail("GetSchemaByDefinition", c.faults...)
		_, err := converter(t, fake).FromConnect("t", nil, schema, value)
		if err == nil || javaerr.Class(err) != c.class || err.Error() != writing || !strings.Contains(javaerr.Trace(err), c.cause) {
			t.Errorf("%s: %s %v", c.name, javaerr.Class(err), err)
		}
		var e *glue.Error
		if !errors.As(err, &e) || javaerr.Class(e) != "com.amazonaws.services.schemaregistry.exception.AWSSchemaRegistryException" {
			t.Errorf("%s: %v", c.name, e)
		}
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ definition, raw, props, cause string }{
		{`"string"`, "000000000102", "", "Invalid schema registry header version byte in data"},
		{`"string"`, strings.Replace(head, "0300", "0301", 1), "", "Invalid schema registry compression byte in data"},
		{`"string"`, head[:10], "", "Data is not compatible with schema registry size: 5"},
		{`"string"`, strings.TrimSuffix(head, "01") + "02", "", "fetch the schema version 00010203-0405-4607-8809-000000000002"},
		{`"string"`, zipped + "00", "", "decompress the value"},
		{`"string"`, head + "04", "", "read Avro with the schema version"},
		{`{`, head + "04", "", "read the schema of version"},
		{`"null"`, head, "", "Standalone null schemas are not supported by this converter"},
		{`{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}`, head, "", "recursive schemas are not supported"},
		{`"string"`, head + "0278", specific, "needs Java classes: not supported"},
	} {
		fake := gluetest.Start(t)
		fake.Add(gluetest.Version{Schema: ofRegistry, Format: "AVRO", Text: c.definition, Status: "AVAILABLE"})
		props := []string{}
		if c.props != "" {
			props = []string{recordType, c.props}
		}
		raw, _ := hex.DecodeString(c.raw)
		_, _, err := converter(t, fake, props...).ToConnect("t", nil, raw)
		if err == nil || javaerr.Class(err) != javaerr.DataException || !strings.Contains(javaerr.Trace(err), c.cause) {
			t.Errorf("%s: %v", c.cause, err)
		}
	}
}

func TestNulls(t *testing.T) {
	c := converter(t, gluetest.Start(t))
	schema, _ := order()
	union := data.NewStructBuilder().Name(namespace+".Union").Optional().Field("int", data.OptionalInt32Schema).MustBuild()
	for _, s := range []*data.Schema{nil, data.OptionalStringSchema, data.Copy(schema).Optional().MustBuild()} {
		if raw, err := c.FromConnect("t", nil, s, nil); raw != nil || err != nil {
			t.Errorf("%v: %x, %v", s, raw, err)
		}
	}
	if raw, err := c.FromConnect("t", nil, union, data.StructOf(union, []any{nil})); raw != nil || err != nil {
		t.Errorf("%x, %v", raw, err)
	}
}

func FuzzToConnect(f *testing.F) {
	fake := gluetest.Start(f)
	c := converter(f, fake, register, "true")
	schema, value := order()
	raw, err := c.FromConnect("t", nil, schema, value)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(append([]byte{3, 5}, raw[2:]...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) >= glue.Header && !bytes.Equal(raw[2:glue.Header], mustHex(head)[2:]) {
			return // not a version that there is
		}
		schema, v, err := c.ToConnect("t", nil, raw)
		if err != nil || schema == nil {
			return
		}
		if err := data.Validate(schema, v); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	})
}

func mustHex(text string) []byte {
	raw, _ := hex.DecodeString(text)
	return raw
}

func BenchmarkConverter(b *testing.B) {
	fake := gluetest.Start(b)
	schema, value := order()
	for _, compression := range []string{"NONE", "ZLIB"} {
		c := converter(b, fake, register, "true", "compression", compression)
		raw, err := c.FromConnect("t", nil, schema, value)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(compression+"/write", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = c.FromConnect("t", nil, schema, value)
			}
		})
		b.Run(compression+"/read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, _ = c.ToConnect("t", nil, raw)
			}
		})
	}
}
