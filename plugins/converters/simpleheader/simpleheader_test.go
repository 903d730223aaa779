package simpleheader_test

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/simpleheader"
)

func TestConverter(t *testing.T) {
	c, err := simpleheader.Plugin.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		in     any
		raw    string
		schema *data.Schema
		out    any
	}{
		{"abc", "abc", data.StringSchema, "abc"},
		{"", "", data.StringSchema, ""},
		{"1", "1", data.Int8Schema, int8(1)},
		{int64(300), "300", data.Int16Schema, int16(300)},
		{true, "true", data.BooleanSchema, true},
		{[]byte("ab"), "YWI=", data.StringSchema, "YWI="},
		{data.Instant(86_400_000), "1970-01-02", data.DateSchema, data.Instant(86_400_000)},
	} {
		raw, err := c.FromHeader("t", "h", nil, x.in)
		if err != nil || raw == nil || string(raw) != x.raw {
			t.Errorf("%v = %q, %v; want %q", x.in, raw, err, x.raw)
		}
		s, v, err := c.ToHeader("t", "h", raw)
		if err != nil || s != x.schema || !data.Equal(v, x.out) {
			t.Errorf("%q = %v %v, %v", raw, s, v, err)
		}
	}
}

func TestNull(t *testing.T) {
	c := simpleheader.Converter{}
	if raw, err := c.FromHeader("t", "h", nil, nil); raw != nil || err != nil {
		t.Errorf("null = %q, %v", raw, err)
	}
	for _, raw := range [][]byte{nil, []byte("null")} {
		if s, v, err := c.ToHeader("t", "h", raw); s != nil || v != nil || err != nil {
			t.Errorf("%q = %v %v, %v", raw, s, v, err)
		}
	}
}

func TestMalformedBytes(t *testing.T) {
	_, v, err := simpleheader.Converter{}.ToHeader("t", "h", []byte("a\xff"))
	if err != nil || v != "a\ufffd" {
		t.Errorf("got %q, %v", v, err)
	}
}

func TestValueOutsideTheModel(t *testing.T) {
	if _, err := (simpleheader.Converter{}).FromHeader("t", "h", nil, struct{}{}); err == nil {
		t.Error("no error")
	}
}
