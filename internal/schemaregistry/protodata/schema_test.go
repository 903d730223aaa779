package protodata

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/protofile"
)

// usual are the settings of a converter that has none.
var usual = Settings{OptionalProto2: true, UnwrapPrimitives: true, IndexUnions: true}

func with(change func(*Settings)) Settings {
	s := usual
	change(&s)
	return s
}

func optionalOf(t data.Type) *data.Schema { return data.NewBuilder(t).Optional().MustBuild() }

func field(s *data.Schema, number string) *data.Schema {
	return data.Copy(s).Parameter(tagParam, number).MustBuild()
}

func enumSchema() *data.Schema {
	return data.NewBuilder(data.String).Name("Color").Parameter(enumParam, "Color").
		Parameter(enumParam+".RED", "0").Parameter(enumParam+".BLUE", "5").Optional().MustBuild()
}

func TestFromConnect(t *testing.T) {
	inner := data.NewStructBuilder().Name("a.b.Inner").Field("x", data.Int32Schema).MustBuild()
	one := func(s *data.Schema) *data.Schema {
		return data.NewStructBuilder().Name("M").Field("f", s).MustBuild()
	}
	const head = "syntax = \"proto3\";\n"
	m := func(body string) string { return head + "\nmessage M {\n" + body + "}\n" }
	withImport := func(name, body string) string {
		return head + "\nimport \"" + name + "\";\n\nmessage M {\n" + body + "}\n"
	}
	union := data.NewStructBuilder().Name(unionPrefix+"pay").Optional().
		Field("card", field(data.OptionalStringSchema, "3")).Field("cash", field(optionalOf(data.Int64), "2")).MustBuild()
	for _, c := range []struct {
		name     string
		settings Settings
		schema   *data.Schema
		want     string // "!" and what is in the error
	}{
		{
			"scalars", usual, data.NewStructBuilder().Name("com.acme.All").
				Field("i8", data.Int8Schema).Field("i16", data.Int16Schema).Field("i32", data.Int32Schema).Field("i64", data.Int64Schema).
				Field("f", data.Float32Schema).Field("d", data.Float64Schema).Field("b", data.BooleanSchema).
				Field("s", data.StringSchema).Field("raw", data.BytesSchema).MustBuild(),
			head + "package com.acme;\n\nmessage All {\n" +
				"  int32 i8 = 1 [(confluent.field_meta) = {\n    params: [\n      {\n        key: \"connect.type\",\n        value: \"int8\"\n      }\n    ]\n  }];\n" +
				"  int32 i16 = 2 [(confluent.field_meta) = {\n    params: [\n      {\n        key: \"connect.type\",\n        value: \"int16\"\n      }\n    ]\n  }];\n" +
				"  int32 i32 = 3;\n  int64 i64 = 4;\n  float f = 5;\n  double d = 6;\n  bool b = 7;\n  string s = 8;\n  bytes raw = 9;\n}\n",
		},
		{"no name", usual, data.NewStructBuilder().Field("s", data.NewStructBuilder().MustBuild()).MustBuild(), head + "\nmessage ConnectDefault1 {\n  ConnectDefault2 s = 1;\n\n  message ConnectDefault2 {}\n}\n"},
		{"kinds of integers", usual, data.NewStructBuilder().Name("M").
			Field("u", data.NewBuilder(data.Int64).Parameter(typeParam, "uint32").MustBuild()).
			Field("z", data.NewBuilder(data.Int32).Parameter(typeParam, "sint32").MustBuild()).MustBuild(), m("  uint32 u = 1;\n  sint32 z = 2;\n")},
		{"numbers of fields", usual, data.NewStructBuilder().Name("M").Field("a", field(data.Int32Schema, "7")).Field("b", data.Int32Schema).MustBuild(), m("  int32 a = 7;\n  int32 b = 1;\n")},
		{"a number twice", usual, data.NewStructBuilder().Name("M").Field("a", field(data.Int32Schema, "1")).Field("b", data.Int32Schema).MustBuild(), "!Field number 1 has already been used"},
		{"a number that is none", usual, one(field(data.Int32Schema, "x")), "!For input string"},
		{"a reserved number", usual, one(field(data.Int32Schema, "19000")), "!19000"},
		{"list", usual, one(data.NewArray(data.StringSchema).MustBuild()), m("  repeated string f = 1;\n")},
		{"list of lists", usual, one(data.NewArray(data.NewArray(data.StringSchema).MustBuild()).MustBuild()), "!Array cannot be nested"},
		{"map", usual, one(data.NewMapOf(data.StringSchema, data.Int32Schema).MustBuild()), m("  repeated ConnectDefault1Entry f = 1;\n\n  message ConnectDefault1Entry {\n    string key = 1;\n    int32 value = 2;\n  }\n")},
		{"named map", usual, one(data.NewMapOf(data.Int32Schema, inner).Name("my_map").MustBuild()), m("  repeated MyMapEntry f = 1;\n\n  message MyMapEntry {\n    int32 key = 1;\n    Inner value = 2;\n  \n    message Inner {\n      int32 x = 1;\n    }\n  }\n")},
		{"struct twice", usual, data.NewStructBuilder().Name("M").Field("a", inner).Field("b", data.NewArray(inner).MustBuild()).MustBuild(), m("  Inner a = 1;\n  repeated Inner b = 2;\n\n  message Inner {\n    int32 x = 1;\n  }\n")},
		{"field called as its struct", usual, data.NewStructBuilder().Name("M").Field("Inner", inner).MustBuild(), m("  InnerMessage Inner = 1;\n\n  message InnerMessage {\n    int32 x = 1;\n  }\n")},
		{"enum", usual, one(enumSchema()), m("  Color f = 1;\n\n  enum Color {\n    RED = 0;\n    BLUE = 5;\n  }\n")},
		{"union", usual, data.NewStructBuilder().Name("M").Field("pay_0", union).Field("id", field(data.Int32Schema, "1")).MustBuild(), m("  int32 id = 1;\n\n  oneof pay {\n    string card = 3;\n    int64 cash = 2;\n  }\n")},
		{"union without numbers", usual, data.NewStructBuilder().Name("M").Field("a", data.Int32Schema).
			Field("u", data.NewStructBuilder().Name(unionPrefix+"u").Field("x", data.StringSchema).Field("y", data.StringSchema).MustBuild()).
			Field("b", data.Int32Schema).MustBuild(), m("  int32 a = 1;\n  int32 b = 3;\n\n  oneof u {\n    string x = 4;\n    string y = 5;\n  }\n")},
		{"decimal", usual, one(data.NewDecimalSchema(2).Parameter(decimalPrecision, "9").MustBuild()), withImport("confluent/type/decimal.proto",
			"  confluent.type.Decimal f = 1 [(confluent.field_meta) = {\n    params: [\n      {\n        value: \"9\",\n        key: \"precision\"\n      },\n      {\n        value: \"2\",\n        key: \"scale\"\n      }\n    ]\n  }];\n")},
		{"date", usual, one(data.DateSchema), withImport("google/type/date.proto", "  google.type.Date f = 1;\n")},
		{"time", usual, one(data.TimeSchema), withImport("google/type/timeofday.proto", "  google.type.TimeOfDay f = 1;\n")},
		{"timestamp", usual, one(data.OptionalTimestampSchema), withImport("google/protobuf/timestamp.proto", "  google.protobuf.Timestamp f = 1;\n")},
		{"optional", usual, one(data.OptionalStringSchema), m("  string f = 1;\n")},
		{"optional.for.nullables", with(func(s *Settings) { s.OptionalNulls = true }), data.NewStructBuilder().Name("M").Field("a", data.OptionalStringSchema).Field("b", data.StringSchema).
			Field("c", data.Copy(inner).Optional().MustBuild()).MustBuild(), m("  optional string a = 1;\n  string b = 2;\n  optional Inner c = 3;\n\n  message Inner {\n    int32 x = 1;\n  }\n")},
		{
			"wrapper.for.nullables", with(func(s *Settings) { s.WrapNulls = true }), data.NewStructBuilder().Name("M").Field("a", data.OptionalStringSchema).Field("b", data.StringSchema).
				Field("c", data.NewBuilder(data.Int64).Parameter(typeParam, "fixed32").Optional().MustBuild()).MustBuild(),
			withImport("google/protobuf/wrappers.proto", "  google.protobuf.StringValue a = 1;\n  string b = 2;\n  google.protobuf.UInt32Value c = 3;\n"),
		},
		{"a name that is none", usual, data.NewStructBuilder().Name("M").Field("a-b", data.StringSchema).MustBuild(), `!"a-b" is not a valid identifier.`},
		{
			"scrub.invalid.names", with(func(s *Settings) { s.ScrubNames = true }), data.NewStructBuilder().Name("my-app.1db.Or der").Field("a-b", data.StringSchema).Field("_c", data.StringSchema).Field("ä", data.StringSchema).MustBuild(),
			head + "package my_app.x1db;\n\nmessage Or_der {\n  string a_b = 1;\n  string x_c = 2;\n  string _C3_A4 = 3;\n}\n",
		},
		{"root list", usual, data.NewArray(data.StringSchema).MustBuild(), "!Unsupported root schema of type ARRAY"},
		{"root timestamp", usual, data.TimestampSchema, "!can only be written within a struct"},
		{"no schema", usual, nil, "!without schema"},
	} {
		got, err := c.settings.FromConnect(c.schema)
		if want, failure := strings.CutPrefix(c.want, "!"); failure {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", c.name, err, want)
			}
			continue
		}
		if err != nil || got.Text != c.want {
			t.Errorf("%s: %v\n%v\nwant\n%s", c.name, err, got, c.want)
			continue
		}
		message(t, got.Text, got.Message)
	}
}

