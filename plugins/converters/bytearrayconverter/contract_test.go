package bytearrayconverter_test

import (
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/bytearrayconverter"
)

func TestContract(t *testing.T) {
	connecttest.Converter{
		Plugin: bytearrayconverter.Plugin,
		Values: []connecttest.RoundTrip{
			{Schema: data.BytesSchema, Value: []byte{0, 255, 7}},
			{Schema: nil, Value: []byte{}},
			{Schema: data.OptionalBytesSchema, Value: nil},
		},
		Refused: []connecttest.RoundTrip{{Schema: data.StringSchema, Value: "x"}, {Value: "x"}},
	}.Run(t)
}
