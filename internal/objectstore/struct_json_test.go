package objectstore

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

// As with JsonConverter, the scale matters to the bytes of a decimal only.
func TestStructLogical(t *testing.T) {
	scale2 := data.NewDecimalSchema(2).MustBuild()
	for _, c := range []struct {
		schema  *data.Schema
		value   any
		numeric bool
		want    string
	}{
		{scale2, data.NewDecimal(150, 2), false, `{"f":"AJY="}`},
		{scale2, data.NewDecimal(150, 2), true, `{"f":1.50}`},
		{scale2, data.NewDecimal(15, 1), true, `{"f":1.5}`},
		{scale2, data.NewDecimal(15, 1), false, "Decimal value has mismatching scale"},
		{data.DateSchema, data.Instant(86_400_000), false, `{"f":1}`},
		{data.TimeSchema, data.Instant(1), false, `{"f":1}`},
		{data.TimestampSchema, data.Instant(1), false, `{"f":1}`},
	} {
		s := data.NewStructBuilder().Field("f", c.schema).MustBuild()
		got, err := structJSON{c.numeric}.append(nil, s, data.StructOf(s, []any{c.value}))
		if err != nil {
			got = []byte(err.Error())
		}
		if !strings.HasPrefix(string(got), c.want) {
			t.Errorf("%s %v: %s, want %s", c.schema.Name(), c.value, got, c.want)
		}
	}
}
