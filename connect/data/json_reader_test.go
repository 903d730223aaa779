package data

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestReadMany reads more layouts than are remembered.
func TestReadMany(t *testing.T) {
	var r JSONReader
	for round := range 2 {
		for i := range 3 * maxShapes {
			src := fmt.Sprintf(`{"k%d":%d,"x":{"y%d":1}}`, i, i, i)
			for range 2 {
				m := readMap(t, &r, src)
				if v, _ := m.Get(fmt.Sprintf("k%d", i)); v != int64(i) {
					t.Fatalf("round %d: %s is %s", round, src, m)
				}
			}
		}
	}
	if len(r.shapes.known) > maxShapes || len(r.guess) > maxGuess {
		t.Errorf("%d shapes, %d guesses", len(r.shapes.known), len(r.guess))
	}
	readMap(t, &r, `{"a":1}`)
	m := readMap(t, &r, `{"a":1}`)
	for i := range 2 * familySize {
		m = m.CopyHash()
		m.Put(fmt.Sprintf("n%d", i%3000), i)
		m.Delete(fmt.Sprintf("n%d", (i+2990)%3000))
	}
	if v, _ := m.Get("a"); v != int64(1) || m.Len() > 3000 {
		t.Errorf("%d entries, a is %v", m.Len(), v)
	}
}

func TestReadLarge(t *testing.T) {
	src := `{"z":1,"a":[{"b":2.50}],"text":"` + strings.Repeat("x", maxParsed) + `","m":3}`
	var r JSONReader
	m := readMap(t, &r, src)
	m.Delete("text")
	if got, _ := AppendJSON(nil, m); string(got) != `{"a":[{"b":2.5}],"z":1,"m":3}` {
		t.Errorf("%s", got)
	}
}

// TestConcurrentReads is for the race detector.
func TestConcurrentReads(t *testing.T) {
	var r JSONReader
	var group sync.WaitGroup
	for range 3 {
		m := readMap(t, &r, `{"a":1,"b":{"c":[{"d":"e"}]},"f":1.50}`)
		for range 4 {
			group.Go(func() {
				c := m.CopyHash()
				c.Put("new", true)
				c.Delete("a")
				c = c.Select(func(k string) (string, bool) { return k + "_", true })
				if want := `{"b_":{"c":[{"d":"e"}]},"f_":1.5,"new_":true}`; !sameMembers(c, want) || m.Len() != 3 {
					t.Errorf("%s", c)
				}
			})
		}
	}
	group.Wait()
}

func sameMembers(m *Map, want string) bool {
	got, _ := AppendJSON(nil, m)
	var a, b any
	return json.Unmarshal(got, &a) == nil && json.Unmarshal([]byte(want), &b) == nil && fmt.Sprint(a) == fmt.Sprint(b)
}

func FuzzJSONReader(f *testing.F) {
	for _, seed := range []string{order, `{"a":{"b":[{"c":1.50}, {"c":"\u0041"}]},"a":2}`, `[[{"x":[ ]}],{}]`, `{"k1":1,"k1":2,"\u006b1":[{},{"z":0}]}`} {
		f.Add([]byte(seed))
	}
	f.Add([]byte("[-33E-338]"))
	f.Fuzz(func(t *testing.T, src []byte) {
		var r JSONReader
		v, err := r.Read(src)
		if err != nil {
			return
		}
		first, err := AppendJSON(nil, v)
		if err != nil || !json.Valid(first) {
			t.Fatalf("written %s: %v", first, err)
		}
		text := Text(v)
		for range 2 {
			v, err = r.Read(src)
			again, _ := AppendJSON(nil, v)
			whole, _ := AppendJSON(nil, plain(v))
			if err != nil || string(again) != string(first) || string(whole) != string(first) {
				t.Fatalf("%s, %s, %s: %v", first, again, whole, err)
			}
			if got := Text(plain(v)); got != text || Text(v) != text {
				t.Fatalf("text %q, want %q", got, text)
			}
		}
		if strings.Contains(string(first), "-0.0") {
			return // what is too small becomes this zero, which as a text has no sign
		}
		back, err := r.Read(first)
		if twice, _ := AppendJSON(nil, back); err != nil || string(twice) != string(first) {
			t.Fatalf("%s becomes %s: %v", first, twice, err)
		}
	})
}
