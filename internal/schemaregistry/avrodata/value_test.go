package avrodata

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func mapOf(pairs ...any) *data.Map {
	m := data.NewMap(len(pairs) / 2)
	for i := 0; i < len(pairs); i += 2 {
		m.PutKey(pairs[i], pairs[i+1])
	}
	return m
}

// TestRoundTrip: what is written is read again, with the schema that it had.
func TestRoundTrip(t *testing.T) {
	enhanced := Settings{MetaData: true, Enhanced: true, FlattenSingletons: true}
	in := inner1().MustBuild()
	member := inner1().Optional().MustBuild()
	union := data.NewStructBuilder().Name(unionName).Optional().Field("int", data.OptionalInt32Schema).Field("a.In", member).MustBuild()
	enum := data.NewBuilder(data.String).Name("a.E").Parameter(enumParam, "a.E").Parameter(enumParam+".X", "X").Parameter(enumParam+".Y", "Y").MustBuild()
	list := make([]any, 2000)
	for i := range list {
		list[i] = "element"
	}
	for _, c := range []struct {
		schema *data.Schema
		values []any
	}{
		{data.Int8Schema, []any{int8(-128), int8(127)}},
		{data.Int16Schema, []any{int16(math.MinInt16)}},
		{data.Int32Schema, []any{int32(math.MinInt32), int32(math.MaxInt32), int32(0)}},
		{data.OptionalInt64Schema, []any{int64(math.MinInt64), int64(math.MaxInt64), nil}},
		{data.Float32Schema, []any{float32(1.5), float32(math.Inf(1))}},
		{data.Float64Schema, []any{math.NaN(), math.Copysign(0, -1)}},
		{data.BooleanSchema, []any{true, false}},
		{data.StringSchema, []any{"", "é", strings.Repeat("x", 300)}},
		{data.BytesSchema, []any{[]byte{}, []byte{0, 255}}},
		{data.NewDecimalSchema(2).MustBuild(), []any{data.NewDecimal(-12345, 2), data.NewDecimal(0, 2)}},
		{data.DateSchema, []any{data.Instant(-86400000)}},
		{data.TimeSchema, []any{data.Instant(86399999)}},
		{data.OptionalTimestampSchema, []any{data.Instant(-1), nil}},
		{enum, []any{"X", "Y"}},
		{data.NewBuilder(data.Bytes).Name("a.F").Parameter("connect.fixed.size", "3").MustBuild(), []any{[]byte{1, 2, 3}}},
		{data.NewArray(data.StringSchema).MustBuild(), []any{[]any{}, list}},
		{data.NewMapOf(data.StringSchema, data.OptionalInt32Schema).MustBuild(), []any{mapOf(), mapOf("a", int32(1), "b", nil)}},
		{data.NewMapOf(data.Int64Schema, in).MustBuild(), []any{mapOf(int64(5), data.StructOf(in, []any{int32(6)}))}},
		{in, []any{data.StructOf(in, []any{int32(6)})}},
		{union, []any{nil, data.StructOf(union, []any{int32(3), nil}), data.StructOf(union, []any{nil, data.StructOf(member, []any{int32(4)})})}},
		{nil, []any{mapOf("a", int64(1), "b", []any{true, "x", nil, 1.5}, int32(3), mapOf())}},
	} {
		to, err := enhanced.FromConnect(c.schema)
		if err != nil {
			t.Errorf("%s: %v", c.schema, err)
			continue
		}
		w, err := enhanced.NewWriter(c.schema, to)
		if err != nil {
			t.Fatal(err)
		}
		r, err := enhanced.NewReader(to, NoVersion)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Schema().Equal(c.schema) {
			t.Errorf("%s became %s", c.schema, r.Schema())
		}
		for _, v := range c.values {
			raw, err := w.Append([]byte("-"), v)
			if err != nil {
				t.Errorf("%s: %v", c.schema, err)
				continue
			}
			got, rest, err := r.Read(raw[1:])
			if err != nil || len(rest) > 0 || !data.Equal(got, v) {
				t.Errorf("%s: %v became %v, %v, %v", c.schema, v, got, rest, err)
			}
			for n := 1; n < min(len(raw), 50); n++ {
				_, _, _ = r.Read(raw[1:n]) // whatever it says, it must not panic
			}
		}
	}
}

func TestWriteErrors(t *testing.T) {
	in := inner1().MustBuild()
	other := data.NewStructBuilder().Field("y", data.Int32Schema).MustBuild()
	for _, c := range []struct {
		schema *data.Schema
		value  any
		want   string
	}{
		{data.Int32Schema, nil, "Found null value for non-optional schema"},
		{data.Int32Schema, "1", "Invalid type for INT32: class java.lang.String"},
		{data.StringSchema, int64(1), "Invalid type for STRING: class java.lang.Long"},
		{data.DateSchema, int32(1), "Invalid type for Date, expected Date but was class java.lang.Integer"},
		{data.NewDecimalSchema(2).MustBuild(), data.NewDecimal(1, 3), "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 3."},
		{in, data.StructOf(other, []any{int32(1)}), "Mismatching struct schema"},
		{in, data.StructOf(in, []any{nil}), "Found null value for non-optional schema"},
		{nil, []byte{1}, "Unknown Java type for schemaless data: class [B"},
	} {
		to, err := usual.FromConnect(c.schema)
		if err != nil {
			t.Fatal(err)
		}
		w, err := usual.NewWriter(c.schema, to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Append(nil, c.value); err == nil || err.Error() != c.want {
			t.Errorf("%s %v: %v, want %s", c.schema, c.value, err, c.want)
		}
	}
}

// TestDefaults: a field that is not set has its default, unless that is ignored.
func TestDefaults(t *testing.T) {
	s := data.NewStructBuilder().Name("R").Field("x", data.NewBuilder(data.Int32).Optional().Default(int32(3)).MustBuild()).MustBuild()
	for ignore, want := range map[bool][]byte{false: {0, 6}, true: {2}} {
		settings := Settings{IgnoreDefaults: ignore}
		to, err := settings.FromConnect(s)
		if err != nil {
			t.Fatal(err)
		}
		w, err := settings.NewWriter(s, to)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.Append(nil, data.StructOf(s, []any{nil})); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: %v, %v, want %v", ignore, got, err, want)
		}
	}
}

// TestHostile: a few bytes must not make much memory.
func TestHostile(t *testing.T) {
	list := data.NewArray(data.NewArray(data.NewStructBuilder().Name("E").MustBuild()).MustBuild()).MustBuild()
	to, err := usual.FromConnect(list)
	if err != nil {
		t.Fatal(err)
	}
	r, err := usual.NewReader(to, NoVersion)
	if err != nil {
		t.Fatal(err)
	}
	many := []byte{0xfe, 0xff, 0xff, 0xff, 0x0f} // two thousand million
	for _, raw := range [][]byte{many, append([]byte{2}, many...)} {
		if _, _, err := r.Read(raw); err == nil {
			t.Errorf("%x was read", raw)
		}
	}
}
