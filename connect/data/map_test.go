package data

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func readMap(t testing.TB, r *JSONReader, src string) *Map {
	t.Helper()
	v, err := r.Read([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*Map)
}

// plain returns v with every map built entry by entry, as Jackson and Connect do.
func plain(v any) any {
	switch v := v.(type) {
	case *Map:
		m := &Map{table: v.table}
		if v.shape != nil {
			m.table = v.shape.table
		}
		for k := range v.Len() {
			i := k
			if v.shape != nil {
				i = v.shape.nth(k)
			}
			m.entries = append(m.entries, entry{v.key(i), plain(v.at(i))})
		}
		m.reindex()
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i])
		}
		return list
	}
	return v
}

func TestReadMap(t *testing.T) {
	tests := []struct{ src, text, written string }{
		{`{}`, `{}`, `{}`},
		{`{"z":1,"a":2,"m":3,"filename":4,"b":5}`, `{a=2, b=5, filename=4, z=1, m=3}`, `{"a":2,"b":5,"filename":4,"z":1,"m":3}`},
		{`{"id":1,"name":"x","price":1.50}`, `{price=1.5, name=x, id=1}`, `{"price":1.5,"name":"x","id":1}`},
		{`{"a":1,"b":2,"a":3}`, `{a=3, b=2}`, `{"a":3,"b":2}`},
		{`{"\u0061":"\u00e9\n","\"":"😀"}`, "{a=é\n, \"=😀}", `{"a":"é\n","\"":"\uD83D\uDE00"}`},
		{`{"a":{"z":1,"b":[1, 2.50,{"y":null,"x":true}]},"c":[[],[[ ]]]}`, `{a={b=[1, 2.5, {x=true, y=null}], z=1}, c=[[], [[]]]}`, `{"a":{"b":[1,2.5,{"x":true,"y":null}],"z":1},"c":[[],[[]]]}`},
		{`{"big":99999999999999999999,"inf":1e400,"neg":-0}`, `{inf=Infinity, big=7766279631452241919, neg=0}`, `{"inf":"Infinity","big":7766279631452241919,"neg":0}`},
	}
	var r JSONReader
	for range 3 { // unknown, known and expected names
		for _, test := range tests {
			m := readMap(t, &r, test.src)
			for _, v := range []*Map{m, plain(m).(*Map), m.Copy()} {
				if got := v.String(); got != test.text {
					t.Errorf("%s: text %s, want %s", test.src, got, test.text)
				}
				if got, err := AppendJSON(nil, v); string(got) != test.written || err != nil {
					t.Errorf("%s: written %s, want %s; %v", test.src, got, test.written, err)
				}
			}
		}
	}
}

func TestMapChanges(t *testing.T) {
	var r JSONReader
	for range 4 {
		m := readMap(t, &r, `{"id":1,"name":"x","in":{"k":1}}`)
		c := m.CopyHash()
		c.Put("extra", int64(7))
		c.Put("id", "changed")
		c.Delete("name")
		c.PutKey(int32(5), "five")
		if got := c.String(); got != "{id=changed, in={k=1}, 5=five, extra=7}" {
			t.Errorf("changed: %s", got)
		}
		if got := m.String(); got != "{in={k=1}, name=x, id=1}" {
			t.Errorf("original: %s", got)
		}
		if v, ok := c.Get("extra"); !ok || v != int64(7) || c.Has("name") || c.Len() != 4 {
			t.Errorf("get: %v", v)
		}
		if v, _ := m.Get("in"); v.(*Map).String() != "{k=1}" {
			t.Errorf("inner map: %v", v)
		}
	}
}

