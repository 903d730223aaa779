package stringconverter_test

import (
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/stringconverter"
)

func create(t *testing.T, encoding string) convert.Converter {
	t.Helper()
	c, err := stringconverter.Plugin.New(map[string]string{"converter.encoding": encoding}, convert.Value)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFromConnect(t *testing.T) {
	m := data.NewMap(1)
	m.Put("k", int8(1))
	for _, c := range []struct {
		encoding string
		in       any
		want     string
	}{
		{"UTF-8", "é", "é"},
		{"UTF-8", "", ""},
		{"UTF-8", int64(-5), "-5"},
		{"UTF-8", 1e10, "1.0E10"},
		{"UTF-8", true, "true"},
		{"UTF-8", m, "{k=1}"},
		{"UTF-8", []any{int8(1), "a", nil}, "[1, a, null]"},
		{"UTF-8", data.Instant(0), "Thu Jan 01 00:00:00 UTC 1970"},
		{" utf8 ", "é", "é"},
		{"latin1", "é€", "\xe9?"},
		{"UTF-16", "a", "\xfe\xff\x00a"},
	} {
		got, err := create(t, c.encoding).FromConnect("t", nil, nil, c.in)
		if err != nil || string(got) != c.want || got == nil {
			t.Errorf("%s: %v = %q, %v; want %q", c.encoding, c.in, got, err, c.want)
		}
	}
	if got, err := create(t, "UTF-8").FromConnect("t", nil, nil, nil); got != nil || err != nil {
		t.Errorf("null = %q, %v", got, err)
	}
}

func TestToConnect(t *testing.T) {
	for _, c := range []struct{ encoding, in, want string }{
		{"UTF-8", "é", "é"},
		{"UTF-8", "", ""},
		{"UTF-8", "a\xffb", "a\ufffdb"},
		{"US-ASCII", "a\xff", "a\ufffd"},
		{"ISO-8859-1", "\xe9", "é"},
	} {
		s, got, err := create(t, c.encoding).ToConnect("t", nil, []byte(c.in))
		if err != nil || s != data.OptionalStringSchema || got != c.want {
			t.Errorf("%s: %q = %v %q, %v; want %q", c.encoding, c.in, s, got, err, c.want)
		}
	}
	if s, got, err := create(t, "UTF-8").ToConnect("t", nil, nil); s != data.OptionalStringSchema || got != nil || err != nil {
		t.Errorf("null = %v %v, %v", s, got, err)
	}
}

func TestHeaders(t *testing.T) {
	h := create(t, "UTF-8").(convert.HeaderConverter)
	raw, err := h.FromHeader("t", "h", nil, "x")
	if err != nil || string(raw) != "x" {
		t.Errorf("FromHeader = %q, %v", raw, err)
	}
	_, v, err := h.ToHeader("t", "h", raw)
	if err != nil || v != "x" {
		t.Errorf("ToHeader = %q, %v", v, err)
	}
}

func TestUnknownEncoding(t *testing.T) {
	_, err := stringconverter.Plugin.New(map[string]string{"converter.encoding": "nope"}, convert.Key)
	e, ok := err.(*data.Error)
	if !ok || e.Kind != data.Unserializable || e.Msg != "Unsupported encoding nope" {
		t.Errorf("error %v", err)
	}
}

func TestAllocations(t *testing.T) {
	c := create(t, "UTF-8")
	raw := []byte("a value of some length, in ASCII")
	var value any = string(raw)
	if n := testing.AllocsPerRun(100, func() { _, _ = c.FromConnect("t", nil, nil, value) }); n != 0 {
		t.Errorf("FromConnect: %v allocations", n)
	}
	// One for the string header in an interface.
	if n := testing.AllocsPerRun(100, func() { _, _, _ = c.ToConnect("t", nil, raw) }); n > 1 {
		t.Errorf("ToConnect: %v allocations", n)
	}
}
