package jsontext

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheck(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct {
		name, src string
		kind      Kind
		bad       bool
	}{
		{"nothing", "", Missing, false},
		{"only space", " \t\r\n", Missing, false},
		{"null", " null ", Null, false},
		{"literal too long", "nulll", Missing, true},
		{"literal cut off", "tru", Missing, true},
		{"literal and a letter beyond ASCII", "trueä", Missing, true},
		{"literal and more", "true false", True, false},
		{"literal and a colon", "false:", False, false},
		{"leading zeros", "-007", Whole, false},
		{"number and more", "1 2", Whole, false},
		{"number and a letter", "1x", Missing, true},
		{"number and a comma", "1,", Missing, true},
		{"number and a control character", "12\x00", Missing, true},
		{"plus", "+1", Missing, true},
		{"point first", ".5", Missing, true},
		{"point last", "1.", Missing, true},
		{"point and exponent", "1.e5", Missing, true},
		{"exponent without digits", "1e+", Missing, true},
		{"largest exponent", "1e2147483647", Whole, false},
		{"exponent too large", "1e2147483648", Missing, true},
		{"scale too large", "1.5e-2147483647", Missing, true},
		{"1000 digits", strings.Repeat("1", 1000), Whole, false},
		{"1001 digits", strings.Repeat("1", 1001), Missing, true},
		{"zeros do not count", strings.Repeat("0", 50) + strings.Repeat("1", 1000), Whole, false},
		{"1001 digits, some behind the point", strings.Repeat("1", 500) + "." + strings.Repeat("1", 501), Missing, true},
		{"string", `"a\u00e9\ud83d\"\/"`, Text, false},
		{"string and more", `"a"b`, Text, false},
		{"unknown escape", `"\x41"`, Missing, true},
		{"short unicode escape", `"\u12"`, Missing, true},
		{"tab within", "\"a\tb\"", Missing, true},
		{"open string", `"abcdefghijkl`, Missing, true},
		{"DEL", "\"\x7f\"", Text, false},
		{"overlong NUL", "\"\xc0\x80\"", Text, false},
		{"surrogate in UTF-8", "\"\xed\xa0\x80\"", Missing, true},
		{"cut off UTF-8", "\"\xc3\"", Missing, true},
		{"stray continuation", "\"\x80\"", Missing, true},
		{"single quotes", "'a'", Missing, true},
		{"list", "[1 , 2]", List, false},
		{"list and more", "[1]x", List, false},
		{"comma at the end", "[1,]", Missing, true},
		{"no comma", "[1 2]", Missing, true},
		{"closing without opening", "]", Missing, true},
		{"object and more", `{"a":1}}`, Object, false},
		{"member without value", `{"a"}`, Missing, true},
		{"comma after the last member", `{"a":1,}`, Missing, true},
		{"name without quotes", `{a:1}`, Missing, true},
		{"name of 50000", `{"` + strings.Repeat("n", 50000) + `":1}`, Object, false},
		{"name of 50001", `{"` + strings.Repeat("n", 50001) + `":1}`, Missing, true},
		{"depth 1000", deep(1000), List, false},
		{"depth 1001", deep(1001), Missing, true},
		{"comment", "// c\n1", Missing, true},
	}
	for _, test := range tests {
		kind, _, err := Check([]byte(test.src))
		if (err != nil) != test.bad || err == nil && kind != test.kind {
			t.Errorf("%s: %v, %v", test.name, kind, err)
		}
	}
}

