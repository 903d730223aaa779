package protodata

import (
	"bytes"
	"encoding/hex"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/protofile"
)

// writer returns a writer for a schema, to its own message, and a reader of that.
func codec(t testing.TB, s Settings, schema *data.Schema) (*Writer, *Reader) {
	t.Helper()
	d, err := s.FromConnect(schema)
	if err != nil {
		t.Fatal(err)
	}
	m := message(t, d.Text, d.Message)
	w, err := s.NewWriter(schema, m)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.NewReader(m, NoVersion)
	if err != nil {
		t.Fatal(err)
	}
	return w, r
}

// one returns a struct of one field, optional if null is to be allowed.
func one(s *data.Schema, v any) (*data.Schema, *data.Struct) {
	schema := data.NewStructBuilder().Name("M").Field("f", s).MustBuild()
	return schema, data.StructOf(schema, []any{v})
}

// TestWire compares bytes that were worked out by hand.
func TestWire(t *testing.T) {
	typed := func(t data.Type, of string) *data.Schema {
		return data.NewBuilder(t).Parameter(typeParam, of).MustBuild()
	}
	inner := data.NewStructBuilder().Name("Inner").Field("x", data.Int32Schema).MustBuild()
	in := func(v any) any { return data.StructOf(inner, []any{v}) }
	oneSymbol := data.NewBuilder(data.String).Parameter(enumParam, "E").Parameter(enumParam+".A", "1").MustBuild()
	m := data.NewMap(1)
	m.Put("a", int32(1))
	zero := data.NewMap(1)
	zero.Put("", int32(0))
	usualOptional := with(func(s *Settings) { s.OptionalNulls = true })
	wrap := with(func(s *Settings) { s.WrapNulls = true })
	long := strings.Repeat("x", 200)
	for _, c := range []struct {
		name     string
		settings Settings
		schema   *data.Schema
		value    any
		want     string // hexadecimal
		back     any    // nil: value
	}{
		{"int8", usual, data.Int8Schema, int8(-1), "08ffffffffffffffffff01", nil},
		{"int32", usual, data.Int32Schema, int32(150), "089601", nil},
		{"zero is not written", usual, data.Int32Schema, int32(0), "", nil},
		{"null", usual, data.OptionalInt32Schema, nil, "", int32(0)},
		{"int64", usual, data.Int64Schema, int64(math.MinInt64), "0880808080808080808001", nil},
		{"sint32", usual, typed(data.Int32, "sint32"), int32(-2), "0803", nil},
		{"sint64", usual, typed(data.Int64, "sint64"), int64(2), "0804", nil},
		{"uint32", usual, typed(data.Int64, "uint32"), int64(math.MaxUint32), "08ffffffff0f", nil},
		{"uint64", usual, typed(data.Int64, "uint64"), int64(-1), "08ffffffffffffffffff01", nil},
		{"fixed32", usual, typed(data.Int64, "fixed32"), int64(math.MaxUint32), "0dffffffff", nil},
		{"sfixed32", usual, typed(data.Int32, "sfixed32"), int32(-1), "0dffffffff", nil},
		{"fixed64", usual, typed(data.Int64, "fixed64"), int64(1), "090100000000000000", nil},
		{"float", usual, data.Float32Schema, float32(1), "0d0000803f", nil},
		{"double", usual, data.Float64Schema, 1.0, "09000000000000f03f", nil},
		{"negative zero", usual, data.Float64Schema, math.Copysign(0, -1), "090000000000000080", nil},
		{"bool", usual, data.BooleanSchema, true, "0801", nil},
		{"string", usual, data.StringSchema, "abc", "0a03616263", nil},
		{"empty string", usual, data.StringSchema, "", "", nil},
		{"bytes", usual, data.BytesSchema, []byte{0, 255}, "0a0200ff", nil},
		{"long string", usual, data.StringSchema, long, "0ac801" + strings.Repeat("78", 200), nil},
		{"optional zero", usualOptional, data.OptionalInt32Schema, int32(0), "0800", nil},
		{"wrapped", wrap, data.OptionalStringSchema, "a", "0a030a0161", nil},
		{"wrapped zero", wrap, data.OptionalInt32Schema, int32(0), "0a00", nil},
		{"struct", usual, inner, in(int32(1)), "0a020801", nil},
		{"empty struct", usual, inner, in(int32(0)), "0a00", nil},
		{"packed", usual, data.NewArray(data.Int32Schema).MustBuild(), []any{int32(1), int32(0), int32(300)}, "0a040100ac02", nil},
		{"strings", usual, data.NewArray(data.StringSchema).MustBuild(), []any{"a", ""}, "0a01610a00", nil},
		{"structs", usual, data.NewArray(inner).MustBuild(), []any{in(int32(1)), in(int32(0))}, "0a0208010a00", nil},
		{"no elements", usual, data.NewArray(data.Int32Schema).MustBuild(), []any{}, "", nil},
		{"null list", usual, data.NewArray(data.Int32Schema).Optional().MustBuild(), nil, "", []any{}},
		{"map", usual, data.NewMapOf(data.StringSchema, data.Int32Schema).MustBuild(), m, "0a050a01611001", nil},
		{"map of zeros", usual, data.NewMapOf(data.StringSchema, data.Int32Schema).MustBuild(), zero, "0a00", nil},
		{"enum", usual, enumSchema(), "BLUE", "0805", nil},
		{"first of an enum", usual, enumSchema(), "RED", "", nil},
		{"first of an enum that is not 0", usual, oneSymbol, "A", "", nil},
		{"decimal", usual, data.NewDecimalSchema(2).MustBuild(), data.NewDecimal(-12345, 2), "0a080a02cfc710051802", nil},
		{"date", usual, data.DateSchema, data.Instant(19782 * dayMillis), "0a0708e80f1002181d", nil},
		{"old date", usual, data.DateSchema, data.Instant((cutover - 1) * dayMillis), "0a0708ae0c100a1804", nil},
		{"time", usual, data.TimeSchema, data.Instant(3_723_004), "0a0b080110021803208092f401", nil},
		{"timestamp", usual, data.TimestampSchema, data.Instant(1_700_000_000_123), "0a0b0880e2cfaa0610c0a9d33a", nil},
		{"timestamp before 1970", usual, data.TimestampSchema, data.Instant(-1), "0a1108ffffffffffffffffff0110c08faedc03", nil},
	} {
		schema, v := one(c.schema, c.value)
		w, r := codec(t, c.settings, schema)
		got, err := w.Append(nil, v)
		if err != nil || hex.EncodeToString(got) != c.want {
			t.Errorf("%s: %x, %v, want %s", c.name, got, err, c.want)
		}
		want := c.value
		if c.back != nil {
			want = c.back
		}
		back, err := r.Read(got)
		if err != nil || !sameValue(back.(*data.Struct).Slots()[0], want) {
			t.Errorf("%s: read %v, %v, want %v", c.name, data.Text(back), err, data.Text(want))
		}
		if err == nil {
			if err := data.Validate(r.Schema(), back); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

// sameValue compares values; structs may be of schemas that say more.
func sameValue(got, want any) bool { return data.Text(got) == data.Text(want) }

func TestUnions(t *testing.T) {
	inner := data.NewStructBuilder().Name("Inner").Field("x", data.Int32Schema).MustBuild()
	union := data.NewStructBuilder().Name(unionPrefix+"u").Optional().
		Field("s", data.OptionalStringSchema).Field("i", data.Copy(inner).Optional().MustBuild()).MustBuild()
	schema := data.NewStructBuilder().Name("M").Field("u_0", union).Field("n", data.Int32Schema).MustBuild()
	innerType, _ := union.Field("i")
	for _, c := range []struct {
		member any // of the union
		at     int
		want   string
	}{
		{"", 0, "10071a00"}, {"a", 0, "10071a0161"}, {data.StructOf(innerType.Schema, []any{int32(0)}), 1, "10072200"}, {nil, -1, "1007"},
	} {
		slots := []any{nil, int32(7)}
		if c.at >= 0 {
			members := make([]any, 2)
			members[c.at] = c.member
			slots[0] = data.StructOf(union, members)
		}
		w, r := codec(t, usual, schema)
		got, err := w.Append(nil, data.StructOf(schema, slots))
		if err != nil || hex.EncodeToString(got) != c.want {
			t.Errorf("%v: %x, %v, want %s", c.member, got, err, c.want)
			continue
		}
		back, err := r.Read(got)
		if err != nil || data.Text(back) != data.Text(data.StructOf(schema, slots)) {
			t.Errorf("%v: read %v, %v", c.member, data.Text(back), err)
		}
	}
	w, _ := codec(t, usual, schema)
	if _, err := w.Append(nil, data.StructOf(schema, []any{data.StructOf(union, []any{nil, nil}), nil})); err == nil || !strings.Contains(err.Error(), "Cannot find non-null field") {
		t.Errorf("a union without value: %v", err)
	}
}

// TestSettingsForWriting: defaults, and the general form of unions and enums.
func TestSettingsForWriting(t *testing.T) {
	preset := data.NewBuilder(data.Int32).Optional().Default(int32(5)).MustBuild()
	general := data.NewStructBuilder().Name("u").Parameter(sumUnion, "u").Optional().Field("a", data.OptionalStringSchema).MustBuild()
	color := data.NewBuilder(data.String).Name("Color").Parameter(sumEnum, "Color").Parameter(sumEnum+".RED", "0").Parameter(sumEnum+".BLUE", "1").MustBuild()
	inner := data.NewStructBuilder().Name("Inner").Field("x", data.Int32Schema).MustBuild()
	flat := with(func(s *Settings) { s.FlattenUnions, s.GeneralSums = true, true })
	for _, c := range []struct {
		name     string
		settings Settings
		schema   *data.Schema
		value    any
		want     string
		back     string
	}{
		{"default", usual, preset, nil, "0805", "Struct{f=5}"},
		{"ignore.default.for.nullables", with(func(s *Settings) { s.IgnoreDefaults = true }), preset, nil, "", "Struct{f=0}"},
		{"general union", with(func(s *Settings) { s.GeneralSums = true }), general, data.StructOf(general, []any{"x"}), "0a0178", "Struct{u_0=Struct{a=x}}"},
		{"general union, flattened when it is read", flat, general, data.StructOf(general, []any{"x"}), "0a0178", "Struct{a=x}"},
		{"general enum", with(func(s *Settings) { s.GeneralSums = true }), color, "BLUE", "0801", "Struct{f=BLUE}"},
		{"null of a struct", usual, data.Copy(inner).Optional().MustBuild(), nil, "", "Struct{}"},
		{"null in a struct that requires a value", usual, inner, data.StructOf(inner, []any{nil}), "0a00", "Struct{f=Struct{x=0}}"},
	} {
		schema, v := one(c.schema, c.value)
		w, r := codec(t, c.settings, schema)
		got, err := w.Append(nil, v)
		if err != nil || hex.EncodeToString(got) != c.want {
			t.Errorf("%s: %x, %v, want %s", c.name, got, err, c.want)
		}
		if back, err := r.Read(got); err != nil || data.Text(back) != c.back {
			t.Errorf("%s: read %s, %v, want %s", c.name, data.Text(back), err, c.back)
		}
	}
}

func TestReading(t *testing.T) {
	const head = `syntax = "proto3"; import "google/protobuf/wrappers.proto"; import "google/protobuf/timestamp.proto"; import "google/type/date.proto"; import "google/type/timeofday.proto"; import "confluent/type/decimal.proto"; `
	for _, c := range []struct {
		name     string
		settings Settings
		text     string // of the message
		raw      string
		want     string // text of the struct, or "!" and what is in the error
	}{
		{"last one counts", usual, `message M { int32 a = 1; }`, "08010802", "Struct{a=2}"},
		{"unknown fields", usual, `message M { int32 a = 1; }`, "1001" + "1a0161" + "250000000029000000000000000033080134" + "0801", "Struct{a=1}"},
		{"another type on the wire", usual, `message M { int32 a = 1; string b = 2; }`, "0a0161" + "1001", "Struct{a=0,b=}"},
		{"packed or not", usual, `message M { repeated int32 a = 1; }`, "0a0201020803" + "0a0104", "Struct{a=[1, 2, 3, 4]}"},
		{"unpacked option", usual, `message M { repeated int32 a = 1 [packed = false]; }`, "0a020102", "Struct{a=[1, 2]}"},
		{"elements apart", usual, `message M { repeated string a = 1; int32 b = 2; }`, "0a0161" + "1001" + "0a0162", "Struct{a=[a, b],b=1}"},
		{"messages are merged", usual, `message M { N n = 1; message N { int32 x = 1; int32 y = 2; } }`, "0a020801" + "0a021002", "Struct{n=Struct{x=1,y=2}}"},
		{"the last of a union counts", usual, `message M { oneof u { int32 a = 1; int32 b = 2; } }`, "0801" + "1002", "Struct{u_0=Struct{b=2}}"},
		{"messages of a union are merged", usual, `message M { oneof u { N a = 1; } message N { int32 x = 1; int32 y = 2; } }`, "0a020801" + "0a021002", "Struct{u_0=Struct{a=Struct{x=1,y=2}}}"},
		{"flattened union", with(func(s *Settings) { s.FlattenUnions = true }), `message M { oneof u { int32 a = 1; int32 b = 2; } int32 c = 3; }`, "0801" + "1002", "Struct{b=2,c=0}"},
		{"map without key and value", usual, `message M { map<string, int32> m = 1; }`, "0a00", "Struct{m={=0}}"},
		{"map of messages", usual, `message M { map<int32, N> m = 1; message N { int32 x = 1; } }`, "0a020801", "Struct{m={1=Struct{x=0}}}"},
		{"optional", usual, `message M { optional int32 a = 1; int32 b = 2; }`, "", "Struct{b=0}"},
		{"generate.struct.for.nulls", with(func(s *Settings) { s.StructsForNulls = true }), `message M { N n = 1; optional int32 a = 2; google.protobuf.StringValue s = 3; google.protobuf.Timestamp t = 4; message N { int32 x = 1; } }`, "", "Struct{n=Struct{x=0},a=0,s=,t=Thu Jan 01 00:00:00 UTC 1970}"},
		{"proto2", usual, "proto2 message M { optional int32 a = 1 [default = 7]; required int32 b = 2; repeated int32 c = 3; optional E e = 4; enum E { X = 1; } }", "1005" + "2007", "Struct{b=5,c=[]}"},
		{"optional.for.proto2 false", with(func(s *Settings) { s.OptionalProto2 = false }), "proto2 message M { optional int32 a = 1 [default = 7]; optional string s = 2 [default = \"x\"]; optional E e = 4 [default = Y]; optional bytes b = 5 [default = \"\\001\"]; enum E { X = 1; Y = 2; } }", "", "Struct{a=7,s=x,e=Y,b=[B@1}"},
		{"required", usual, "proto2 message M { optional N n = 1; message N { required int32 b = 2; } }", "0a00", "!field n.b: the message lacks this field, which is required"},
		{"unknown symbol", usual, `message M { E e = 1; repeated E f = 2; enum E { A = 0; } }`, "0807" + "12020001", "Struct{e=UNKNOWN_ENUM_VALUE_E_7,f=[A, UNKNOWN_ENUM_VALUE_E_1]}"},
		{"int.for.enums", with(func(s *Settings) { s.IntEnums = true }), `message M { E e = 1; enum E { A = 0; } }`, "0807", "Struct{e=7}"},
		{"alias", usual, `message M { E e = 1; enum E { option allow_alias = true; A = 0; B = 1; C = 1; } }`, "0801", "Struct{e=B}"},
		{"wrappers", usual, `message M { google.protobuf.UInt32Value a = 1; google.protobuf.BytesValue b = 2; google.protobuf.BoolValue c = 3; google.protobuf.DoubleValue d = 4; }`, "0a0608ffffffff0f" + "1200" + "1a020801", "Struct{a=4294967295,b=[B@0,c=true}"},
		{"large field number", usual, `message M { int32 a = 536870911; int32 b = 1; }`, "f8ffffff0f05", "Struct{a=5,b=0}"},
		{"text that is not UTF-8", usual, `message M { N n = 1; message N { string s = 1; } }`, "0a030a01ff", "!field n.s: the text is not UTF-8"},
		{"text of proto2 that is not UTF-8", usual, `proto2 message M { optional string s = 1; }`, "0a02ff61", "Struct{s=\ufffda}"},
		{"tag zero", usual, `message M {}`, "00", "!invalid field number"},
		{"cut short", usual, `message M { string s = 1; }`, "0a05", "!field s: unexpected EOF"},
		{"cut short in an unknown field", usual, `message M {}`, "0a05", "!unexpected EOF"},
		{"end of a group", usual, `message M {}`, "0c", "!mismatching end group marker"},
		{"date that is none", usual, `message M { google.type.Date d = 1; }`, "0a0708e80f1002181e", "!There is no date 2024-02-30"},
		{"empty date", usual, `message M { google.type.Date d = 1; }`, "0a00", "!There is no date 0-00-00"},
		{"day that was left out", usual, `message M { google.type.Date d = 1; }`, "0a0708ae0c100a180a", "!There is no date 1582-10-10"},
		{"time that is none", usual, `message M { google.type.TimeOfDay d = 1; }`, "0a020818", "!Invalid value for HourOfDay (valid values 0 - 23): 24"},
		{"timestamp that is none", usual, `message M { google.protobuf.Timestamp d = 1; }`, "0a0710ffffffffff01", "!Timestamp is not valid"},
		{"empty decimal", usual, `message M { confluent.type.Decimal d = 1; }`, "0a00", "!Zero length BigInteger"},
		{"decimal that is rounded", usual, `message M { confluent.type.Decimal d = 1; }`, "0a080a02303910041802", "Struct{d=123.5}"},
	} {
		text := head + c.text
		if rest, ok := strings.CutPrefix(c.text, "proto2 "); ok {
			text = rest
		}
		f, err := protofile.Compile(text, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		m, err := f.Message([]int32{0})
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.settings.NewReader(m, NoVersion)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		raw, err := hex.DecodeString(c.raw)
		if err != nil {
			t.Fatal(c.name, err)
		}
		got, err := r.Read(raw)
		if want, failure := strings.CutPrefix(c.want, "!"); failure {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, %v, want %s", c.name, data.Text(got), err, want)
			}
			continue
		}
		if err != nil || data.Text(got) != c.want {
			t.Errorf("%s: %v, %v, want %s", c.name, data.Text(got), err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	inner := data.NewStructBuilder().Name("Inner").Field("x", data.Int32Schema).MustBuild()
	for _, c := range []struct {
		name   string
		schema *data.Schema
		value  any
		want   string
	}{
		{"a text for a number", data.Int32Schema, "x", "Invalid type for INT32: class java.lang.String"},
		{"a number for a text", data.StringSchema, int32(1), "Invalid type for STRING: class java.lang.Integer"},
		{"a bool for a double", data.Float64Schema, true, "Invalid type for FLOAT64"},
		{"a text for a list", data.NewArray(data.Int32Schema).MustBuild(), "x", "Invalid type for ARRAY"},
		{"null in a list", data.NewArray(data.OptionalInt32Schema).MustBuild(), []any{nil}, "null as an element"},
		{"null in a list of texts", data.NewArray(data.OptionalStringSchema).MustBuild(), []any{nil}, "null as an element"},
		{"a struct of another schema", inner, data.StructOf(data.NewStructBuilder().Name("Other").MustBuild(), nil), "Mismatching struct schema"},
		{"no symbol of an enum", enumSchema(), "GREEN", "GREEN is not a symbol of the enum Color"},
		{"a date with a time", data.DateSchema, data.Instant(1), "should not have any time fields"},
		{"a time after midnight", data.TimeSchema, data.Instant(86_400_001), "less than 86400000"},
		{"a timestamp out of range", data.TimestampSchema, data.Instant(math.MaxInt64), "Timestamp is not valid"},
		{"a text for a decimal", data.NewDecimalSchema(0).MustBuild(), "x", "Invalid type for Decimal, expected BigDecimal but was class java.lang.String"},
		{"a text for a timestamp", data.TimestampSchema, "x", "Invalid type for Timestamp, expected Date but was class java.lang.String"},
	} {
		schema, v := one(c.schema, c.value)
		w, _ := codec(t, usual, schema)
		_, err := w.Append(nil, v)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
			continue
		}
		if e, ok := err.(*data.Error); !ok || e.Unwrap() == nil || e.Unwrap().Error() != "in field f" {
			t.Errorf("%s: %s does not name the field", c.name, chain(err))
		}
	}
}

// TestOtherMessage writes values as those of a schema that somebody else made.
func TestOtherMessage(t *testing.T) {
	schema := data.NewStructBuilder().Name("M").Field("a", data.Int32Schema).Field("b", field(data.StringSchema, "9")).
		Field("gone", data.StringSchema).Field("e", enumSchema()).MustBuild()
	m := message(t, `message M { enum Color { NONE = 0; RED = 1; BLUE = 5; } optional int64 a = 7; optional string renamed = 9; optional Color e = 3; }`, "M")
	w, err := usual.NewWriter(schema, m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Append(nil, data.StructOf(schema, []any{int32(0), "x", "y", "BLUE"}))
	if want := "180538004a0178"; err != nil || hex.EncodeToString(got) != want {
		t.Errorf("%x, %v, want %s", got, err, want)
	}
	for _, text := range []string{`message M { optional string a = 1; }`, `message M { repeated int32 a = 1; }`, `message M { optional M a = 1; }`} {
		if _, err := usual.NewWriter(schema, message(t, text, "M")); err == nil || !strings.Contains(chain(err), "in field a") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCalendar(t *testing.T) {
	for day := int64(-719_000); day < 3_000_000; day += 13 {
		y, m, d := dateOf(day)
		if back, ok := dayOf(y, m, d); back != day || !ok {
			t.Fatalf("day %d is %d-%d-%d, and that is day %d", day, y, m, d, back)
		}
	}
	for _, c := range []struct{ day, y, m, d int64 }{{0, 1970, 1, 1}, {cutover, 1582, 10, 15}, {cutover - 1, 1582, 10, 4}, {-719_164, 1, 1, 1}, {-719_165, 1, 12, 31}} {
		if y, m, d := dateOf(c.day); y != c.y || m != c.m || d != c.d {
			t.Errorf("day %d is %d-%d-%d, want %v", c.day, y, m, d, c)
		}
	}
}

func TestDigits(t *testing.T) {
	huge, _ := new(big.Int).SetString("-123456789012345678901234567890", 10)
	for n, want := range map[*big.Int]int{big.NewInt(0): 1, big.NewInt(-9): 1, big.NewInt(10): 2, big.NewInt(math.MinInt64): 19, huge: 30} {
		if got := digits(n); got != want {
			t.Errorf("%v has %d digits, want %d", n, got, want)
		}
	}
}

// TestMemory reads few bytes that stand for many fields.
func TestMemory(t *testing.T) {
	var text strings.Builder
	text.WriteString("syntax = \"proto3\"; message M { repeated N n = 1; message N { ")
	for i := range 1000 {
		text.WriteString("int32 f" + string(rune('a'+i/100)) + string(rune('a'+i/10%10)) + string(rune('a'+i%10)) + " = " + big.NewInt(int64(i+1)).String() + "; ")
	}
	text.WriteString("} }")
	r, err := usual.NewReader(message(t, text.String(), "M"), NoVersion)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(bytes.Repeat([]byte{0x0a, 0}, 1000)); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(bytes.Repeat([]byte{0x0a, 0}, 100_000)); err == nil || !strings.Contains(err.Error(), "needs memory") {
		t.Errorf("200 kB for 100 million fields: %v", err)
	}
}
