package data_test

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

// describe shows a schema with its parts: array<int8>, map<string,?>.
func describe(s *data.Schema) string {
	if s == nil {
		return "?"
	}
	name := s.Type().Name()
	switch s.Type() {
	case data.Array:
		name += "<" + describe(s.Value()) + ">"
	case data.MapType:
		name += "<" + describe(s.Key()) + "," + describe(s.Value()) + ">"
	}
	if s.HasName() {
		name = s.Name()[strings.LastIndexByte(s.Name(), '.')+1:]
	}
	if s.Optional() {
		name += "?"
	}
	return name
}

func TestParseString(t *testing.T) {
	for _, c := range []struct{ in, schema, text string }{
		{"", "string", ""},
		{"null", "?", "null"},
		{" null\t", "?", "null"},
		{"nullx", "string", "nullx"},
		{"true", "boolean", "true"},
		{" false ", "boolean", "false"},
		{"true,", "string", "true,"},
		{"abc", "string", "abc"},
		{" abc ", "string", " abc "},
		{"   ", "string", "   "},
		{"\xff\xfe", "string", "\xff\xfe"},
		{"0", "int8", "0"},
		{"-129", "int16", "-129"},
		{"32768", "int32", "32768"},
		{"999999999999999999", "int64", "999999999999999999"},
		{"9223372036854775807", "int64", "9223372036854775807"},
		{"-9223372036854775808", "int64", "-9223372036854775808"},
		{"9223372036854775808", "Decimal", "9223372036854775808"},
		{"1e3", "int16", "1000"},
		{"10.00", "int8", "10"},
		{"0e999999999", "int8", "0"},
		{"1e18", "int64", "1000000000000000000"},
		{"1e19", "float32", "1.0E19"},
		{"0.5", "float32", "0.5"},
		{"3.5e38", "float64", "3.5E38"},
		{"1e309", "Decimal", "1E+309"},
		{"1e2147483647", "Decimal", "1E+2147483647"},
		{"1e-2147483647", "float32", "0.0"},
		{"1e", "string", "1e"},
		{"-", "string", "-"},
		{"+", "string", "+"},
		{"0x10", "string", "0x10"},
		{"١٢", "int8", "12"},
		{"𝟏", "string", "𝟏"},
		{"12:34", "int8", "12"},
		{"2019-08-23", "Date", "Fri Aug 23 00:00:00 UTC 2019"},
		{"14:34:54.346Z", "Time", "Thu Jan 01 14:34:54 UTC 1970"},
		{`14\:34\:54.346Z`, "Time", "Thu Jan 01 14:34:54 UTC 1970"},
		{"2019-08-23T14:34:54.346Z", "Timestamp", "Fri Aug 23 14:34:54 UTC 2019"},
		{"2019-08-23T14:34:54Z", "string", "2019-08-23T14:34:54Z"},
		{"[]", "array<?>", "[]"},
		{"[1, 2, 300]", "array<int16>", "[1, 2, 300]"},
		{"[1,2.5]", "array<float32>", "[1.0, 2.5]"},
		{`[1,"a"]`, "array<?>", "[1, a]"},
		{"[1,]", "array<int8>", "[1]"},
		{"[,1]", "string", "[,1]"},
		{"[1 2]", "string", "[1 2]"},
		{"[1", "string", "[1"},
		{"[1] rest", "array<int8>", "[1]"},
		{"[null]", "array<?>", "[null]"},
		{"[null,1]", "string", "[null,1]"},
		{`[" a", "  :x", "  "]`, "array<string>", "[ a, :x, ]"},
		{`["a\"b"]`, "array<string>", `[a\"b]`},
		{`["2019-08-23",1]`, "array<Date>", "[Fri Aug 23 00:00:00 UTC 2019, Fri Jan 02 00:00:00 UTC 1970]"},
		{`[1,99999999999999999999]`, "array<?>", "[1, 99999999999999999999]"},
		{"{}", "map<?,?>", "{}"},
		{`{"a":1 "b":300,}`, "map<string,int16>", "{a=1, b=300}"},
		{`{"a":1,"a":2}`, "map<string,int8>", "{a=2}"},
		{`{"a":null}`, "map<string,?>", "{a=null}"},
		{"{1:2,300:4,1.0:5,true:6}", "map<?,?>", "{1=5, 300=4, true=6}"},
		{`{16777216:1,16777217:2,0.5:3}`, "map<float32,int8>", "{1.6777216E7=2, 0.5=3}"},
		{`{[1]:2,[1]:3,["1"]:4}`, "map<array<string>,int8>", "{[1]=3, [1]=4}"},
		{`{1:2,"b":3}`, "map<?,?>", "{1=2, b=3}"},
		{`{a:1}`, "string", "{a:1}"},
		{`{null:1}`, "string", "{null:1}"},
		{`{"a":{"b":[1,2]}}`, "map<string,map<string,array<int8>>>", "{a={b=[1, 2]}}"},
		{" [", "string", " "},
	} {
		s, v := data.ParseString(c.in)
		if got := describe(s); got != c.schema {
			t.Errorf("ParseString(%q) is %s, want %s", c.in, got, c.schema)
		}
		if got := data.Text(v); got != c.text {
			t.Errorf("ParseString(%q) = %q, want %q", c.in, got, c.text)
		}
	}
}

