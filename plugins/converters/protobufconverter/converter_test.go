package protobufconverter

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/devregistry/devregistrytest"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

const urlName = "schema.registry.url"

func converter(t testing.TB, role convert.Role, props ...string) *Converter {
	t.Helper()
	return devregistrytest.New(t, New, role, props...)
}

const tagParam = "io.confluent.connect.protobuf.Tag"

// tagged is a schema as it is read: optional, with the number of its field.
func tagged(s *data.Schema, number string) *data.Schema {
	return data.Copy(s).Optional().Parameter(tagParam, number).MustBuild()
}

func order() (*data.Schema, *data.Struct) {
	s := data.NewStructBuilder().Name("shop.Order").Field("id", data.Int64Schema).
		Field("note", data.OptionalStringSchema).MustBuild()
	return s, data.StructOf(s, []any{int64(7), "x"})
}

func suite() devregistrytest.Suite {
	schema, value := order()
	return devregistrytest.Suite{
		New: func(t testing.TB, role convert.Role, props ...string) convert.Converter {
			return converter(t, role, props...)
		},
		Value: connecttest.RoundTrip{Schema: schema, Value: value},
	}
}

func TestContract(t *testing.T) {
	schema := data.NewStructBuilder().Name("Order").Field("id", tagged(data.Int64Schema, "1")).
		Field("note", tagged(data.StringSchema, "2")).Version(1).MustBuild()
	connecttest.Converter{
		Plugin: Plugin, Config: map[string]string{urlName: devregistrytest.Start(t)},
		Values:    []connecttest.RoundTrip{{Schema: schema, Value: data.StructOf(schema, []any{int64(7), "x"})}},
		Malformed: [][]byte{{}, {0}, {1, 0, 0, 0, 1, 0}, {0, 0, 0, 0, 1}, {0, 0, 0, 0, 9, 0}, {0, 0, 0, 0, 1, 2, 4}, {0, 0, 0, 0, 1, 0, 8}, {0, 0, 0, 0, 1, 0, 0x12, 9, 'x'}},
		Refused: []connecttest.RoundTrip{
			{Schema: data.StringSchema, Value: int32(1)},
			{Value: "x"},
			{Schema: data.NewArray(data.StringSchema).MustBuild(), Value: []any{"x"}},
		},
		Bad: []connecttest.BadSetting{
			{Key: urlName, Value: "nonsense"},
			{Key: "value.subject.name.strategy", Value: "com.acme.Own"},
			{Key: skipKnown, Value: "false"},
			{Key: referenceStrategy, Value: "com.acme.Own"},
			{Key: flattenUnions, Value: "perhaps"},
		},
	}.Run(t)
}

func TestWireFormat(t *testing.T) {
	url := devregistrytest.Start(t)
	c := converter(t, convert.Value, urlName, url)
	schema, value := order()
	raw, err := c.FromConnect("orders", nil, schema, value)
	if want := []byte{0, 0, 0, 0, 1, 0, 8, 7, 0x12, 1, 'x'}; err != nil || !bytes.Equal(raw, want) {
		t.Fatalf("%v, %v, want %v", raw, err, want)
	}
	var got struct {
		Schema, SchemaType string
		ID, Version        int
	}
	devregistrytest.Get(t, url+"/subjects/orders-value/versions/latest", &got)
	const want = "syntax = \"proto3\";\npackage shop;\n\nmessage Order {\n  int64 id = 1;\n  string note = 2;\n}\n"
	if got.Schema != want || got.SchemaType != "PROTOBUF" || got.ID != 1 || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	back, v, err := c.ToConnect("orders", nil, raw)
	if err != nil || back.Name() != "Order" || v.(*data.Struct).Slots()[0] != int64(7) {
		t.Errorf("%v %v %v", back, v, err)
	}
	if version, _ := back.Version(); version != 1 {
		t.Errorf("version %d", version)
	}
	for _, p := range []struct {
		schema *data.Schema
		value  any
		want   []byte // from the indexes on
	}{
		{data.StringSchema, "ab", []byte{2, 14, 0x0a, 2, 'a', 'b'}},
		{data.Float64Schema, 1.0, []byte{0, 9, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}},
		{data.Int64Schema, int64(0), []byte{2, 4}},
		{data.BytesSchema, []byte{1}, []byte{2, 16, 0x0a, 1, 1}},
	} {
		raw, err := c.FromConnect("plain", nil, p.schema, p.value)
		if err != nil || !bytes.Equal(raw[subject.Prefix:], p.want) {
			t.Errorf("%v: %v, %v, want %v", p.value, raw, err, p.want)
			continue
		}
		back, v, err := c.ToConnect("plain", nil, raw)
		if err != nil || !data.Equal(v, p.value) || back.Type() != p.schema.Type() {
			t.Errorf("%v is read as %v of %v, %v", p.value, v, back, err)
		}
	}
	if raw, err := c.FromConnect("orders", nil, schema, nil); raw != nil || err != nil {
		t.Errorf("null: %v, %v", raw, err)
	}
}

