package protofile

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestBuiltin(t *testing.T) {
	err := fs.WalkDir(builtin, "builtin", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, "builtin/")
		text, ok := Builtin(name)
		if !ok {
			t.Errorf("%s is not there", name)
		}
		if _, err := Compile("syntax = \"proto3\";\nimport \""+name+"\";\nmessage M {}", nil); err != nil {
			t.Errorf("import %s: %v", name, err)
		}
		if name == metaName {
			return nil
		}
		_, err = Compile(text, nil)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCompile(t *testing.T) {
	const head = "syntax = \"proto3\"; package a.b; "
	for _, c := range []struct {
		name, text string
		imports    []Import
		want       string // in the error; "" for none
	}{
		{"an option without its import", head + `message M { int32 x = 1 [(confluent.field_meta) = {params: [{key: "connect.type", value: "int8"}]}]; }`, nil, ""},
		{"unknown options and an import that is not there", head + `import "validate.proto"; option (v.all) = true; message M { option (v.off) = {a: [1]}; string s = 1 [(v.rule).len = 3, deprecated = true]; enum E { option (v.e) = 1; A = 0 [(v.x) = 2]; } }`, nil, ""},
		{"a service of unknown types", head + `message M {} service S { rpc Do (Other) returns (M); }`, nil, ""},
		{"an enum of proto3 that does not begin with 0", head + `message M { enum E { A = 1; } E e = 1; }`, nil, ""},
		{"an import", head + `import "o/other.proto"; message M { o.Other x = 1; }`, []Import{{"o/other.proto", `syntax = "proto2"; package o; message Other { optional int32 a = 1 [default = 5]; }`}}, ""},
		{"a public import", head + `import "one.proto"; message M { two.Two x = 1; }`, []Import{
			{"two.proto", `package two; message Two {}`}, {"one.proto", `import "nowhere.proto"; import public "two.proto";`},
		}, ""},
		{"a well-known type", head + `import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp at = 1; }`, nil, ""},
		{"a missing type", head + `import "o/other.proto"; message M { o.Other x = 1; }`, nil, "unknown type o.Other"},
		{"files that import each other", `import "a.proto";`, []Import{{"a.proto", `import "b.proto";`}, {"b.proto", `import "a.proto";`}}, "the file a.proto imports itself"},
		{"no schema", "{", nil, "syntax error"},
		{"a number twice", head + `message M { int32 x = 1; int32 y = 1; }`, nil, "field number 1 has already been used in a.b.M by field x"},
		{"a large text", strings.Repeat(" ", maxText+1), nil, "more than 8388608 bytes"},
	} {
		_, err := Compile(c.text, c.imports)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestMessages(t *testing.T) {
	f, err := Compile(`syntax = "proto3"; package p;
		message A { map<string, int32> m = 1; message X {} repeated YEntry y = 2; message YEntry { option map_entry = true; string key = 1; int32 value = 2; } message Z { message Deep {} } }
		enum E { NONE = 0; }
		message B {}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		indexes []int32
		name    string
		raw     []byte
	}{
		{[]int32{0}, "p.A", []byte{0}},
		{[]int32{1}, "p.B", []byte{2, 2}},
		{[]int32{0, 0}, "p.A.X", []byte{4, 0, 0}},
		{[]int32{0, 1}, "p.A.YEntry", []byte{4, 0, 2}},
		{[]int32{0, 2, 0}, "p.A.Z.Deep", []byte{6, 0, 4, 0}},
	} {
		m, err := f.Message(c.indexes)
		if err != nil || string(m.FullName()) != c.name {
			t.Errorf("%v: %v, %v, want %s", c.indexes, m, err, c.name)
			continue
		}
		if raw := AppendIndexes(nil, c.indexes); !bytes.Equal(raw, c.raw) {
			t.Errorf("%v is %v, want %v", c.indexes, raw, c.raw)
		}
		size, err := SizeOfIndexes(append(c.raw, 9, 9))
		if err != nil || size != len(c.raw) {
			t.Errorf("%v: %d bytes, %v", c.raw, size, err)
		}
		back, err := ReadIndexes(append(c.raw, 9, 9))
		if err != nil || !slices.Equal(back, c.indexes) {
			t.Errorf("%v: %v, %v", c.raw, back, err)
		}
		again, found, err := f.Named(c.name)
		if err != nil || again != m || !bytes.Equal(AppendIndexes(nil, found), c.raw) {
			t.Errorf("%s: %v, %v", c.name, found, err)
		}
	}
	for _, bad := range [][]int32{{2}, {-1}, {0, 3}, {}} {
		if m, err := f.Message(bad); err == nil {
			t.Errorf("%v: %v", bad, m.FullName())
		}
	}
	for _, raw := range [][]byte{{}, {1}, {2}, {0xff}, {200, 200, 1}, {2, 0xfe, 0xff, 0xff, 0xff, 0x7f}} {
		if indexes, err := ReadIndexes(raw); err == nil {
			t.Errorf("%v: %v", raw, indexes)
		}
	}
	if _, _, err := f.Named("p.A.MEntry"); err == nil {
		t.Error("the entry of a map has indexes")
	}
}

// TestOddPackage: Java's parsers allow packages that Protobuf does not.
func TestOddPackage(t *testing.T) {
	for pkg, ok := range map[string]bool{"my-app.1db": true, "a.b": true, "a b": false, "a/b": false, "": true, "a..b": false} {
		s := Source{Package: pkg, Message: &Message{Name: "M", Fields: []Field{{Type: "N", Name: "n", Number: 1}}, Nested: []*Message{{Name: "N"}}}}
		text, err := s.Text()
		if (err == nil) != ok {
			t.Errorf("%q: %s, %v", pkg, text, err)
		}
		if err != nil {
			continue
		}
		f, err := Compile(text, nil)
		if err != nil {
			t.Errorf("%q: %v", pkg, err)
			continue
		}
		m, err := f.Message([]int32{0, 0})
		if err != nil || f.FullName(m) != s.FullName()+".N" {
			t.Errorf("%q: %v, %v", pkg, m, err)
			continue
		}
		if again, _, err := f.Named(f.FullName(m)); again != m {
			t.Errorf("%q: %v, %v", pkg, again, err)
		}
	}
}

func TestParams(t *testing.T) {
	f, err := Compile(`syntax = "proto3"; package com.confluent;
		message M { int32 x = 1 [deprecated = true, (confluent.field_meta) = {doc: "d", params: [{value: "8", key: "precision"}, {key: "scale", value: "2"}]}]; int32 y = 2; }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Message([]int32{0})
	if err != nil {
		t.Fatal(err)
	}
	if got := Params(m.Fields().Get(0)); len(got) != 2 || got["precision"] != "8" || got["scale"] != "2" {
		t.Errorf("%v", got)
	}
	if got := Params(m.Fields().Get(1)); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestText(t *testing.T) {
	s := Source{Package: "shop.v1", Message: &Message{
		Name: "Order",
		Fields: []Field{
			{Type: "int32", Name: "id", Number: 1, Params: []Param{{"connect.type", "int8"}}},
			{Label: "repeated", Type: "Line", Name: "lines", Number: 2},
			{Type: "confluent.type.Decimal", Name: "sum", Number: 3, Params: []Param{{"precision", "9"}, {"scale", `"`}}},
		},
		Oneofs: []Oneof{{"pay", []Field{{Type: "string", Name: "card", Number: 4}}}},
		Nested: []*Message{{Name: "Line", Oneofs: []Oneof{{"o", []Field{{Type: "bool", Name: "b", Number: 1}}}}, Nested: []*Message{{Name: "Empty"}}}},
		Enums:  []Enum{{"E", []EnumValue{{"A", 0}, {"B", -1}}}},
	}}
	s.Add(Decimal)
	s.Add(Decimal)
	got, err := s.Text()
	want := `syntax = "proto3";
package shop.v1;

import "confluent/type/decimal.proto";

message Order {
  int32 id = 1 [(confluent.field_meta) = {
    params: [
      {
        key: "connect.type",
        value: "int8"
      }
    ]
  }];
  repeated Line lines = 2;
  confluent.type.Decimal sum = 3 [(confluent.field_meta) = {
    params: [
      {
        value: "9",
        key: "precision"
      },
      {
        value: "\"",
        key: "scale"
      }
    ]
  }];

  oneof pay {
    string card = 4;
  }

  message Line {
    oneof o {
      bool b = 1;
    }
  
    message Empty {}
  }
  enum E {
    A = 0;
    B = -1;
  }
}
`
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if _, err := Compile(got, nil); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"", "a-b", "1a", "a b", "ä", "a}"} {
		bad := Source{Message: &Message{Name: "M", Fields: []Field{{Type: "int32", Name: name, Number: 1}}}}
		if text, err := bad.Text(); err == nil {
			t.Errorf("%q: %s", name, text)
		}
	}
}

func TestCompatible(t *testing.T) {
	const old = `syntax = "proto3"; message M { int32 a = 1; repeated string b = 2; N n = 3; message N {} }`
	for text, want := range map[string]string{
		`syntax = "proto3"; message M { int64 renamed = 1; string b = 2; N n = 3; string more = 4; message N { int32 x = 1; } } message Other {}`: "",
		`syntax = "proto3"; message M { message N {} }`:                               "",
		`syntax = "proto3"; message M { sint32 a = 1; message N {} }`:                 "the type of field M.a has changed from int32 to sint32",
		`syntax = "proto3"; message M { repeated int32 a = 1; message N {} }`:         "M.a",
		`syntax = "proto3"; message M { Other n = 3; message N {} } message Other {}`: "the type of field M.n has changed from M.N to Other",
		`syntax = "proto3"; message M {}`:                                             "there is no message M.N",
		`message M { required int32 z = 9; message N {} }`:                            "the required field M.z is new",
		`syntax = "proto3"; message M { float a = 1; int32 n = 3; message N {} }`:     "has changed",
	} {
		from, err := Compile(old, nil)
		if err != nil {
			t.Fatal(err)
		}
		to, err := Compile(text, nil)
		if err != nil {
			t.Fatal(text, err)
		}
		if err = Compatible(from, to); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
