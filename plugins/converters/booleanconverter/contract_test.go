package booleanconverter_test

import (
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/booleanconverter"
)

func TestContract(t *testing.T) {
	connecttest.Converter{
		Plugin: booleanconverter.Plugin,
		Values: []connecttest.RoundTrip{
			{Schema: data.BooleanSchema, Value: true},
			{Schema: nil, Value: false},
			{Schema: data.OptionalBooleanSchema, Value: nil},
		},
		Malformed: [][]byte{{}, {2}, {0, 1}},
		Refused:   []connecttest.RoundTrip{{Schema: data.StringSchema, Value: "true"}, {Value: int32(1)}},
	}.Run(t)
}