func TestSubjects(t *testing.T) { suite().Subjects(t) }

// TestReferences reads a message that stands within another, in a schema that refers
// to others.
func TestReferences(t *testing.T) {
	url := devregistrytest.Start(t)
	devregistrytest.Register(t, url, "money.proto", "PROTOBUF", `syntax = "proto3"; package m; import "google/type/date.proto"; message Money { int64 units = 1; google.type.Date on = 2; }`)
	devregistrytest.Register(t, url, "t-value", "PROTOBUF", `syntax = "proto3"; package p; import "money.proto"; import "confluent/meta.proto";
		message First {} message Outer { message Not {} message Inner { m.Money price = 1; int32 small = 2 [(confluent.field_meta) = {params: [{key: "connect.type", value: "int16"}]}]; } }`, devregistrytest.Refer("money.proto", "money.proto"))
	c := converter(t, convert.Value, urlName, url, enhanced, "true")
	schema, v, err := c.ToConnect("t", nil, []byte{0, 0, 0, 0, 2, 4, 2, 2, 0x0a, 2, 8, 5, 0x10, 3})
	if err != nil || schema.Name() != "p.Outer.Inner" || data.Text(v) != "Struct{price=Struct{units=5},small=3}" {
		t.Fatal(schema, data.Text(v), err)
	}
	if small, _ := schema.Field("small"); small.Schema.Type() != data.Int16 {
		t.Errorf("small is %s", small.Schema)
	}
	_, _, err = c.ToConnect("t", nil, []byte{0, 0, 0, 0, 2, 2, 4})
	if err == nil || !strings.Contains(javaerr.Trace(err), "Invalid message indexes: [2]") {
		t.Errorf("a message that is not there: %v", err)
	}
	_, _, err = c.ToConnect("t", nil, []byte{0, 0, 0, 0, 2, 4, 2, 2, 0x0a, 2, 8})
	if trace := javaerr.Trace(err); err == nil || !strings.Contains(trace, "Error deserializing Protobuf message for id 2") || !strings.Contains(trace, "unexpected EOF") {
		t.Errorf("bytes that are cut short: %s", trace)
	}
	_, _, err = c.ToConnect("t", nil, []byte{0, 0, 0, 0, 2, 4, 2, 2, 0x0a, 1, 8})
	if trace := javaerr.Trace(err); err == nil || !strings.Contains(trace, "field price.units: unexpected EOF") {
		t.Errorf("a field that is cut short: %s", trace)
	}
}

