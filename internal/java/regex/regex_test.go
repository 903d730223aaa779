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
		switch {
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

func TestUnsupported(t *testing.T) {
	for _, pattern := range []string{
		`\N{LATIN SMALL LETTER A}`, `a\b{g}`, `(?c)a`, `\p{javaMirrored}`,
		strings.Repeat("a", maxPattern+1), strings.Repeat("(", 1000), strings.Repeat("[a", 1000),
		strings.Repeat(`\pL`, 10_000),
	} {
		var unsupported *UnsupportedError
		if _, err := Compile(pattern); !errors.As(err, &unsupported) {
			t.Errorf("%.30q: %v; want an UnsupportedError", pattern, err)
		}
	}
}

func TestTimeout(t *testing.T) {
	p, err := Compile(`(?=(x+x+)+(y|z))x*`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Matches(strings.Repeat("x", 5000)); !errors.Is(err, ErrTimeout) {
		t.Errorf("Matches = %v; want ErrTimeout", err)
	}
}

func TestNames(t *testing.T) {
	p, err := Compile(`(?<first>a)(b)(?<third>c)`)
	if err != nil {
		t.Fatal(err)
	}
	third, ok := p.Group("third")
	_, missing := p.Group("second")
	if p.Groups() != 3 || third != 3 || !ok || missing || p.String() != `(?<first>a)(b)(?<third>c)` {
		t.Errorf("groups %d, third %d %v, second %v, %s", p.Groups(), third, ok, missing, p)
	}
}

// TestEngines keeps common patterns away from the backtracking engine.
func TestEngines(t *testing.T) {
	for pattern, want := range map[string]needs{
		`(.*)\.(.*)`:              {},
		`^orders$`:                {oneLine: true},
		`(?i)db\.(?<t>\w+)_\d+`:   {},
		`[a-z&&[^o]]+|\Qa.b\E`:    {},
		`\p{IsAlphabetic}+\bx`:    {},
		`o++rders`:                {backtracking: true},
		`(?!internal).*`:          {backtracking: true},
		`(\w)\1`:                  {backtracking: true},
		`(a*)*`:                   {backtracking: true},
		`x{1001}`:                 {backtracking: true},
		`(?U)\b`:                  {backtracking: true},
		`(?:topic-[0-9]{1,3},?)+`: {},
	} {
		root, _, err := parse(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := root.needs(); got != want {
			t.Errorf("%s needs %+v; want %+v", pattern, got, want)
		}
	}
}

func FuzzRegex(f *testing.F) {
	f.Add(`(?<n>\w+)-(\d{2,})?+[a-c&&[^b]]\Q.\E`, "abc-12a.", "${n}$2")
	f.Add(`(?iu)(?=é)\p{L}*?\R|\1$`, "É\r\n", `\$1`)
	f.Fuzz(func(t *testing.T, pattern, text, replacement string) {
		if len(pattern) > 30 || len(text) > 20 {
			return
		}
		p, err := Compile(pattern)
		if err != nil {
			if err.Error() == "" {
				t.Error("error without text")
			}
			return
		}
		whole, err := p.Matches(text)
		if err != nil {
			return
		}
		loc, err := p.Match(text)
		if err == nil && whole != (loc != nil) {
			t.Errorf("%q: Matches(%q) = %v, Match = %v", pattern, text, whole, loc)
		}
		_, _ = p.ReplaceFirst(text, replacement)
	})
}

func BenchmarkReplaceFirst(b *testing.B) {
	p, err := Compile(`db\.(?<schema>[^.]+)\.(?<table>.*)`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = p.ReplaceFirst("db.public.users", "${schema}_${table}")
	}
}
