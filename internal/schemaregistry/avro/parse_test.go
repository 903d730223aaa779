package avro

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"type":"int"}`, `"int"`},
		{`{"name":"R","type":"record","namespace":"n","fields":[{"type":{"type":"R"},"name":"a"}]}`, `{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"R"}]}`},
		{
			`{"type":"record","name":"n.R","fields":[{"name":"f","type":{"type":"fixed","name":"o.F","size":2}},{"name":"g","type":"o.F"}]}`,
			`{"type":"record","name":"R","namespace":"n","fields":[{"name":"f","type":{"type":"fixed","name":"F","namespace":"o","size":2}},{"name":"g","type":"o.F"}]}`,
		},
		{
			`{"type":"record","name":"R","fields":[{"name":"a","type":"int","order":"ignore","aliases":["b"],"x":1.0,"default":7}],"z":[1,{"y":null}],"aliases":["S"],"doc":"d"}`,
			`{"type":"record","name":"R","doc":"d","fields":[{"name":"a","type":"int","default":7,"order":"ignore","aliases":["b"],"x":1.0}],"z":[1,{"y":null}],"aliases":["S"]}`,
		},
		{`["null",{"type":"map","values":{"type":"array","items":"bytes"},"p":"\u00e9"}]`, `["null",{"type":"map","values":{"type":"array","items":"bytes"},"p":"é"}]`},
	} {
		s, err := Parse([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got, err := s.Text(); err != nil || got != c.want {
			t.Errorf("%s, %v, want\n%s", got, err, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		``: "empty schema", `{`: "not JSON", `5`: "not yet supported", `{}`: "No type", `"none"`: "Undefined name",
		`{"type":"record","name":"R"}`: "no fields", `{"type":"record","fields":[]}`: "No name", `["int","int"]`: "Duplicate in union",
		`["int",["null"]]`: "Nested union", `{"type":"enum","name":"E","symbols":["a","a"]}`: "Duplicate enum symbol",
		`{"type":"fixed","name":"F","size":-1}`: "Invalid fixed size", `{"type":"array"}`: "No items type",
		`{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}`:          "Duplicate field a",
		`{"type":"enum","name":"E","symbols":["a"],"default":"b"}`:                                             "not in the enum symbol set",
		`{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"record","name":"R","fields":[]}}]}`: "Can't redefine: R",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestReferences(t *testing.T) {
	other, err := Parse([]byte(`{"type":"record","name":"n.A","fields":[{"name":"b","type":{"type":"fixed","name":"B","size":1}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse([]byte(`{"type":"record","name":"n.C","fields":[{"name":"a","type":"A"},{"name":"b","type":"n.B"}]}`), other); err != nil {
		t.Error(err)
	}
}

func TestLong(t *testing.T) {
	for _, n := range []int64{0, -1, 1, 63, -64, 64, 1 << 31, -1 << 63, 1<<63 - 1} {
		raw := AppendLong(nil, n)
		if got, rest, err := ReadLong(raw); got != n || len(rest) > 0 || err != nil {
			t.Errorf("%d became %d, %v, %v", n, got, rest, err)
		}
		if _, _, err := ReadLong(raw[:len(raw)-1]); err == nil {
			t.Errorf("%d: a piece was read", n)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"type":"record","name":"R","fields":[{"name":"a","type":["null","R"],"default":null}]}`)
	f.Add(`{"type":"enum","name":"a.E","symbols":["X"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse([]byte(text))
		if err != nil {
			return
		}
		once, err := s.Text()
		if err != nil {
			return
		}
		again, err := Parse([]byte(once))
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice, _ := again.Text(); twice != once {
			t.Errorf("%s became %s", once, twice)
		}
	})
}