func TestStrings(t *testing.T) {
	tests := []struct{ src, content, written string }{
		{`""`, "", `""`},
		{`"plain text of some length"`, "plain text of some length", `"plain text of some length"`},
		{`"\"\\\b\f\n\r\t"`, "\"\\\b\f\n\r\t", `"\"\\\b\f\n\r\t"`},
		{`"\/"`, "/", `"/"`},
		{`"\u0041\u00e9"`, "Aé", `"Aé"`},
		{`"\u001f\u0000"`, "\x1f\x00", `"\u001F\u0000"`},
		{`"\u001F"`, "\x1f", `"\u001F"`},
		{`"\u000a"`, "\n", `"\n"`},
		{`"😀"`, "😀", `"\uD83D\uDE00"`},
		{`"\ud83d\ude00"`, "😀", `"\uD83D\uDE00"`},
		{`"\uD83D\uDE00"`, "😀", `"\uD83D\uDE00"`},
		{`"\ude00x"`, "\xed\xb8\x80x", `"\uDE00x"`},
		{`"\uD83D\u0041"`, "\xed\xa0\xbdA", `"\uD83DA"`},
		{`"\uD83D"`, "\xed\xa0\xbd", `"\uD83D"`},
		{"\"\xc0\x80\"", "\x00", `"\u0000"`},
		{"\"\u2028\x7f</script>\"", "\u2028\x7f</script>", "\"\u2028\x7f</script>\""},
	}
	for _, test := range tests {
		end, f, err := ScanString([]byte(test.src), 0)
		if err != nil || end != len(test.src) {
			t.Errorf("%s: end %d, %v", test.src, end, err)
			continue
		}
		if got := StringAt([]byte(test.src), f); got != test.content {
			t.Errorf("%s: content %q, want %q", test.src, got, test.content)
		}
		if got := string(AppendQuoted(nil, test.content)); got != test.written {
			t.Errorf("%s: written %s, want %s", test.src, got, test.written)
		}
		if got := string(AppendRequoted(nil, []byte(test.src))); got != test.written {
			t.Errorf("%s: rewritten %s, want %s", test.src, got, test.written)
		}
		if (f&Rewrite == 0) != (test.src == test.written) {
			t.Errorf("%s: flags %d", test.src, f)
		}
	}
	if got := string(AppendQuoted(nil, "a\xffb\xed\xa0")); got != "\"a\ufffdb\ufffd\ufffd\"" {
		t.Errorf("invalid UTF-8: %s", got)
	}
}

func TestNumbers(t *testing.T) {
	tests := []struct {
		src, written string
		kind         Kind
	}{
		{"0", "0", Whole},
		{"-0", "0", Whole},
		{"007", "7", Whole},
		{"123456789012345678", "123456789012345678", Whole},
		{"9223372036854775807", "9223372036854775807", Whole},
		{"9223372036854775808", "-9223372036854775808", Whole},
		{"99999999999999999999", "7766279631452241919", Whole},
		{"-99999999999999999999", "-7766279631452241919", Whole},
		{"0.0", "0.0", Fraction},
		{"-0.0", "0.0", Fraction},
		{"-0e5", "0.0", Fraction},
		{"0.00", "0.0", Fraction},
		{"129.95", "129.95", Fraction},
		{"-129.95", "-129.95", Fraction},
		{"1.50", "1.5", Fraction},
		{"00.5", "0.5", Fraction},
		{"0.001", "0.001", Fraction},
		{"0.0001", "1.0E-4", Fraction},
		{"9999999.5", "9999999.5", Fraction},
		{"10000000.5", "1.00000005E7", Fraction},
		{"1e5", "100000.0", Fraction},
		{"1e10", "1.0E10", Fraction},
		{"1e400", `"Infinity"`, Fraction},
		{"-1e400", `"-Infinity"`, Fraction},
		{"-1e-400", "-0.0", Fraction},
		{"0.30000000000000004", "0.30000000000000004", Fraction},
		{"3.14159265358979323846", "3.141592653589793", Fraction},
	}
	for _, test := range tests {
		src := []byte(test.src)
		end, k, f, err := ScanNumber(src, 0)
		if err != nil || end != len(src) || k != test.kind {
			t.Errorf("%s: %d, %v, %v", test.src, end, k, err)
			continue
		}
		if got := string(rewritten(src, k)); got != test.written {
			t.Errorf("%s: written %s, want %s", test.src, got, test.written)
		}
		if f&Rewrite == 0 && test.src != test.written {
			t.Errorf("%s: not marked", test.src)
		}
	}
}

