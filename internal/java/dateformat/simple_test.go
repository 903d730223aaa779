package dateformat

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"
)

// row is a line of a table: arguments, then Java's answer or the message of
// what it threw.
type row struct {
	args      []string
	out, fail *string
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
		var cells []*string
		if err := json.Unmarshal(lines.Bytes(), &cells); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		n := len(cells) - 2
		r := row{out: cells[n], fail: cells[n+1]}
		for _, c := range cells[:n] {
			r.args = append(r.args, *c)
		}
		rows = append(rows, r)
	}
	return rows
}

func (r row) millis(t testing.TB, arg int) int64 {
	t.Helper()
	ms, err := strconv.ParseInt(r.args[arg], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

func (r row) check(t *testing.T, got string, err error) {
	t.Helper()
	switch {
	case r.fail != nil && (err == nil || err.Error() != *r.fail):
		t.Errorf("%q: %q, %v; want error %q", r.args, got, err, *r.fail)
	case r.fail == nil && (err != nil || got != *r.out):
		t.Errorf("%q: %q, %v; want %q", r.args, got, err, *r.out)
	}
}

func TestSimpleFormat(t *testing.T) {
	for _, r := range table(t, "simple_format.jsonl") {
		f, err := CompileSimple(r.args[0])
		if err != nil {
			r.check(t, "", err)
			continue
		}
		r.check(t, f.Format(r.millis(t, 1)), nil)
	}
}

func TestSimpleParse(t *testing.T) {
	for _, r := range table(t, "simple_parse.jsonl") {
		f, err := CompileSimple(r.args[0])
		if err != nil {
			t.Fatal(err)
		}
		ms, err := f.Parse(r.args[1])
		r.check(t, strconv.FormatInt(ms, 10), err)
	}
}

func TestDate(t *testing.T) {
	for _, r := range table(t, "date.jsonl") {
		r.check(t, string(AppendDate(nil, r.millis(t, 0))), nil)
	}
}

// The window of two-digit years moves with the clock: 80 years back, 20 ahead.
func TestTwoDigitYears(t *testing.T) {
	f, err := CompileSimple("dd/MM/yy")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	for years := -79; years < 20; years++ {
		day := time.Date(now.Year()+years, 7, 1, 0, 0, 0, 0, time.UTC)
		got, err := f.Parse(day.Format("02/01/06"))
		if err != nil || got != day.UnixMilli() {
			t.Errorf("%s: %d, %v; want %d", day, got, err, day.UnixMilli())
		}
	}
}

func FuzzSimple(f *testing.F) {
	f.Add("yyyy-MM-dd'T'HH:mm:ssX", "2019-08-23T14:34:54Z")
	f.Add("EEE, dd MMM yy hh a z", "Fri, 23 Aug 19 02 PM PST")
	f.Add("YYYYwwu", "2019-3E2NaN")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p, err := CompileSimple(pattern)
		if err != nil {
			return
		}
		ms, err := p.Parse(text)
		if err != nil {
			return
		}
		p.Format(ms)
		f := NewFormatter(p)
		again, err := f.Parse(text)
		if err != nil || again != ms {
			t.Fatalf("%q: %d, formatter %d, %v", text, ms, again, err)
		}
		f.Append(nil, ms)
	})
}
