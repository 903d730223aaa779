package data_test

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
)

var order = data.NewStructBuilder().Name("order").
	Field("id", data.Int64Schema).
	Field("name", data.OptionalStringSchema).
	Field("quantity", data.NewBuilder(data.Int32).Default(int32(7)).MustBuild()).
	Field("at", data.OptionalTimestampSchema).MustBuild()

func TestStruct(t *testing.T) {
	s, err := data.NewStruct(order)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err == nil {
		t.Error("id is not set, yet the struct is valid")
	}
	for _, c := range []struct {
		field string
		value any
		want  string
	}{
		{"id", int64(1), ""},
		{"id", "x", `Invalid Java object for schema with type INT64: class java.lang.String for field: "id"`},
		{"quantity", nil, `Invalid value: null used for required field: "quantity", schema type: INT32`},
		{"at", data.Instant(0), ""},
		{"nope", 1, "nope is not a valid field name"},
	} {
		err := s.Put(c.field, c.value)
		if err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("Put(%s, %v) = %v, want %q", c.field, c.value, err, c.want)
		}
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if got := s.String(); got != "Struct{id=1,at=Thu Jan 01 00:00:00 UTC 1970}" {
		t.Errorf("String = %s", got)
	}
	with, _ := s.Get("quantity")
	without, _ := s.GetWithoutDefault("quantity")
	if with != int32(7) || without != nil {
		t.Errorf("quantity is %v, stored %v", with, without)
	}
}

func TestStructTyped(t *testing.T) {
	s := data.StructOf(order, []any{int64(1), nil, nil, data.Instant(5)})
	if v, err := s.Typed("id", data.Int64); v != int64(1) || err != nil {
		t.Errorf("id = %v, %v", v, err)
	}
	if v, err := s.Typed("quantity", data.Int32); v != nil || err != nil {
		t.Errorf("quantity = %v, %v", v, err)
	}
	if _, err := s.Typed("id", data.String); err == nil || err.Error() != "Field 'id' is not of type STRING" {
		t.Errorf("id as text: %v", err)
	}
	if _, err := s.Typed("at", data.Int64); err == nil {
		t.Error("an Instant was given as a number")
	}
}

func TestStructEqual(t *testing.T) {
	one := data.StructOf(order, []any{int64(1), "a", nil, nil})
	for name, c := range map[string]struct {
		other *data.Struct
		want  bool
	}{
		"same":           {data.StructOf(order, []any{int64(1), "a", nil, nil}), true},
		"other value":    {data.StructOf(order, []any{int64(2), "a", nil, nil}), false},
		"equal schema":   {data.StructOf(data.Copy(order).MustBuild(), []any{int64(1), "a", nil, nil}), true},
		"another schema": {data.StructOf(data.Copy(order).Doc("d").MustBuild(), []any{int64(1), "a", nil, nil}), false},
		"none":           {nil, false},
	} {
		if got := one.Equal(c.other); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNotAStruct(t *testing.T) {
	if _, err := data.NewStruct(data.Int8Schema); err == nil || err.Error() != "Not a struct schema: Schema{INT8}" {
		t.Errorf("error %v", err)
	}
}