// TestLatest: values are written with a schema of the registry, in which the message
// is not the first and the fields have numbers of their own.
func TestLatest(t *testing.T) {
	url := devregistrytest.Start(t)
	devregistrytest.Register(t, url, "t-value", "PROTOBUF", `syntax = "proto3"; package shop; message Other {} message Order { string note = 4; optional string more = 5; int64 id = 9; }`)
	schema, value := order()
	want := []byte{0, 0, 0, 0, 1, 2, 2, 0x22, 1, 'x', 0x48, 7}
	for _, props := range [][]string{{"use.latest.version", "true"}, {"use.schema.id", "1"}} {
		c := converter(t, convert.Value, append(props, urlName, url, "auto.register.schemas", "false")...)
		raw, err := c.FromConnect("t", nil, schema, value)
		if err != nil || !bytes.Equal(raw, want) {
			t.Errorf("%v: %v, %v, want %v", props, raw, err, want)
		}
	}
	missing := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false")
	if _, err := missing.FromConnect("t", nil, schema, value); err == nil || !strings.Contains(javaerr.Trace(err), "Error retrieving Protobuf schema: ") {
		t.Errorf("a schema that is not there: %v", err)
	}
	latest := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false", "use.latest.version", "true")
	for name, text := range map[string]string{"shop.Order": "cannot be written as Protobuf int64", "shop.None": "there is no message shop.None"} {
		other := data.NewStructBuilder().Name(name).Field("id", data.StringSchema).MustBuild()
		if _, err := latest.FromConnect("t", nil, other, data.StructOf(other, []any{"x"})); err == nil || !strings.Contains(javaerr.Trace(err), text) {
			t.Errorf("%s: %v, want %s", name, err, text)
		}
	}
}

// TestNormalize: the same schema gets the same id, however often a converter starts.
func TestNormalize(t *testing.T) {
	url := devregistrytest.Start(t)
	schema, value := order()
	for _, props := range [][]string{nil, {"normalize.schemas", "true"}} {
		raw, err := converter(t, convert.Value, append(props, urlName, url)...).FromConnect("t", nil, schema, value)
		if err != nil || binary.BigEndian.Uint32(raw[1:]) != 1 {
			t.Errorf("%v: %v, %v", props, raw, err)
		}
	}
}

func TestErrors(t *testing.T) {
	suite().Failures(t, devregistrytest.Texts{
		Incompatible: "Failed to serialize Protobuf data from topic t:", NotReady: "Failed to serialize Protobuf data from topic t :",
		Unknown: "Error registering Protobuf schema: ", Gone: "Network connection error while serializing Protobuf data for topic t: ",
	})
}

// TestHeader: the id of a schema may stand in a header, with the indexes of the message
// behind it.
func TestHeader(t *testing.T) {
	c, id := suite().Header(t, `{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; message A { string s = 1; } message B { int32 i = 1; }"}`)
	for _, row := range []struct {
		indexes, raw []byte
		want         string
	}{{[]byte{2, 2}, []byte{8, 5}, "Struct{i=5}"}, {[]byte{0}, []byte{0x0a, 1, 'x'}, "Struct{s=x}"}, {nil, []byte{0x0a, 1, 'x'}, "Struct{s=x}"}} {
		header := []connect.RawHeader{{Key: id.Key, Value: append(bytes.Clone(id.Value), row.indexes...)}}
		schema, v, err := c.ToConnect("t", header, row.raw)
		if err != nil || data.Text(v) != row.want {
			t.Fatal(data.Text(v), err)
		}
		if version, _ := schema.Version(); version != 4 || len(header[0].Value) != guidSize+len(row.indexes) {
			t.Errorf("version %d, header %v", version, header[0].Value)
		}
	}
}

func FuzzToConnect(f *testing.F) {
	schema, value := order()
	entries := data.NewMap(1)
	entries.Put("a", []any{value})
	large := data.NewStructBuilder().Name("Large").Field("m", data.NewMapOf(data.StringSchema, data.NewArray(schema).MustBuild()).MustBuild()).
		Field("d", data.NewDecimalSchema(2).MustBuild()).Field("t", data.TimestampSchema).MustBuild()
	suite().Fuzz(f, connecttest.RoundTrip{Schema: schema, Value: value},
		connecttest.RoundTrip{Schema: large, Value: data.StructOf(large, []any{entries, data.NewDecimal(12345, 2), data.Instant(1_700_000_000_123)})},
		connecttest.RoundTrip{Schema: data.StringSchema, Value: "abc"})
}

func BenchmarkConverter(b *testing.B) { suite().Benchmark(b) }