// message links a schema and returns one of its messages.
func message(t testing.TB, text, name string) protoreflect.MessageDescriptor {
	t.Helper()
	f, err := protofile.Compile(text, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	m, _, err := f.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWrappersAtTheRoot(t *testing.T) {
	for schema, want := range map[*data.Schema]string{
		data.Int8Schema: int32Wrapper, data.Int64Schema: int64Wrapper, data.Float32Schema: floatWrapper, data.Float64Schema: doubleWrapper,
		data.BooleanSchema: boolWrapper, data.OptionalStringSchema: stringWrapper, data.BytesSchema: bytesWrapper,
	} {
		d, err := usual.FromConnect(schema)
		if err != nil || d.Message != want || !strings.Contains(d.Text, "\nmessage StringValue {\n  string value = 1;\n}\n") {
			t.Errorf("%s: %v, %v", schema, d, err)
		}
	}
}

func TestToConnect(t *testing.T) {
	const head = "syntax = \"proto3\"; package a.b; "
	opt := func(typ data.Type, number string) *data.Schema { return field(optionalOf(typ), number) }
	kind := func(typ data.Type, of, number string) *data.Schema {
		return data.NewBuilder(typ).Optional().Parameter(typeParam, of).Parameter(tagParam, number).MustBuild()
	}
	m := func() *data.Builder { return data.NewStructBuilder().Name("M") }
	for _, c := range []struct {
		name     string
		settings Settings
		text     string
		want     *data.Schema
	}{
		{
			"scalars", usual, head + `message M { int32 a = 1; sint32 b = 2; sfixed32 c = 3; uint32 d = 4; fixed32 e = 5; int64 f = 6; uint64 g = 7; sint64 h = 8; fixed64 i = 9; sfixed64 j = 10;
				float k = 11; double l = 12; bool m = 13; string n = 14; bytes o = 15; }`,
			m().Field("a", opt(data.Int32, "1")).Field("b", kind(data.Int32, "sint32", "2")).Field("c", kind(data.Int32, "sfixed32", "3")).
				Field("d", kind(data.Int64, "uint32", "4")).Field("e", kind(data.Int64, "fixed32", "5")).Field("f", opt(data.Int64, "6")).
				Field("g", kind(data.Int64, "uint64", "7")).Field("h", kind(data.Int64, "sint64", "8")).Field("i", kind(data.Int64, "fixed64", "9")).
				Field("j", kind(data.Int64, "sfixed64", "10")).Field("k", opt(data.Float32, "11")).Field("l", opt(data.Float64, "12")).
				Field("m", opt(data.Boolean, "13")).Field("n", opt(data.String, "14")).Field("o", opt(data.Bytes, "15")).MustBuild(),
		},
		{
			"small integers", usual, head + `message M { int32 a = 1 [(confluent.field_meta) = {params: [{key: "connect.type", value: "int8"}]}]; int32 b = 2 [(confluent.field_meta).params = {key: "connect.type", value: "int16"}]; }`,
			m().Field("a", opt(data.Int8, "1")).Field("b", opt(data.Int16, "2")).MustBuild(),
		},
		{"optional and version", with(func(s *Settings) { s.OptionalNulls = true }), head + `message M { optional int32 a = 1; int32 b = 2; repeated int32 c = 3; N d = 4; message N {} }`, m().
			Field("a", opt(data.Int32, "1")).Field("b", field(data.Int32Schema, "2")).
			Field("c", field(data.NewArray(data.OptionalInt32Schema).Optional().MustBuild(), "3")).
			Field("d", field(data.NewStructBuilder().Name("N").Optional().MustBuild(), "4")).Version(3).MustBuild()},
		{"enum", usual, head + `message M { Color c = 1; } enum Color { RED = 0; BLUE = 5; }`, m().Field("c", field(enumSchema(), "1")).MustBuild()},
		{
			"int.for.enums, enhanced", with(func(s *Settings) { s.IntEnums, s.Enhanced = true, true }), head + `message M { Color c = 1; } enum Color { RED = 0; }`,
			data.NewStructBuilder().Name("a.b.M").Field("c", data.NewBuilder(data.Int32).Name("a.b.Color").Parameter(enumParam, "Color").
				Parameter(enumParam+".RED", "0").Optional().Parameter(tagParam, "1").MustBuild()).MustBuild(),
		},
		{"map", usual, head + `message M { map<string, int32> my_map = 3; }`, m().Field("my_map",
			data.NewMapOf(opt(data.String, "1"), opt(data.Int32, "2")).Name("my_map").Optional().Parameter(tagParam, "3").MustBuild()).MustBuild()},
		{"map as Connect writes it", usual, head + `message M { repeated ConnectDefault2Entry f = 1; message ConnectDefault2Entry { int32 key = 1; string value = 2; } }`, m().Field("f",
			data.NewMapOf(opt(data.Int32, "1"), opt(data.String, "2")).Name("connect_default2").Optional().Parameter(tagParam, "1").MustBuild()).MustBuild()},
		{"union", usual, head + `message M { int32 a = 1; oneof one { string x = 2; N y = 3; } message N {} }`, m().
			Field("one_0", data.NewStructBuilder().Name(unionPrefix+"one").Optional().Field("x", opt(data.String, "2")).
				Field("y", field(data.NewStructBuilder().Name("N").Optional().MustBuild(), "3")).MustBuild()).
			Field("a", opt(data.Int32, "1")).MustBuild()},
		{"union without index, general", with(func(s *Settings) { s.IndexUnions, s.GeneralSums = false, true }), head + `message M { oneof one { string x = 2; } }`, m().
			Field("one", data.NewStructBuilder().Name("one").Parameter(sumUnion, "one").Optional().Field("x", opt(data.String, "2")).MustBuild()).MustBuild()},
		{"flattened union", with(func(s *Settings) { s.FlattenUnions = true }), head + `message M { int32 a = 1; oneof one { string x = 2; } }`, m().
			Field("x", opt(data.String, "2")).Field("a", opt(data.Int32, "1")).MustBuild()},
		{
			"logical types", usual, head + `import "google/type/date.proto"; import "google/type/timeofday.proto"; import "google/protobuf/timestamp.proto"; import "confluent/type/decimal.proto";
				message M { google.type.Date a = 1; google.type.TimeOfDay b = 2; google.protobuf.Timestamp c = 3; confluent.type.Decimal d = 4 [(confluent.field_meta) = {params: [{key: "precision", value: "9"}, {key: "scale", value: "2"}]}]; confluent.type.Decimal e = 5; }`,
			m().Field("a", data.NewDateSchema().Optional().Parameter(tagParam, "1").MustBuild()).Field("b", data.NewTimeSchema().Optional().Parameter(tagParam, "2").MustBuild()).
				Field("c", data.NewTimestampSchema().Optional().Parameter(tagParam, "3").MustBuild()).
				Field("d", data.NewDecimalSchema(2).Parameter(decimalPrecision, "9").Optional().Parameter(tagParam, "4").MustBuild()).
				Field("e", data.NewDecimalSchema(0).Optional().Parameter(tagParam, "5").MustBuild()).MustBuild(),
		},
		{"wrappers", usual, head + `import "google/protobuf/wrappers.proto"; message M { google.protobuf.StringValue a = 1; google.protobuf.UInt32Value b = 2; }`, m().
			Field("a", opt(data.String, "1")).Field("b", opt(data.Int64, "2")).MustBuild()},
		{"wrapper.for.nullables", with(func(s *Settings) { s.WrapNulls, s.UnwrapPrimitives = true, false }), head + `import "google/protobuf/wrappers.proto"; message M { google.protobuf.StringValue a = 1; string b = 2; }`, m().
			Field("a", opt(data.String, "1")).Field("b", field(data.StringSchema, "2")).MustBuild()},
		{"wrappers as messages", with(func(s *Settings) { s.UnwrapPrimitives = false }), head + `import "google/protobuf/wrappers.proto"; message M { google.protobuf.BoolValue a = 1; }`, m().
			Field("a", data.NewStructBuilder().Name("BoolValue").Optional().Parameter(tagParam, "1").Field("value", opt(data.Boolean, "1")).MustBuild()).MustBuild()},
		{"root wrapper", usual, `syntax = "proto3"; package google.protobuf; message DoubleValue { double value = 1; }`, data.NewBuilder(data.Float64).Version(3).MustBuild()},
	} {
		f, err := protofile.Compile(c.text, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		md, err := f.Message([]int32{0})
		if err != nil {
			t.Fatal(err)
		}
		version, _ := c.want.Version()
		r, err := c.settings.NewReader(md, int(version))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !r.Schema().Equal(c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, show(r.Schema()), show(c.want))
		}
	}
}

// show prints all that a schema says.
func show(s *data.Schema) string {
	if s == nil {
		return "none"
	}
	var b strings.Builder
	b.WriteString(s.String())
	if s.Optional() {
		b.WriteString("?")
	}
	for _, p := range s.Parameters() {
		b.WriteString(" " + p.Key + "=" + p.Value)
	}
	for _, f := range s.Fields() {
		b.WriteString("\n  " + f.Name + ": " + strings.ReplaceAll(show(f.Schema), "\n", "\n  "))
	}
	if s.Key() != nil {
		b.WriteString(" of " + show(s.Key()))
	}
	if s.Value() != nil {
		b.WriteString(" of " + show(s.Value()))
	}
	return b.String()
}

func TestUnreadableSchemas(t *testing.T) {
	for text, want := range map[string]string{
		`syntax = "proto3"; message M { N n = 1; } message N { repeated M m = 1; }`:                               "contains itself",
		`syntax = "proto3"; message M { map<string, M> m = 1; }`:                                                  "contains itself",
		`syntax = "proto3"; import "google/protobuf/struct.proto"; message M { google.protobuf.Struct any = 1; }`: "in field any.fields",
		`message M { optional group G = 1 { optional int32 x = 2; } }`:                                            "GROUP",
		`syntax = "proto3"; message M { oneof u { int32 a = 1; } int32 u_0 = 2; }`:                                "u_0",
		`syntax = "proto3"; message M { message E { E key = 1; int32 value = 2; } repeated E x = 1; }`:            "contains itself",
	} {
		f, err := protofile.Compile(text, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		m, err := f.Message([]int32{0})
		if err != nil {
			t.Fatal(err)
		}
		_, err = usual.NewReader(m, NoVersion)
		if err == nil || !strings.Contains(chain(err), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// chain is the text of an error and of its causes.
func chain(err error) string {
	text := ""
	for err != nil {
		text += err.Error() + "; "
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return text
		}
		err = u.Unwrap()
	}
	return text
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{"my_map": "MyMapEntry", "myMap": "myMapEntry", "a__B_cD": "ABCdEntry", "ConnectDefault2": "ConnectDefault2Entry"} {
		if got := entryName(name); got != want {
			t.Errorf("entries of %s are %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{"MyMapEntry": "my_map", "a.B.MapFieldEntry": "a.B.map_field", "Other": "Other", "ABEntry": "a_b", "Entry": ""} {
		if got := mapName(name); got != want {
			t.Errorf("the map of %s is %s, want %s", name, got, want)
		}
	}
}