func TestInt32(t *testing.T) {
	tests := map[string]bool{
		"0": true, "-2147483648": true, "2147483647": true, "2147483648": false, "-2147483649": false,
		"4294967296": false, "18446744073709551616": false, "00000000000000000012": true,
	}
	for src, want := range tests {
		if _, ok := Fits([]byte(src)); ok != want {
			t.Errorf("Fits(%s) = %v", src, ok)
		}
	}
}

func TestUTF8(t *testing.T) {
	tests := []struct {
		name, raw, want string
		bad             bool
	}{
		{"UTF-8", `{"a":"é"}`, `{"a":"é"}`, false},
		{"mark of UTF-8", "\xef\xbb\xbf1", "1", false},
		{"mark too short", "\xef\xbb\xbf", "\xef\xbb\xbf", false},
		{"UTF-16LE", "1\x00", "1", false},
		{"UTF-16BE", "\x00\"\x00\xe9\x00\"", `"é"`, false},
		{"UTF-16BE with mark", "\xfe\xff\x001\x002", "12", false},
		{"UTF-16LE with mark", "\xff\xfe1\x002\x00", "12", false},
		{"odd UTF-16", "1\x002\x003", "12\ufffd", false},
		{"UTF-32BE", "\x00\x00\x001", "1", false},
		{"UTF-32LE", "1\x00\x00\x00", "1", false},
		{"UTF-32LE with mark", "\xff\xfe\x00\x001\x00\x00\x00", "1", false},
		{"UTF-32 in another order", "\x00\x00\xff\xfe", "", true},
		{"incomplete UTF-32", "1\x00\x00\x00\x00", "", true},
		{"two bytes of a mark", "\xff\xfe", "\xff\xfe", false},
	}
	for _, test := range tests {
		got, err := UTF8([]byte(test.raw))
		if string(got) != test.want || (err != nil) != test.bad {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}

func TestTree(t *testing.T) {
	src := []byte(`{"a":[1,"x",null],"b":{"c":true},"a":2.5}`)
	n := Parse(src, 0)
	if len(n.Members) != 2 || n.Members[0].Name != "a" || string(n.Get("a").Text) != "2.5" || n.Get("a").Kind != Fraction {
		t.Errorf("members: %+v", n.Members)
	}
	if c := n.Get("b").Get("c"); c == nil || c.Kind != True || n.Get("z") != nil || c.Get("z") != nil {
		t.Errorf("b.c: %+v", c)
	}
}

// rewritten returns a number as Jackson writes it.
func rewritten(src []byte, k Kind) []byte {
	if k == Whole {
		return json.RawMessage(appendLong(src))
	}
	return AppendDouble(nil, Double(src))
}

func appendLong(src []byte) []byte {
	text, _ := json.Marshal(Long(src))
	return text
}

// FuzzCheck compares with the standard library where the two agree.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e3,"x\n\u00e9"],"b":{"c":null}}`, `[true,false,-0]`, `"\ud83d\ude00"`, `01`, `1 2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		_, at, err := Check(src)
		if json.Valid(src) && utf8.Valid(src) && len(src) < 1000 && !strings.ContainsAny(string(src), "eE") && err != nil {
			t.Fatalf("refused: %v", err)
		}
		if err != nil || at == len(src) {
			return
		}
		end, err := Skip(src, at, 0)
		if err != nil || end > len(src) {
			t.Fatalf("skip: %d, %v", end, err)
		}
		value := src[at:end]
		if value[0] != '"' || !utf8.Valid(value) {
			return
		}
		var want string
		if err := json.Unmarshal(value, &want); err != nil {
			t.Fatalf("not a string: %v", err)
		}
		_, flags, _ := ScanString(value, 0)
		got := StringAt(value, flags)
		if strings.ToValidUTF8(got, "\ufffd") != strings.ToValidUTF8(want, "\ufffd") && utf8.ValidString(got) {
			t.Fatalf("content %q, want %q", got, want)
		}
		if again := AppendQuoted(nil, got); (flags&Rewrite == 0) != (string(again) == string(value)) {
			t.Fatalf("flags %d, written %s", flags, again)
		}
	})
}