func TestParseStringIsBounded(t *testing.T) {
	const size = 1 << 18
	for name, s := range map[string]string{
		"lists":   strings.Repeat("[", size),
		"maps":    strings.Repeat("{", size),
		"pairs":   strings.Repeat(`{"a":[`, size/6),
		"quotes":  `["` + strings.Repeat(":", size),
		"digits":  strings.Repeat("9", size),
		"numbers": "[" + strings.Repeat("1:", size/2),
		"empties": "[" + strings.Repeat("[],", size/3),
	} {
		schema, v := data.ParseString(s)
		if schema != data.StringSchema || v != s {
			t.Errorf("%s: read as %s", name, describe(schema))
		}
	}
	var keys strings.Builder
	for i := range size / 8 {
		fmt.Fprintf(&keys, "%d:1,", i)
	}
	if _, v := data.ParseString("{" + keys.String() + "0:2}"); v.(*data.Map).Len() != size/8 {
		t.Errorf("map of numbers: %d keys", v.(*data.Map).Len())
	}
	nested := strings.Repeat("[", 400) + strings.Repeat("]", 400)
	if s, _ := data.ParseString(nested); s.Type() != data.Array {
		t.Errorf("400 lists: %s", describe(s))
	}
}

func TestParseStringAllocates(t *testing.T) {
	for in, most := range map[string]float64{"abc": 1, "12": 0, "true": 0, "content-type/json": 1} {
		if n := testing.AllocsPerRun(100, func() { data.ParseString(in) }); n > most {
			t.Errorf("ParseString(%q): %v allocations", in, n)
		}
	}
}

func FuzzParseString(f *testing.F) {
	for _, s := range []string{
		"", "null", "1e400", "[1,2]", `{"a":[1,"b",{"c":null}]}`, "14:34:54.346Z", `["x:y"]`, " [ ", `\"`, "[[[",
		"2019-08-23T14:34:54.346Z", "1e2147483647", "٣", "-.5", "{1:2 3:4}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		schema, v := data.ParseString(s)
		if (schema == nil) != (v == nil) {
			t.Fatalf("schema %v, value %v", schema, v)
		}
		if schema == nil {
			return
		}
		if schema.Type() == data.String && !strings.Contains(s, v.(string)) {
			t.Errorf("%q became %q", s, v)
		}
		text, err := data.AppendString(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := data.ParseString(string(text)); schema.Type() == data.Boolean && again != schema {
			t.Errorf("%q came back as %s", s, describe(again))
		}
	})
}

