package filestream

import (
	"slices"
	"strings"
	"testing"
)

// cut gives text to l in pieces and returns the lines.
func cut(l *lines, pieces ...string) (got []string, taken int) {
	for _, piece := range pieces {
		for len(piece) > 0 {
			n := copy(l.space(), piece)
			l.filled(n)
			piece = piece[n:]
		}
		for {
			line, n, ok := l.next()
			if !ok {
				break
			}
			got, taken = append(got, line), taken+n
		}
	}
	return got, taken
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 3*fullChunk)
	for _, c := range []struct {
		name   string
		pieces []string
		want   []string
		rest   int // bytes that wait
	}{
		{"newlines", []string{"a\nb\n"}, []string{"a", "b"}, 0},
		{"carriage returns", []string{"a\rb\rc"}, []string{"a", "b"}, 1},
		{"both", []string{"a\r\nb\r\n"}, []string{"a", "b"}, 0},
		{"mixed", []string{"a\nb\rc\r\nd\n\re\n"}, []string{"a", "b", "c", "d", "", "e"}, 0},
		{"empty lines", []string{"\n\r\n\r\r\n"}, []string{"", "", "", ""}, 0},
		{"carriage return at the end waits", []string{"a\r"}, nil, 2},
		{"then a newline", []string{"a\r", "\nb\n"}, []string{"a", "b"}, 0},
		{"then text", []string{"a\r", "b\n"}, []string{"a", "b"}, 0},
		{"then a carriage return", []string{"a\r", "\r", "\n"}, []string{"a", ""}, 0},
		{"no end", []string{"a", "b"}, nil, 2},
		{"one byte at a time", strings.Split("ab\r\nc\rd\n", ""), []string{"ab", "c", "d"}, 0},
		{"long lines", []string{long, long + "\r\n", long + "\n"}, []string{long + long, long}, 0},
		{"carriage return far before a newline", []string{"a\r" + long + "\n"}, []string{"a", long}, 0},
		{"not UTF-8", []string{"a\xff\n"}, []string{"a\xff"}, 0},
	} {
		var l lines
		got, taken := cut(&l, c.pieces...)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %.100q, want %.100q", c.name, got, c.want)
		}
		if l.unread() != c.rest || taken+l.unread() != len(strings.Join(c.pieces, "")) {
			t.Errorf("%s: %d bytes were taken and %d wait, want %d", c.name, taken, l.unread(), c.rest)
		}
	}
}

// TestLinesStay: what was handed out is not written over by what is read later.
func TestLinesStay(t *testing.T) {
	var l lines
	var got, want []string
	for i := range 20_000 {
		line := strings.Repeat(string(rune('a'+i%26)), i%200)
		more, _ := cut(&l, line+"\n")
		got, want = append(got, more...), append(want, line)
	}
	if !slices.Equal(got, want) {
		t.Error("a line changed")
	}
}

// TestLinesAreNotCopied: a line costs no allocation.
func TestLinesAreNotCopied(t *testing.T) {
	text := strings.Repeat("0123456789\n", 10_000)
	var l lines
	cut(&l, text)
	var n int
	allocations := testing.AllocsPerRun(5, func() {
		for rest := text; len(rest) > 0; {
			k := copy(l.space(), rest)
			l.filled(k)
			rest = rest[k:]
			for {
				if _, _, ok := l.next(); !ok {
					break
				}
				n++
			}
		}
	})
	if allocations > 3 {
		t.Errorf("%.0f allocations for %d lines", allocations, n/6)
	}
}

func FuzzLines(f *testing.F) {
	f.Add("a\r\nb\rc\n", 2)
	f.Add("\r\n\r", 1)
	f.Fuzz(func(t *testing.T, text string, size int) {
		size = 1 + max(0, size)%17
		var pieces []string
		for rest := text; len(rest) > 0; {
			n := min(size, len(rest))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		var l lines
		got, taken := cut(&l, pieces...)
		plain := strings.ReplaceAll(strings.ReplaceAll(text[:taken], "\r\n", "\n"), "\r", "\n")
		if want := strings.SplitAfter(plain, "\n"); strings.Join(got, "\n") != strings.TrimSuffix(plain, "\n") || len(want)-1 != len(got) {
			t.Errorf("%q in pieces of %d: %q", text, size, got)
		}
		if rest := text[taken:]; strings.ContainsAny(strings.TrimSuffix(rest, "\r"), "\r\n") {
			t.Errorf("%q in pieces of %d: %q is not taken", text, size, rest)
		}
	})
}
