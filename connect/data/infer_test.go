package data_test

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestInferSchema(t *testing.T) {
	m := data.NewMap(1)
	m.Put("a", int8(1))
	s := data.NewStructBuilder().Name("s").MustBuild()
	for _, c := range []struct {
		in   any
		want string
	}{
		{nil, "?"},
		{"a", "string"},
		{true, "boolean"},
		{int16(1), "int16"},
		{1.5, "float64"},
		{[]byte{1}, "bytes"},
		{[]any{}, "?"},
		{[]any{int8(1), int8(2)}, "array<int8>"},
		{[]any{int8(1), nil}, "array<int8?>"},
		{[]any{int8(1), "a"}, "?"},
		{[]any{[]any{int8(1)}}, "array<array<?>>"},
		{m, "map<string,int8>"},
		{data.NewMap(0), "?"},
		{data.StructOf(s, nil), "s"},
		{data.NewDecimal(1, 1), "?"},
		{data.Instant(1), "?"},
	} {
		got, err := data.InferSchema(c.in)
		if err != nil || describe(got) != c.want {
			t.Errorf("InferSchema(%v) = %s, %v; want %s", c.in, describe(got), err, c.want)
		}
	}
	if s, err := data.InferSchema([]any{nil}); err == nil {
		t.Errorf("a list of nulls is %s", describe(s))
	}
}
