package bytearrayconverter_test

import (
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/bytearrayconverter"
)

func TestConverter(t *testing.T) {
	c, err := bytearrayconverter.Plugin.New(nil, convert.Value)
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte{1, 2}
	got, err := c.FromConnect("t", nil, data.BytesSchema, raw)
	if err != nil || &got[0] != &raw[0] {
		t.Errorf("FromConnect = %v, %v", got, err)
	}
	s, v, err := c.ToConnect("t", nil, raw)
	if err != nil || s != data.OptionalBytesSchema || !data.Equal(v, raw) {
		t.Errorf("ToConnect = %v %v, %v", s, v, err)
	}
	if _, v, err := c.(convert.HeaderConverter).ToHeader("t", "h", nil); v != nil || err != nil {
		t.Errorf("null = %v, %v", v, err)
	}
	for _, null := range []any{nil, []byte(nil)} {
		if got, err := c.FromConnect("t", nil, nil, null); err != nil || (got == nil) != (null == nil) {
			t.Errorf("%T(nil) = %v, %v", null, got, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		schema *data.Schema
		in     any
		want   string
	}{
		{data.StringSchema, "x", "Invalid schema type for ByteArrayConverter: STRING"},
		{data.OptionalStringSchema, nil, "Invalid schema type for ByteArrayConverter: STRING"},
		{nil, "x", "ByteArrayConverter is not compatible with objects of type class java.lang.String"},
	} {
		_, err := bytearrayconverter.Converter{}.FromConnect("t", nil, c.schema, c.in)
		if err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}
