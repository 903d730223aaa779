package charset_test

import (
	"testing"

	"github.com/millrace/millrace/internal/java/charset"
)

func lookup(t *testing.T, name string) *charset.Charset {
	t.Helper()
	c, ok := charset.Lookup(name)
	if !ok {
		t.Fatalf("charset %s is not known", name)
	}
	return c
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ set, raw, want string }{
		{"UTF-8", "aé€😀", "aé€😀"},
		{"utf8", "a\xffb", "a\ufffdb"},
		{"UTF-8", "\xc0\x80", "\ufffd\ufffd"},
		{"UTF-8", "\xe2\x82x", "\ufffdx"},
		{"UTF-8", "\xe2\x82", "\ufffd"},
		{"UTF-8", "\xe0\x80\x80", "\ufffd\ufffd\ufffd"},
		{"UTF-8", "\xed\xa0\x80\xed\xb0\x80", "\ufffd\ufffd"},
		{"UTF-8", "\xf0\x9f\x98", "\ufffd"},
		{"UTF-8", "\xf0\x9f\x98x", "\ufffdx"},
		{"UTF-8", "\xf0\x80\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
		{"UTF-8", "\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
		{"UTF-8", "\xf8\x88\x80\x80\x80", "\ufffd\ufffd\ufffd\ufffd\ufffd"},
		{"UTF-8", "\ufffdok\xff", "\ufffdok\ufffd"},
		{"US-ASCII", "a\x80\xff", "a\ufffd\ufffd"},
		{"latin1", "a\xe9\x80", "aé\u0080"},
		{"ISO-8859-15", "\xa4\xe9", "€é"},
		{"Cp1252", "\x80\x81\x9f", "€\ufffdŸ"},
		{"UTF-16", "\x00a\xd8\x3d\xde\x00", "a😀"},
		{"UTF-16", "\xfe\xff\x00a", "a"},
		{"UTF-16", "\xff\xfea\x00", "a"},
		{"UTF-16", "\x00a\x00", "a\ufffd"},
		{"UTF-16", "\xd8\x3d\x00a\x00b", "\ufffdb"},
		{"UTF-16", "\xde\x00\x00a", "\ufffda"},
		{"UTF-16", "\xd8\x3d\x00", "\ufffd"},
		{"UTF-16BE", "\xfe\xff\x00a", "\ufeffa"},
		{"UTF-16BE", "\x00a\xff\xfe", "a\ufffd"},
		{"UTF-16LE", "a\x00", "a"},
		{"UnicodeLittle", "\xff\xfea\x00", "a"},
		{"UTF-32", "\x00\x00\x00a\x00\x01\xf6\x00", "a😀"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "a"},
		{"UTF-32", "\x00\x11\x00\x00\x00", "\ufffd\ufffd"},
		{"UTF-32LE", "a\x00\x00\x00", "a"},
	} {
		if got := lookup(t, c.set).Decode([]byte(c.raw)); got != c.want {
			t.Errorf("%s: Decode(%q) = %q, want %q", c.set, c.raw, got, c.want)
		}
	}
}

func TestEncode(t *testing.T) {
	for _, c := range []struct{ set, text, want string }{
		{"UTF-8", "aé€😀", "aé€😀"},
		{"ASCII", "aé😀\ufffd", "a???"},
		{"ISO-8859-1", "é€", "\xe9?"},
		{"latin9", "é€¤", "\xe9\xa4?"},
		{"windows-1252", "€\u0081\ufffd", "\x80??"},
		{"UTF-16", "a😀", "\xfe\xff\x00a\xd8\x3d\xde\x00"},
		{"UTF-16", "", ""},
		{"UTF-16LE", "a", "a\x00"},
		{"x-utf-16le-bom", "a", "\xff\xfea\x00"},
		{"UTF-32", "a", "\x00\x00\x00a"},
		{"UTF-32LE", "😀", "\x00\xf6\x01\x00"},
	} {
		got := lookup(t, c.set).Encode(c.text)
		if string(got) != c.want || got == nil {
			t.Errorf("%s: Encode(%q) = %q, want %q", c.set, c.text, got, c.want)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, name := range []string{"", "nope", "utf-8 "} {
		if c, ok := charset.Lookup(name); ok {
			t.Errorf("Lookup(%q) = %s", name, c.Name())
		}
	}
	if got := lookup(t, "l1").Name(); got != "ISO-8859-1" {
		t.Errorf("l1 is %s", got)
	}
}

func TestUTF8DoesNotCopy(t *testing.T) {
	raw := []byte("a text that is valid")
	set := lookup(t, "UTF-8")
	n := testing.AllocsPerRun(100, func() {
		if len(set.Encode(set.Decode(raw))) != len(raw) {
			t.Error("length changed")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzUTF8(f *testing.F) {
	for _, s := range []string{"", "a", "\xe2\x82", "\xf0\x9f\x98x", "\xed\xa0\x80"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := charset.UTF8(raw); len([]rune(got)) > len(raw) {
			t.Errorf("%q gave %q", raw, got)
		}
	})
}