// TestMapHistory makes the same random changes to maps that are JSON text and to
// maps that were built entry by entry.
func TestMapHistory(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var r JSONReader
	for round := range 3000 {
		var b strings.Builder
		for i := range rnd.IntN(20) {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"k%d":%d`, rnd.IntN(40), i)
		}
		m := readMap(t, &r, "{"+b.String()+"}")
		p := plain(m).(*Map)
		for range rnd.IntN(6) {
			m, p = change(rnd.IntN(6), fmt.Sprintf("k%d", rnd.IntN(40)), m, p)
		}
		if m.String() != p.String() || !m.Equal(p) || m.className() != p.className() {
			t.Fatalf("round %d: %s, want %s", round, m, p)
		}
	}
}

// A selection gives what Select gives, also when the layout of its sources changes and
// comes back.
func TestSelectionIsSelect(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var r JSONReader
	rename := func(k string) (string, bool) { return strings.TrimSuffix(k, "1"), k != "k3" }
	s := NewSelection(rename)
	for round := range 3000 {
		text := []string{
			`{"k1":1,"k":2,"k3":3,"a":4}`, `{"k":1,"k1":2,"a1":3,"a":4,"b":5}`, `{"k3":1}`, `{}`,
		}[rnd.IntN(4)]
		m := readMap(t, &r, text)
		if rnd.IntN(2) == 0 {
			m = m.CopyHash()
			m.Put("new", int64(round))
		}
		got, want := s.Of(m), m.Select(rename)
		if got.String() != want.String() || !got.Equal(want) {
			t.Fatalf("round %d: of %s it gives %s, want %s", round, m, got, want)
		}
		got.Put("later", nil)
		want.Put("later", nil)
		if got.String() != want.String() {
			t.Fatalf("round %d: changed, it is %s, want %s", round, got, want)
		}
	}
}

func change(op int, key string, m, p *Map) (*Map, *Map) {
	switch op {
	case 0, 1:
		m.Put(key, "new")
		p.Put(key, "new")
	case 2:
		m.Delete(key)
		p.Delete(key)
	case 3:
		return m.CopyHash(), p.CopyHash()
	case 4:
		rename := func(k string) (string, bool) { return strings.TrimSuffix(k, "1"), k != key }
		return m.Select(rename), p.Select(rename)
	default:
		return m.CopyLinked(), p.CopyLinked()
	}
	return m, p
}

func TestMapOrders(t *testing.T) {
	tests := []struct {
		name string
		make func() *Map
		want string
	}{
		{"linked", func() *Map { return NewMap(0) }, "[z a m filename b]"},
		{"hash", func() *Map { return NewHashMap(100) }, "[a b filename z m]"},
		{"copy", func() *Map { return NewMap(0).CopyHash() }, "[a b filename z m]"},
		{"small hash", func() *Map { return NewHashMapSize(1) }, "[a z b filename m]"},
	}
	for _, test := range tests {
		m := test.make()
		for _, k := range []string{"z", "a", "m", "filename", "b"} {
			m.Put(k, nil)
		}
		var keys []any
		for k := range m.All() {
			keys = append(keys, k)
		}
		if got := fmt.Sprint(keys); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		if m.Len() != 5 {
			t.Errorf("%s: %d entries", test.name, m.Len())
		}
	}
	m := NewHashMap(0)
	for _, k := range []any{int64(33), "a", nil, int32(1), true, 1.5, []any{"x"}, NewDecimal(-15, 1), Instant(7)} {
		m.PutKey(k, k)
	}
	for k, v := range m.All() {
		if !Equal(k, v) {
			t.Errorf("%v is under %v", v, k)
		}
	}
	m.DeleteKey(int64(33))
	if _, ok := m.GetKey(int64(33)); ok || m.Len() != 8 {
		t.Error("int64 key is still there")
	}
}

func TestAppendJSON(t *testing.T) {
	odd := NewMap(0)
	odd.PutKey(int32(1), []byte{1, 2})
	odd.PutKey(Instant(0), Instant(5))
	null := NewMap(0)
	null.PutKey(nil, 1)
	s, _ := NewStruct(NewStructBuilder().MustBuild())
	tests := []struct {
		v    any
		want string
		bad  bool
	}{
		{nil, "null", false},
		{"a\"😀", `"a\"\uD83D\uDE00"`, false},
		{[]any{int8(1), int16(2), int32(3), int64(4), float32(1.1), 1e10, true}, "[1,2,3,4,1.1,1.0E10,true]", false},
		{NewDecimal(12345, 2), "123.45", false},
		{odd, `{"1":"AQI=","1970-01-01T00:00:00.000+00:00":5}`, false},
		{null, "", true},
		{[]any{s}, "", true},
	}
	for _, test := range tests {
		got, err := AppendJSON(nil, test.v)
		if (err != nil) != test.bad || err == nil && string(got) != test.want {
			t.Errorf("%v: %s, %v", test.v, got, err)
		}
	}
}
