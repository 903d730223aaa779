package offsetstore

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// Files as Java writes them: an empty map, and one with two entries of which the
// second was reset.
const (
	emptyFile = "aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f7249000974" +
		"68726573686f6c6478703f400000000000007708000000100000000078"
	twoEntries = "aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f7249000974" +
		"68726573686f6c6478703f4000000000000c77080000001000000002757200025b42acf317f8060854e002000078700000000f5b2263222c7b22" +
		"66223a2278227d5d7571007e0002000000077b2270223a317d7571007e00020000000f5b2263222c7b2266223a2279227d5d7078"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestReadsJavasFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offsets")
	if err := os.WriteFile(path, unhex(t, twoEntries), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	view := For(f, "c")
	for field, want := range map[string]string{"x": "{p=1}", "y": "{}", "z": "{}"} {
		got, err := view.Offset(context.Background(), connect.NewSourcePartition(connect.Fields{"f": field}))
		if err != nil || got.String() != want {
			t.Errorf("offset of %s is %v (%v), want %s", field, got, err, want)
		}
	}
}

func TestWritesJavasBytes(t *testing.T) {
	cases := map[string]struct {
		entries []Entry
		want    string
	}{
		"empty": {nil, emptyFile},
		"two":   {[]Entry{{[]byte(`["c",{"f":"y"}]`), nil}, {[]byte(`["c",{"f":"x"}]`), []byte(`{"p":1}`)}}, twoEntries},
	}
	for name, c := range cases {
		if got := hex.EncodeToString(EncodeFile(c.entries)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestCommitSurvivesReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offsets")
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	one, two := connect.NewSourcePartition(connect.Fields{"f": "1"}), connect.NewSourcePartition(connect.Fields{"f": "2"})
	offsets := map[*connect.SourcePartition]connect.Fields{one: {"p": int64(7)}, two: {"p": "text", "q": nil, "r": 1.5, "s": true}}
	if err := For(f, "c").Commit(context.Background(), offsets); err != nil {
		t.Fatal(err)
	}
	if f, err = OpenFile(path); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[*connect.SourcePartition]string{one: "{p=7}", two: "{p=text, q=null, r=1.5, s=true}"} {
		if got, err := For(f, "c").Offset(context.Background(), p); err != nil || got.String() != want {
			t.Errorf("offset of %s is %v (%v), want %s", p, got, err, want)
		}
		if got, err := For(f, "other").Offset(context.Background(), p); err != nil || got != nil {
			t.Errorf("another connector sees the offset %v (%v)", got, err)
		}
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("the directory holds %v (%v), want only the offset file", files, err)
	}
}

// A file that cannot be written changes nothing: neither on disk nor in memory.
func TestFailedWriteKeepsOldOffsets(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFile(filepath.Join(dir, "offsets"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := f.Set(ctx, []Entry{{[]byte("k"), []byte("old")}}); err != nil {
		t.Fatal(err)
	}
	f.path = filepath.Join(dir, "gone", "offsets")
	if err := f.Set(ctx, []Entry{{[]byte("k"), []byte("new")}}); err == nil {
		t.Fatal("a write into a directory that is not there succeeded")
	}
	if got, _ := f.Get(ctx, []byte("k")); string(got) != "old" {
		t.Errorf("after the failure the value is %s", got)
	}
}

func TestRefusesOtherFiles(t *testing.T) {
	dir := t.TempDir()
	list := append([]byte("\xac\xed\x00\x05\x73\x72\x00\x13java.util.ArrayList"), make([]byte, 40)...)
	cases := map[string]struct {
		content []byte
		want    string
	}{
		"another class": {list, "Expected HashMap but found java.util.ArrayList"},
		"text":          {[]byte("hello"), "not a serialized Java object"},
		"cut":           {unhex(t, twoEntries)[:120], "ends in the middle"},
	}
	for name, c := range cases {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenFile(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error is %v, want one with %q and the path", name, err, c.want)
		}
	}
	if _, err := OpenFile(filepath.Join(dir, "no", "offsets")); err == nil || !strings.Contains(err.Error(), "offset.storage.file.filename") {
		t.Errorf("a missing directory: %v", err)
	}
}

func TestRefusesCompoundOffsets(t *testing.T) {
	p := connect.NewSourcePartition(connect.Fields{"f": []any{"list"}})
	err := For(NewMemory(), "c").Commit(context.Background(), map[*connect.SourcePartition]connect.Fields{p: {}})
	if err == nil || !strings.Contains(err.Error(), `field f contains`) {
		t.Errorf("the error is %v", err)
	}
}

// Keys have the order of a Java HashMap, because Kafka compares their bytes.
func TestKeyOrder(t *testing.T) {
	got, err := EncodeKey("c", connect.Fields{"z": "1", "a": int64(2), "m": true, "filename": "f", "b": nil})
	const want = `["c",{"a":2,"b":null,"filename":"f","z":"1","m":true}]`
	if err != nil || string(got) != want {
		t.Errorf("the key is %s (%v), want %s", got, err, want)
	}
	name, fields, err := DecodeKey(got)
	if err != nil || name != "c" || fields["a"] != int64(2) {
		t.Errorf("decoded: %s %v (%v)", name, fields, err)
	}
}

func TestNullPartition(t *testing.T) {
	key, err := EncodeKey("c", nil)
	if err != nil || string(key) != `["c",null]` {
		t.Errorf("the key is %s (%v)", key, err)
	}
	if value, err := EncodeFields(nil); value != nil || err != nil {
		t.Errorf("the value is %q (%v), want a tombstone", value, err)
	}
}

func FuzzDecodeHashMap(f *testing.F) {
	for _, seed := range []string{emptyFile, twoEntries} {
		raw, _ := hex.DecodeString(seed)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		entries, err := DecodeFile(raw)
		if err != nil {
			return
		}
		again, err := DecodeFile(EncodeFile(entries))
		if err != nil {
			t.Fatal(errors.Join(errors.New("what was written cannot be read"), err))
		}
		same := func(a, b Entry) bool { return bytes.Equal(a.Key, b.Key) && bytes.Equal(a.Value, b.Value) }
		slices.SortStableFunc(entries, byKey)
		if !slices.EqualFunc(entries, again, same) {
			t.Fatalf("read again: %q, want %q", again, entries)
		}
	})
}

// What Java stored under null is still there after a write.
func TestKeepsNullKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offsets")
	if err := os.WriteFile(path, EncodeFile([]Entry{{nil, []byte("v")}}), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Set(context.Background(), []Entry{{[]byte("k"), nil}}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := EncodeFile([]Entry{{nil, []byte("v")}, {[]byte("k"), nil}})
	if !bytes.Equal(raw, want) {
		t.Errorf("the file is\n%x, want\n%x", raw, want)
	}
}

func newMap(pairs ...any) *data.Map {
	m := data.NewMap(len(pairs) / 2)
	for i := 0; i < len(pairs); i += 2 {
		m.PutKey(pairs[i], pairs[i+1])
	}
	return m
}

func TestWriter(t *testing.T) {
	w := NewWriter("c")
	if some, err := w.BeginFlush(); some || err != nil {
		t.Fatalf("an empty writer flushes: %t, %v", some, err)
	}
	if _, err := w.Entries(); err == nil {
		t.Error("there are entries without a flush")
	}
	w.Put(newMap("a", "1", "b", int32(2)), newMap("o", int32(1)))
	w.Put(newMap("b", int32(2), "a", "1"), newMap("o", int32(2)))
	flush(t, w, `["c",{"a":"1","b":2}]={"o":2}`)
	if _, err := w.BeginFlush(); err == nil {
		t.Error("two flushes at once")
	}
	w.Put(newMap("p", "new"), nil)
	w.Put(newMap("a", "1", "b", int32(2)), newMap("o", int32(3)))
	w.Cancel()
	flush(t, w, `["c",{"a":"1","b":2}]={"o":3}`, `["c",{"p":"new"}]=`)
	w.Finish()
	w.Put(newMap("p", []any{}), nil)
	if some, err := w.BeginFlush(); !some || err != nil {
		t.Fatal(some, err)
	}
	if _, err := w.Entries(); err == nil {
		t.Error("a list is accepted")
	}
}

func flush(t *testing.T, w *Writer, want ...string) {
	t.Helper()
	if some, err := w.BeginFlush(); !some || err != nil {
		t.Fatal(some, err)
	}
	entries, err := w.Entries()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, string(e.Key)+"="+string(e.Value))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
}

func FuzzPartitions(f *testing.F) {
	for _, seed := range []string{`["c",{"p":1}]`, `["c",null]`, `[1,{}]`, `["c",{"a":{"q":[1]}}]`, `{`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, key []byte) {
		p := NewPartitions()
		if p.Apply(Entry{Key: key, Value: []byte("{}")}) != "" {
			return
		}
		for _, connector := range p.Connectors() {
			for _, partition := range p.Of(connector) {
				if again, err := EncodeMapKey(connector, partition); err != nil || p.Apply(Entry{Key: again}) != "" {
					t.Errorf("key %q of %q is not read: %v", again, key, err)
				}
			}
			if left := p.Of(connector); len(left) != 0 {
				t.Errorf("the tombstone left %v of %q", left, key)
			}
		}
	})
}
