package data

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomMap returns a map that is JSON text, was changed, or has entries.
func randomMap(t *testing.T, r *JSONReader, rnd *rand.Rand) *Map {
	m := readMap(t, r, []string{
		`{"k1":1,"k":"x","k3":3.5,"a":{"z":1,"b":[{}]}}`, `{"k":true,"k1":null,"a1":3,"a":4,"b":5}`, `{"k3":1}`, `{}`,
		`{"c":1,"d":2,"e":3,"f":4,"g":5,"h":6,"i":7,"k":8,"l":9,"m":10,"n":11,"o":12}`,
	}[rnd.IntN(5)])
	for range rnd.IntN(4) {
		m, _ = change(rnd.IntN(6), fmt.Sprintf("k%d", rnd.IntN(4)), m, m.Copy())
	}
	switch rnd.IntN(8) {
	case 0:
		m.PutKey(int64(5), "not a text")
	case 1:
		return plain(m).(*Map)
	}
	return m
}

// alike compares maps, and what later changes make of them.
func alike(t *testing.T, what string, got, want *Map) {
	t.Helper()
	for _, key := range []string{"", "k", "later", "k3"} {
		if key != "" {
			got.Put(key, key)
			want.Put(key, key)
		}
		if got.String() != want.String() || !got.Equal(want) || got.className() != want.className() {
			t.Fatalf("%s: %s, want %s", what, got, want)
		}
	}
	if got, want := got.CopyHash(), want.CopyHash(); got.String() != want.String() {
		t.Fatalf("%s, copied: %s, want %s", what, got, want)
	}
}

func TestPatch(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	var r JSONReader
	patches := [][]string{{"k"}, {"k3", "new"}, {"x", "y", "x"}, {}, {"a", "k1", "b", "z"}}
	for round := range 2000 {
		keys := patches[round%len(patches)]
		p := NewPatch(keys...)
		for range 3 { // unknown and known layouts
			m := randomMap(t, &r, rnd)
			before, want := m.String(), m.CopyHash()
			values := make([]any, len(keys))
			for k, key := range keys {
				v, _ := m.Get(key)
				if got := p.Get(m, k); !Equal(got, v) || fmt.Sprintf("%T", p.Like(m, k)) != fmt.Sprintf("%T", v) {
					t.Fatalf("%s of %s: %v, like %v, want %v", key, m, got, p.Like(m, k), v)
				}
				if n, ok := p.Long(m, k); ok != (fmt.Sprintf("%T", v) == "int64") || ok && v != n {
					t.Fatalf("%s of %s: %d, %v, want %v", key, m, n, ok, v)
				}
				values[k] = int64(round + k)
				want.Put(key, values[k])
			}
			got := p.Of(m, values)
			if m.String() != before {
				t.Fatalf("Of made %s of %s", m, before)
			}
			p.In(m, values)
			alike(t, "Of "+before, got, want.Copy())
			alike(t, "In "+before, m, want)
		}
	}
}

func TestSelectionIn(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var r JSONReader
	rename := func(k string) (string, bool) { return strings.TrimSuffix(k, "1"), k != "k3" }
	s := NewSelection(rename)
	for range 2000 {
		m := randomMap(t, &r, rnd)
		if !m.StringKeys() {
			continue
		}
		before, want := m.String(), m.Select(rename)
		s.In(m)
		alike(t, "In "+before, m, want)
	}
}

func TestRehash(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	var r JSONReader
	for range 2000 {
		m := randomMap(t, &r, rnd)
		before, want := m.String(), m.CopyHash()
		m.Rehash()
		alike(t, "Rehash "+before, m, want)
	}
}

// Maps in a row share memory, but not members.
func TestNeighboursStayApart(t *testing.T) {
	var r JSONReader
	p, s := NewPatch("a", "new"), NewSelection(func(k string) (string, bool) { return k, k != "b" })
	var all []*Map
	for i := range 400 {
		m := readMap(t, &r, fmt.Sprintf(`{"a":1,"b":{"c":%d},"d":%d}`, i, i))
		p.In(m, []any{int64(i), "x"})
		s.In(m)
		for k := range i % 7 {
			m.Put(fmt.Sprint("later", k), int64(i))
		}
		all = append(all, m)
	}
	for i, m := range all {
		d, _ := m.Get("d")
		if a, _ := m.Get("a"); a != int64(i) || d != int64(i) || m.Len() != 3+i%7 {
			t.Fatalf("map %d is %s", i, m)
		}
	}
}
