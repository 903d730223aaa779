package data_test

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestValidate(t *testing.T) {
	list := data.NewArray(data.Int8Schema).MustBuild()
	m := data.NewMap(1)
	m.Put("a", []any{"x"})
	inner := data.NewStructBuilder().Field("n", data.Int8Schema).MustBuild()
	for _, c := range []struct {
		schema *data.Schema
		in     any
		want   string // for a value; "" is valid
	}{
		{data.Int8Schema, int8(1), ""},
		{data.OptionalInt8Schema, nil, ""},
		{data.Int8Schema, nil, "Invalid value: null used for required value, schema type: INT8"},
		{data.Int32Schema, "x", "Invalid Java object for schema with type INT32: class java.lang.String for value"},
		{data.TimestampSchema, int64(1), `Invalid Java object for schema "org.apache.kafka.connect.data.Timestamp" with type INT64: class java.lang.Long for value`},
		{list, []any{int8(1), nil}, "Invalid value: null used for required element of array value, schema type: INT8"},
		{
			data.NewMapOf(data.StringSchema, list).MustBuild(), m,
			"Invalid Java object for schema with type INT8: class java.lang.String for element of array value of map value",
		},
		{inner, data.StructOf(data.NewStructBuilder().MustBuild(), nil), "Struct schemas do not match."},
		{inner, data.StructOf(inner, []any{nil}), `Invalid value: null used for required field: "n", schema type: INT8`},
	} {
		err := data.Validate(c.schema, c.in)
		if err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("Validate(%v, %v) = %v, want %q", c.schema, c.in, err, c.want)
		}
	}
	err := data.ValidateField("f", list, []any{"x"})
	if want := `Invalid Java object for schema with type INT8: class java.lang.String for element of array field: "f"`; err == nil || err.Error() != want {
		t.Errorf("ValidateField = %v, want %q", err, want)
	}
}

func TestValidateDoesNotAllocate(t *testing.T) {
	s := data.NewStructBuilder().Field("a", data.StringSchema).
		Field("l", data.NewArray(data.Int8Schema).MustBuild()).MustBuild()
	v := data.StructOf(s, []any{"x", []any{int8(1)}})
	if n := testing.AllocsPerRun(100, func() { _ = v.Validate() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