func TestConvert(t *testing.T) {
	decimal := func(s *data.Schema, v any) (any, error) { return data.ConvertToDecimal(s, v, 2) }
	struct1 := data.StructOf(data.NewStructBuilder().Field("a", data.Int8Schema).MustBuild(), []any{int8(1)})
	huge, _ := new(big.Int).SetString("18446744073709551617", 10)
	for _, c := range []struct {
		name string
		to   func(*data.Schema, any) (any, error)
		from *data.Schema
		in   any
		want any // an error's text when it is an error
	}{
		{"Boolean", data.ConvertToBoolean, nil, nil, nil},
		{"Boolean", data.ConvertToBoolean, nil, 0.5, false},
		{"Boolean", data.ConvertToBoolean, nil, " true ", true},
		{"Boolean", data.ConvertToBoolean, nil, "2", true},
		{"Byte", data.ConvertToByte, nil, int16(300), int8(44)},
		{"Byte", data.ConvertToByte, nil, 1e20, int8(-1)},
		{"Byte", data.ConvertToByte, nil, "1e3", int8(-24)},
		{"Short", data.ConvertToShort, nil, float32(1.9), int16(1)},
		{"Integer", data.ConvertToInteger, data.DateSchema, data.Instant(86_400_000 * 3), int32(3)},
		{"Integer", data.ConvertToInteger, data.TimeSchema, data.Instant(5), int32(5)},
		{"Long", data.ConvertToLong, nil, huge, int64(1)},
		{"Long", data.ConvertToLong, nil, data.NewDecimal(19, 1), int64(1)},
		{"Long", data.ConvertToLong, nil, data.NewDecimal(1, -2_000_000_000), int64(0)},
		{"Long", data.ConvertToLong, data.TimestampSchema, data.Instant(7), int64(7)},
		{"Float", data.ConvertToFloat, nil, "1.5", float32(1.5)},
		{"Double", data.ConvertToDouble, nil, huge, 18446744073709551616.0},
		{"Double", data.ConvertToDouble, nil, "1e400", math.Inf(1)},
		{"String", data.ConvertToString, nil, []byte{1, 2}, "AQI="},
		{"String", data.ConvertToString, nil, []any{"a\"\\", nil, int8(1), []byte{1}}, `["a\"\\",null,1,"AQ=="]`},
		{"String", data.ConvertToString, nil, struct1, `{"a":1}`},
		{"String", data.ConvertToString, nil, data.Instant(1), "00:00:00.001Z"},
		{"String", data.ConvertToString, nil, data.Instant(-1), "23:59:59.999Z"},
		{"String", data.ConvertToString, nil, data.Instant(86_400_000), "1970-01-02"},
		{"String", data.ConvertToString, nil, data.Instant(86_400_001), "1970-01-02T00:00:00.001Z"},
		{"List", data.ConvertToList, nil, "[1]", []any{int8(1)}},
		{"Struct", data.ConvertToStruct, nil, struct1, struct1},
		{"Date", data.ConvertToDate, nil, "2019-08-23", data.Instant(1_566_518_400_000)},
		{"Date", data.ConvertToDate, nil, int8(-1), data.Instant(-86_400_000)},
		{"Date", data.ConvertToDate, data.TimestampSchema, data.Instant(-1), data.Instant(0)},
		{"Time", data.ConvertToTime, data.TimestampSchema, data.Instant(-1), data.Instant(86_399_999)},
		{"Timestamp", data.ConvertToTimestamp, data.DateSchema, data.Instant(86_400_000), data.Instant(86_400_000)},
		{"Timestamp", data.ConvertToTimestamp, data.TimeSchema, data.Instant(5), data.Instant(5)},
		{"Decimal", decimal, nil, int8(2), data.NewDecimal(20, 1)},
		{"Decimal", decimal, nil, "1.234", data.NewDecimal(1234, 3)},
		{"Decimal", decimal, nil, []byte{1, 0}, data.NewDecimal(256, 2)},
	} {
		got, err := c.to(c.from, c.in)
		if err != nil || !data.Equal(got, c.want) {
			t.Errorf("ConvertTo%s(%v, %v) = %T %v, %v; want %v", c.name, c.from, c.in, got, got, err, c.want)
		}
	}
}

func TestConvertErrors(t *testing.T) {
	decimal := func(s *data.Schema, v any) (any, error) { return data.ConvertToDecimal(s, v, 2) }
	for _, c := range []struct {
		to   func(*data.Schema, any) (any, error)
		from *data.Schema
		in   any
		kind data.Kind
		text string
	}{
		{data.ConvertToByte, nil, true, data.Invalid, "Unable to convert true (class java.lang.Boolean) to a number"},
		{data.ConvertToByte, data.StringSchema, "x", data.Invalid, "Unable to convert x (class java.lang.String) to Schema{STRING}"},
		{data.ConvertToList, nil, "1", data.Invalid, "Unable to convert 1 (class java.lang.Byte) to Schema{ARRAY}"},
		{data.ConvertToMap, nil, nil, data.Invalid, "Unable to convert a null value to a schema that requires a value"},
		{data.ConvertToTime, nil, int32(-1), data.Invalid, "Time values must use number of milliseconds greater than 0 and less than 86400000"},
		{data.ConvertToDate, nil, "null", data.NullValue, ""},
		{data.ConvertToBoolean, nil, "null", data.NullValue, ""},
		{decimal, nil, "x", data.BadNumber, ""},
		{decimal, nil, strings.Repeat("1", 1<<20), data.BadNumber, ""},
		{decimal, nil, true, data.Invalid, "Unable to convert true (class java.lang.Boolean) to Schema{org.apache.kafka.connect.data.Decimal:BYTES}"},
		{data.ConvertToString, nil, []any{struct{}{}}, data.Invalid, ""},
	} {
		_, err := c.to(c.from, c.in)
		e, ok := err.(*data.Error)
		if !ok || e.Kind != c.kind || c.text != "" && e.Msg != c.text {
			t.Errorf("%v: error %v, want %q", c.in, err, c.text)
		}
	}
}
