package stringconverter_test

import (
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/stringconverter"
)

func TestContract(t *testing.T) {
	for _, encoding := range []string{"UTF-8", "ISO-8859-1", "UTF-16"} {
		connecttest.Converter{
			Plugin: stringconverter.Plugin,
			Config: map[string]string{"converter.encoding": encoding},
			Values: []connecttest.RoundTrip{
				{Schema: data.StringSchema, Value: "größe"},
				{Schema: nil, Value: ""},
				{Schema: data.Int32Schema, Value: int32(-5), Want: "-5"},
				{Schema: nil, Value: []any{"a", nil}, Want: "[a, null]"},
				{Schema: data.OptionalStringSchema, Value: nil},
			},
		}.Run(t)
	}
}
