package topicjson

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestDecode(t *testing.T) {
	cases := map[string]string{
		"":                             "null",
		"null":                         "null",
		`{"b":1,"a":[2.0,true,null]}`:  "{a=[2.0, true, null], b=1}",
		`"x"`:                          "x",
		`{"n":99999999999999999999}`:   "{n=7766279631452241919}",
		" [ 1 ] and what follows that": "[1]",
	}
	for raw, want := range cases {
		v, err := Decode([]byte(raw))
		if got := data.Text(v); err != nil || got != want {
			t.Errorf("%s: %s (%v), want %s", raw, got, err, want)
		}
	}
	for _, raw := range []string{"{", `{"a":}`, "nonsense", "\xff\xfe\xfd"} {
		if v, err := Decode([]byte(raw)); err == nil {
			t.Errorf("%q is read as %v", raw, v)
		}
	}
}

func TestMembers(t *testing.T) {
	v, err := Decode([]byte(`{"long":4294967297,"double":1.0,"text":"t","null":null,"object":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	m := v.(*data.Map)
	if n, ok := Int32(m, "long"); n != 1 || !ok {
		t.Errorf("a long is %d, %t", n, ok)
	}
	for name, optional := range map[string]bool{"double": false, "text": true, "null": true, "absent": true, "object": false} {
		_, isInt := Int32(m, name)
		_, isText := Text(m, name)
		_, isOptional := OptionalText(m, name)
		_, isObject := Object(m, name)
		if isInt || isText != (name == "text") || isOptional != optional || isObject != (name == "object") {
			t.Errorf("%s: int %t, text %t, optional text %t, object %t", name, isInt, isText, isOptional, isObject)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"properties":{"a":"1"}}`, `[1,2.5e3,"\ud83d\ude00"]`, "{", "", "null", "[[[[", "-33E-338"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := Decode(raw)
		if err != nil {
			return
		}
		text, err := data.AppendJSON(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("-0.0")) {
			return // what is too small becomes this zero, which as a text has no sign
		}
		again, err := Decode(text)
		if err != nil {
			t.Fatalf("%q was written as %q, which is not read: %v", raw, text, err)
		}
		// Not the values: an infinite number is written as a text.
		if second, err := data.AppendJSON(nil, again); err != nil || !bytes.Equal(second, text) {
			t.Errorf("%q was written as %q and then as %q (%v)", raw, text, second, err)
		}
	})
}
