package data_test

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestProject(t *testing.T) {
	withDefault := data.NewBuilder(data.Int32).Default(int32(7)).MustBuild()
	for _, c := range []struct {
		name           string
		source, target *data.Schema
		in, want       any
	}{
		{"same", data.StringSchema, data.StringSchema, "a", "a"},
		{"wider", data.Int8Schema, data.Int64Schema, int8(-1), int64(-1)},
		{"integer to float", data.Int64Schema, data.Float32Schema, int64(1 << 40), float32(1 << 40)},
		{"float to double", data.Float32Schema, data.Float64Schema, float32(0.5), 0.5},
		{"optional to default", data.OptionalInt32Schema, withDefault, nil, int32(7)},
		{"optional with value", data.OptionalInt32Schema, withDefault, int32(1), int32(1)},
		{"optional", data.OptionalInt32Schema, data.OptionalInt64Schema, nil, nil},
		{"date", data.DateSchema, data.DateSchema, data.Instant(0), data.Instant(0)},
		{
			"list",
			data.NewArray(data.Int8Schema).MustBuild(), data.NewArray(data.Int32Schema).MustBuild(),
			[]any{int8(1)},
			[]any{int32(1)},
		},
	} {
		got, err := data.Project(c.source, c.in, c.target)
		if err != nil || !data.Equal(got, c.want) {
			t.Errorf("%s: got %T %v, %v; want %T %v", c.name, got, got, err, c.want, c.want)
		}
	}
}

func TestProjectParts(t *testing.T) {
	source := data.NewStructBuilder().
		Field("a", data.Int8Schema).
		Field("gone", data.StringSchema).
		Field("m", data.NewMapOf(data.StringSchema, data.Int16Schema).MustBuild()).MustBuild()
	target := data.NewStructBuilder().
		Field("new", data.NewBuilder(data.String).Default("d").MustBuild()).
		Field("opt", data.OptionalStringSchema).
		Field("m", data.NewMapOf(data.StringSchema, data.Int32Schema).MustBuild()).
		Field("a", data.Int64Schema).MustBuild()
	m := data.NewMap(1)
	m.Put("k", int16(2))
	got, err := data.Project(source, data.StructOf(source, []any{int8(1), "x", m}), target)
	if err != nil {
		t.Fatal(err)
	}
	if text := data.Text(got); text != "Struct{new=d,m={k=2},a=1}" {
		t.Errorf("got %s", text)
	}
	if err := got.(*data.Struct).Validate(); err != nil {
		t.Error(err)
	}
}

func TestProjectErrors(t *testing.T) {
	field := func(s *data.Schema) *data.Schema { return data.NewStructBuilder().Field("f", s).MustBuild() }
	for _, c := range []struct {
		source, target *data.Schema
		in             any
		want           string
	}{
		{data.Int64Schema, data.Int8Schema, int64(1), "Schema type mismatch. source type: INT64 and target type: INT8"},
		{data.BooleanSchema, data.Int8Schema, true, "Schema type mismatch. source type: BOOLEAN and target type: INT8"},
		{data.Int32Schema, data.DateSchema, int32(1), "Schema name mismatch. source name: null and target name: org.apache.kafka.connect.data.Date"},
		{
			data.NewDecimalSchema(1).MustBuild(), data.NewDecimalSchema(2).MustBuild(), data.NewDecimal(1, 1),
			"Schema parameters not equal. source parameters: {scale=1} and target parameters: {scale=2}",
		},
		{
			data.OptionalInt8Schema, data.Int8Schema, int8(1),
			"Writer schema is optional, however, target schema does not provide a default value.",
		},
		{
			data.NewStructBuilder().MustBuild(), field(data.Int8Schema), data.StructOf(data.NewStructBuilder().MustBuild(), nil),
			"Required field `f` is missing from source schema: Schema{STRUCT}",
		},
		{
			field(data.Int16Schema), field(data.Int8Schema), data.StructOf(field(data.Int16Schema), []any{int16(1)}),
			"Error projecting f",
		},
	} {
		_, err := data.Project(c.source, c.in, c.target)
		var e *data.Error
		if !errors.As(err, &e) || e.Kind != data.Unprojectable || e.Msg != c.want {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	_, err := data.Project(field(data.Int8Schema), "not a struct", field(data.Int16Schema))
	var e *data.Error
	if !errors.As(err, &e) || e.Kind != data.BadClass {
		t.Errorf("a string as a struct: %v", err)
	}
}
