package properties

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"
)

// latin1 turns text into the bytes that a file would hold.
func latin1(s string) []byte {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b
}

func table(t testing.TB, file string, row func(line []byte) error) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := row(lines.Bytes()); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
	}
}

func TestParse(t *testing.T) {
	table(t, "testdata/load.jsonl", func(line []byte) error {
		var text string
		var want map[string]string
		var message *string
		if err := json.Unmarshal(line, &[]any{&text, &want, &message}); err != nil {
			return err
		}
		got, err := Parse(latin1(text))
		switch {
		case message != nil && (err == nil || err.Error() != *message):
			t.Errorf("Parse(%q) = %v, %v; want error %q", text, got, err, *message)
		case message == nil && (err != nil || !maps.Equal(got, want)):
			t.Errorf("Parse(%q) = %q, %v; want %q", text, got, err, want)
		}
		return nil
	})
}

func TestParseOrdered(t *testing.T) {
	got, err := ParseOrdered([]byte("b=1\na=2\nb : 3\n\\u0061x"))
	want := []Entry{{"b", "3"}, {"a", "2"}, {"ax", ""}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("ParseOrdered = %v, %v; want %v", got, err, want)
	}
	if _, err := ParseOrdered([]byte(`\u00g0`)); err != (EscapeError{}) {
		t.Errorf("ParseOrdered error = %v; want EscapeError", err)
	}
}

func TestAppend(t *testing.T) {
	table(t, "testdata/store.jsonl", func(line []byte) error {
		var key, value, want string
		if err := json.Unmarshal(line, &[]any{&key, &value, &want}); err != nil {
			return err
		}
		got := string(Append(nil, Entry{key, value}))
		if got != want {
			t.Errorf("Append(%q, %q) = %q; want %q", key, value, got, want)
		}
		return nil
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "a=b", "a\\\n b:\\u0041", "\\", "#x\\\ny=\\ud83d\\ude00", "\\ud83d\\u"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := ParseOrdered(b)
		if err != nil {
			return
		}
		again, err := ParseOrdered(Append(nil, entries...))
		if err != nil || !slices.Equal(again, entries) {
			t.Errorf("written and read again: %q, %v; want %q", again, err, entries)
		}
	})
}
