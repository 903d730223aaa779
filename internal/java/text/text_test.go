package text

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// row is one line of a table: what Java was given, and what it answered or the
// message of what it threw.
type row struct {
	in   string
	out  []string
	fail *string
}

func table(t testing.TB, file string) []row {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows []row
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &[]any{&r.in, &r.out, &r.fail}); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		rows = append(rows, r)
	}
	return rows
}

// check compares one answer of ours with a row.
func (r row) check(t *testing.T, err error, got ...any) {
	t.Helper()
	if r.out == nil {
		var want, message string
		if r.fail != nil {
			want = *r.fail
		}
		if nf := (*NumberFormatError)(nil); errors.As(err, &nf) {
			message = nf.Message
		}
		if err == nil || message != want {
			t.Errorf("%q: %v, %v; want error %q", r.in, got, err, want)
		}
		return
	}
	if err != nil {
		t.Errorf("%q: error %v; want %q", r.in, err, r.out)
		return
	}
	for i, g := range got {
		if fmt.Sprint(g) != r.out[i] {
			t.Errorf("%q: answer %d is %v; want %s", r.in, i, g, r.out[i])
		}
	}
}

func TestDouble(t *testing.T) {
	for _, r := range table(t, "double.jsonl") {
		bits, err := strconv.ParseUint(r.in, 16, 64)
		r.check(t, err, Double(math.Float64frombits(bits)))
	}
}

func TestFloat(t *testing.T) {
	for _, r := range table(t, "float.jsonl") {
		bits, err := strconv.ParseUint(r.in, 16, 32)
		r.check(t, err, Float(math.Float32frombits(uint32(bits))))
	}
}

func TestParseFloats(t *testing.T) {
	for _, r := range table(t, "parsedouble.jsonl") {
		f, err := ParseDouble(r.in)
		if f != f {
			f = math.Float64frombits(0x7ff8000000000000)
		}
		r.check(t, err, strconv.FormatUint(math.Float64bits(f), 16))
	}
	for _, r := range table(t, "parsefloat.jsonl") {
		f, err := ParseFloat(r.in)
		if f != f {
			f = math.Float32frombits(0x7fc00000)
		}
		r.check(t, err, strconv.FormatUint(uint64(math.Float32bits(f)), 16))
	}
}

func TestParseIntegers(t *testing.T) {
	for _, r := range table(t, "parseint.jsonl") {
		v, err := ParseInt(r.in)
		r.check(t, err, v)
	}
	for _, r := range table(t, "parselong.jsonl") {
		v, err := ParseLong(r.in)
		r.check(t, err, v)
	}
	for _, r := range table(t, "parseshort.jsonl") {
		v, err := ParseShort(r.in)
		r.check(t, err, v)
	}
	for _, r := range table(t, "parsebyte.jsonl") {
		v, err := ParseByte(r.in)
		r.check(t, err, v)
	}
}

func TestDecimal(t *testing.T) {
	for _, r := range table(t, "decimal.jsonl") {
		u, scale, err := ParseDecimal(r.in)
		if err != nil {
			r.check(t, err)
			continue
		}
		plain := "-"
		if scale > -2000 && scale < 2000 {
			b, _ := AppendPlain(nil, u, scale, 4000)
			plain = string(b)
		}
		r.check(t, nil, u, scale, string(AppendDecimal(nil, u, scale)), plain)
	}
}

func TestPlainLimit(t *testing.T) {
	for _, s := range []string{"1E+2000000000", "1E-2000000000", "0E+2000000000", "123456"} {
		u, scale, err := ParseDecimal(s)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := AppendPlain(nil, u, scale, 5); err != ErrTooLong {
			t.Errorf("AppendPlain(%s) = %d bytes, %v; want ErrTooLong", s, len(b), err)
		}
	}
}

func TestNarrow(t *testing.T) {
	for _, r := range table(t, "narrow.jsonl") {
		f, err := ParseDouble(r.in)
		r.check(t, err, ToInt8(f), ToInt16(f), ToInt32(f), ToInt64(f))
	}
}

func TestHashCode(t *testing.T) {
	for _, r := range table(t, "hash.jsonl") {
		r.check(t, nil, HashCode(r.in))
	}
}

func TestMurmur2(t *testing.T) {
	for text, want := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "abc": 479470107,
		"a-little-bit-long-string": -985981536, "a-little-bit-longer-string": -1486304829,
	} {
		if got := Murmur2([]byte(text)); got != want {
			t.Errorf("Murmur2(%q) = %d; want %d", text, got, want)
		}
	}
}

func TestLength(t *testing.T) {
	if n := Length("aé😀\xff"); n != 5 {
		t.Errorf("Length = %d; want 5", n)
	}
	for units, want := range map[int]string{0: "", 1: "a", 2: "a", 3: "a😀", 9: "a😀b"} {
		if got := Truncate("a😀b", units); got != want {
			t.Errorf("Truncate to %d = %q; want %q", units, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1", "-0.5e-3", "0x1.8p1", "1e2147483648", "٣", "NaN", " 1d "} {
		f.Add(s)
	}
	f.Add("7787771e2147483647")
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = ParseInt(s)
		_, _ = ParseLong(s)
		if d, err := ParseDouble(s); err == nil && d == d {
			back, err := ParseDouble(Double(d))
			if err != nil || back != d {
				t.Errorf("%q: %v printed and read again is %v, %v", s, d, back, err)
			}
		}
		u, scale, err := ParseDecimal(s)
		if err != nil {
			return
		}
		text := string(AppendDecimal(nil, u, scale))
		if _, exponent, ok := strings.Cut(text, "E"); ok {
			if n, err := strconv.ParseInt(exponent, 10, 64); err != nil || n != int64(int32(n)) {
				return // BigDecimal prints it, and cannot read it either
			}
		}
		again, scale2, err := ParseDecimal(text)
		if err != nil || again.Cmp(u) != 0 || scale2 != scale {
			t.Errorf("%q: printed as %s, read again as %v×10^%d, %v", s, text, again, -scale2, err)
		}
	})
}

func BenchmarkAppendDouble(b *testing.B) {
	buf := make([]byte, 0, 32)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendDouble(buf[:0], 1234.5678)
	}
}
