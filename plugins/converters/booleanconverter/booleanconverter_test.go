package booleanconverter_test

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/booleanconverter"
)

func TestConverter(t *testing.T) {
	c, err := booleanconverter.Plugin.New(nil, convert.Value)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{true, false, nil} {
		raw, err := c.FromConnect("t", nil, data.OptionalBooleanSchema, value)
		if err != nil || value != nil && len(raw) != 1 {
			t.Errorf("%v = %v, %v", value, raw, err)
		}
		s, got, err := c.(convert.HeaderConverter).ToHeader("t", "h", raw)
		if err != nil || got != value || s != data.OptionalBooleanSchema {
			t.Errorf("%v came back as %v %v, %v", value, s, got, err)
		}
	}
}

func TestErrors(t *testing.T) {
	c := booleanconverter.Converter{}
	_, err := c.FromConnect("t", nil, data.StringSchema, true)
	if err == nil || err.Error() != "Invalid schema type for BooleanConverter: STRING" {
		t.Errorf("wrong schema: %v", err)
	}
	_, err = c.FromConnect("t", nil, nil, int32(1))
	if err == nil || err.Error() != "BooleanConverter is not compatible with objects of type class java.lang.Integer" {
		t.Errorf("wrong class: %v", err)
	}
	for raw, want := range map[string]string{
		"":     "Size of data received by BooleanDeserializer is not 1",
		"ab":   "Size of data received by BooleanDeserializer is not 1",
		"\x02": "Unexpected byte received by BooleanDeserializer: 2",
		"\xff": "Unexpected byte received by BooleanDeserializer: -1",
	} {
		_, _, err := c.ToConnect("t", nil, []byte(raw))
		cause := errors.Unwrap(err)
		if cause == nil || err.Error() != "Failed to deserialize boolean: " || cause.Error() != want {
			t.Errorf("%q: %v because of %v, want %q", raw, err, cause, want)
		}
	}
}
