package jsonvalue

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestNames(t *testing.T) {
	n := NewNames(data.NewStructBuilder().Field("a", data.Int32Schema).Field(`b"`, data.Int32Schema).MustBuild().Fields())
	for _, c := range []struct {
		text     string
		expected int
		k, at    int // at is where the value is; below 0 for an error
	}{
		{`"a":1`, 0, 0, 4},
		{`"a" : 1`, 0, 0, 6},
		{`"a":1`, 1, 0, 4},
		{`"a":1`, 2, 0, 4},
		{`"b\"":1`, 1, 1, 6},
		{`"\u0061":1`, 0, 0, 9},
		{`"ab":1`, 0, -1, 5},
		{`"a"`, 0, 0, -1},
		{`a:1`, 0, -1, -1},
	} {
		k, at, err := n.Read([]byte(c.text), 0, c.expected)
		if k != c.k || (err != nil) != (c.at < 0) || err == nil && at != c.at {
			t.Errorf("%s: field %d, value at %d, %v", c.text, k, at, err)
		}
	}
	dst := []byte("[")
	if got := string(Close(append(n.Append(append(n.Append(dst, 0), '1'), 1), '2'), len(dst))); got != `[{"a":1,"b\"":2}` {
		t.Error(got)
	}
	if got := string(Close(dst, len(dst))); got != "[{}" {
		t.Error(got)
	}
	if k, ok := n.Index(`b"`); k != 1 || !ok {
		t.Errorf("%d, %t", k, ok)
	}
}

func TestMembers(t *testing.T) {
	src := `{"a":1, "b" : {"a":2},"a":[3]}`
	want := []Member{{"a", 26}, {"b", 14}}
	if got := Members([]byte(src), 0); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := Members([]byte(" { }"), 1); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestFieldSet(t *testing.T) {
	for _, fields := range []int{1, 64, 65, 200} {
		s := NewFieldSet(fields)
		for k := range fields {
			if s.Has(k) || s.Full(fields) {
				t.Errorf("%d of %d fields", k, fields)
			}
			s.Add(k)
			s.Add(k)
			if !s.Has(k) {
				t.Errorf("field %d of %d is missing", k, fields)
			}
		}
		if !s.Full(fields) {
			t.Errorf("%d fields are not all", fields)
		}
	}
}
