package connect_test

import (
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

func headers(t *testing.T, keys ...string) connect.Headers {
	t.Helper()
	var h connect.Headers
	for i, k := range keys {
		if err := h.Add(k, data.Int32Schema, int32(i)); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// order shows the headers as a0 b1: key and position when added.
func order(h connect.Headers) string {
	text := ""
	for i, x := range h {
		if i > 0 {
			text += " "
		}
		text += x.Key + data.Text(x.Value)
	}
	return text
}

func TestHeadersChange(t *testing.T) {
	for want, change := range map[string]func(*connect.Headers){
		"b1 a2":    (*connect.Headers).RetainLatest,
		"b1":       func(h *connect.Headers) { h.Remove("a") },
		"a0 b1 a2": func(h *connect.Headers) { h.Remove("c") },
		"a0 a2":    func(h *connect.Headers) { h.Keep(func(x connect.Header) bool { return x.Key != "b" }) },
		"":         (*connect.Headers).Clear,
	} {
		h := headers(t, "a", "b", "a")
		shared := h
		change(&h)
		if order(h) != want {
			t.Errorf("got %q, want %q", order(h), want)
		}
		if order(shared) != "a0 b1 a2" {
			t.Errorf("%q: the shared headers became %q", want, order(shared))
		}
	}
	h := headers(t, "a", "b", "a", "b")
	h.RetainLatestOf("b")
	if order(h) != "a0 a2 b3" {
		t.Errorf("RetainLatestOf: %q", order(h))
	}
}

func TestHeadersAddDoesNotWriteIntoSharedOnes(t *testing.T) {
	h := headers(t, "a", "b", "c")[:2]
	one, two := h, h
	_ = one.Add("x", nil, "1")
	_ = two.Add("y", nil, "2")
	if order(one) != "a0 b1 x1" || order(two) != "a0 b1 y2" {
		t.Errorf("%q, %q", order(one), order(two))
	}
}

func TestHeadersLookUp(t *testing.T) {
	h := headers(t, "a", "b", "a")
	if x, ok := h.Last("a"); !ok || x.Value != int32(2) {
		t.Errorf("Last = %v, %v", x, ok)
	}
	if _, ok := h.Last("c"); ok {
		t.Error("c was found")
	}
	if all := h.With("a"); len(all) != 2 {
		t.Errorf("With = %v", all)
	}
}

func TestHeadersAddChecks(t *testing.T) {
	for _, c := range []struct {
		schema *data.Schema
		value  any
		want   string
	}{
		{nil, "x", ""},
		{data.OptionalStringSchema, nil, ""},
		{data.StringSchema, nil, "A null value requires an optional schema but was Schema{STRING}"},
		{data.StringSchema, int32(5), "The value 5 is not compatible with the schema Schema{STRING}"},
		{data.TimestampSchema, int64(5), ""},
		{data.TimestampSchema, data.Instant(5), ""},
		{data.Int32Schema, data.Instant(5), "The value Thu Jan 01 00:00:00 UTC 1970 is not compatible with the schema Schema{INT32}"},
	} {
		var h connect.Headers
		err := h.Add("k", c.schema, c.value)
		if err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("Add(%v, %v) = %v, want %q", c.schema, c.value, err, c.want)
		}
	}
}

func TestHeadersText(t *testing.T) {
	var h connect.Headers
	if h.String() != "ConnectHeaders(headers=)" {
		t.Errorf("never filled: %s", h)
	}
	h = headers(t, "a")
	if h.String() != "ConnectHeaders(headers=[ConnectHeader(key=a, value=0, schema=Schema{INT32})])" {
		t.Errorf("one: %s", h)
	}
	h.Clear()
	if h.String() != "ConnectHeaders(headers=[])" {
		t.Errorf("cleared: %s", h)
	}
}
