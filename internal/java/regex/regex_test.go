package regex

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
)

func table(t testing.TB, file string, row func(line []byte) error) {
	t.Helper()
	f, err := os.Open("testdata/" + file)
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

// units prints group positions as the tables have them: in UTF-16 units.
func units(s string, loc []int) string {
	var b strings.Builder
	for i := 0; i < len(loc); i += 2 {
		if loc[i] < 0 {
			b.WriteString("- ")
			continue
		}
		fmt.Fprintf(&b, "%d:%d ", utf16Length(s[:loc[i]]), utf16Length(s[:loc[i+1]]))
	}
	return strings.TrimSpace(b.String())
}

func utf16Length(s string) int { return len(utf16.Encode([]rune(s))) }

func TestCompile(t *testing.T) {
	table(t, "compile.jsonl", func(line []byte) error {
		var pattern string
		var message *string
		if err := json.Unmarshal(line, &[]any{&pattern, &message}); err != nil {
			return err
		}
		_, err := Compile(pattern)
		var unsupported *UnsupportedError
		switch {
		case errors.As(err, &unsupported):
			t.Logf("%q: %v", pattern, err)
		case message == nil && err != nil:
			t.Errorf("%q: error %q; want none", pattern, err)
		case message != nil && (err == nil || err.Error() != *message):
			t.Errorf("%q: error %v; want %q", pattern, err, *message)
		}
		return nil
	})
}

func TestMatch(t *testing.T) {
	table(t, "match.jsonl", func(line []byte) error {
		var pattern, text, find, match string
		if err := json.Unmarshal(line, &[]any{&pattern, &text, &find, &match}); err != nil {
			return err
		}
		p, err := Compile(pattern)
		if err != nil {
			t.Errorf("%q: %v", pattern, err)
			return nil
		}
		loc, err := p.Find(text)
		if got := units(text, loc); err != nil || got != find {
			t.Errorf("%q find in %q: %q, %v; want %q", pattern, text, got, err, find)
		}
		loc, err = p.Match(text)
		if got := units(text, loc); err != nil || got != match {
			t.Errorf("%q match %q: %q, %v; want %q", pattern, text, got, err, match)
		}
		whole, err := p.Matches(text)
		if err != nil || whole != (match != "") {
			t.Errorf("%q matches %q: %v, %v", pattern, text, whole, err)
		}
		return nil
	})
}

func TestReplaceFirst(t *testing.T) {
	table(t, "replace.jsonl", func(line []byte) error {
		var pattern, text, replacement string
		var out, message *string
		if err := json.Unmarshal(line, &[]any{&pattern, &text, &replacement, &out, &message}); err != nil {
			return err
		}
		p, err := Compile(pattern)
		if err != nil {
			return err
		}
		got, err := p.ReplaceFirst(text, replacement)
		switch {
		case message != nil && (err == nil || err.Error() != *message):
			t.Errorf("%q %q %q: %q, %v; want error %q", pattern, text, replacement, got, err, *message)
		case message == nil && (err != nil || got != *out):
			t.Errorf("%q %q %q: %q, %v; want %q", pattern, text, replacement, got, err, *out)
		}
		return nil
	})
}
