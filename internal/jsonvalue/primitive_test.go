package jsonvalue

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestPrimitives(t *testing.T) {
	for _, c := range []struct {
		of   data.Type
		text string
		want any
	}{
		{data.Int8, "300", int8(44)},
		{data.Int16, "70000", int16(4464)},
		{data.Int32, "1.9", int32(1)},
		{data.Int64, "9223372036854775807", int64(9223372036854775807)},
		{data.Float32, "1.5", float32(1.5)},
		{data.Float64, "-0.25", -0.25},
		{data.Boolean, "1", false},
	} {
		got, end, err := ReadNumber([]byte("["+c.text+","), 1, c.of)
		if err != nil || got != c.want || end != 1+len(c.text) {
			t.Errorf("%s as %s: %v to %d, %v", c.text, c.of, got, end, err)
		}
	}
	if _, _, err := ReadNumber([]byte("-"), 0, data.Int8); err == nil {
		t.Error("a lone minus is a number")
	}
	for _, c := range []struct {
		of   data.Type
		v    any
		want string
	}{
		{data.Int8, int8(-1), "-1"},
		{data.Int16, int16(2), "2"},
		{data.Int32, int32(3), "3"},
		{data.Int64, int64(4), "4"},
		{data.Float32, float32(0.1), "0.1"},
		{data.Float64, 1.0, "1.0"},
		{data.Boolean, true, "true"},
		{data.String, "a\"b", `"a\"b"`},
		{data.Bytes, []byte("abc"), `"YWJj"`},
		{data.Int32, int64(4), "Invalid type for INT32: class java.lang.Long"},
		{data.Bytes, "abc", "Invalid type for bytes type: class java.lang.String"},
	} {
		got, err := AppendPrimitive(nil, c.of, c.v)
		if err != nil {
			got = []byte(err.Error())
		}
		if string(got) != c.want {
			t.Errorf("%v as %s: %s, want %s", c.v, c.of, got, c.want)
		}
	}
}

func TestZero(t *testing.T) {
	for of, want := range map[data.Type]any{
		data.Int8: int8(0), data.Int16: int16(0), data.Int32: int32(0), data.Int64: int64(0),
		data.Float32: float32(0), data.Float64: 0.0, data.Boolean: true,
	} {
		if got := Zero(of, true); got != want {
			t.Errorf("%s: %v", of, got)
		}
	}
}

func TestTruncated(t *testing.T) {
	tests := map[string]int64{
		"1.9": 1, "-1.9": -1, "0.9": 0, "1e3": 1000, "1.5e1": 15, "1e-400": 0, "1e2147483647": 0,
		"1e63": -9223372036854775808, "99999999999999999999.5": 7766279631452241919, "-1e19": 8446744073709551616,
	}
	for text, want := range tests {
		if got := truncated([]byte(text)); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestRenewed(t *testing.T) {
	def := data.StructOf(data.NewStructBuilder().Field("x", data.Int32Schema).MustBuild(), []any{int32(1)})
	Renewed(def).(*data.Struct).Slots()[0] = int32(2)
	list := []any{int32(1)}
	Renewed(list).([]any)[0] = int32(2)
	m := data.NewMap(1)
	m.Put("x", int32(1))
	Renewed(m).(*data.Map).Put("x", int32(2))
	if x, _ := m.Get("x"); def.String() != "Struct{x=1}" || list[0] != int32(1) || x != int32(1) || Renewed("a") != "a" {
		t.Errorf("the defaults became %s, %v, %v", def, list, x)
	}
}
