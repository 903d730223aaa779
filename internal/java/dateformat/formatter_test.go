package dateformat

import (
	"strconv"
	"strings"
	"sync"
	"testing"
)

func newFormatter(t testing.TB, pattern string) *Formatter {
	t.Helper()
	p, err := CompileSimple(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return NewFormatter(p)
}

// A row is a pattern and what one formatter is asked for in turn: to read a text
// and print it again, or to print the instant after an @.
func TestFormatter(t *testing.T) {
	for _, r := range table(t, "simple_zone.jsonl") {
		f := newFormatter(t, r.args[0])
		var out []string
		for _, step := range r.args[1:] {
			out = append(out, answer(f, step))
		}
		r.check(t, strings.Join(out, " | "), nil)
	}
}

// answer prints what a step gives: epoch milliseconds, x for a text that does not
// match, and the time printed (then that of 0).
func answer(f *Formatter, step string) string {
	if text, ok := strings.CutPrefix(step, "@"); ok {
		ms, _ := strconv.ParseInt(text, 10, 64)
		return string(f.Append(nil, ms))
	}
	ms, err := f.Parse(step)
	if err != nil {
		return "x " + string(f.Append(nil, 0))
	}
	return strconv.FormatInt(ms, 10) + " " + string(f.Append(nil, ms))
}

// Formatters of one pattern do not notice each other.
func TestFormattersShareAPattern(t *testing.T) {
	p, err := CompileSimple("HH:mm z")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, text := range []string{"03:04 EST", "03:04 PST", "03:04 CET", "03:04 UTC"} {
		all.Go(func() {
			f := NewFormatter(p)
			for range 100 {
				ms, err := f.Parse(text)
				if got := string(f.Append(nil, ms)); err != nil || got != text {
					t.Errorf("%s: %s, %v", text, got, err)
				}
			}
		})
	}
	all.Wait()
	if got := p.Format(0); got != "00:00 UTC" {
		t.Errorf("the pattern itself prints %s", got)
	}
}

// Every group of zones has rules, and those agree with the table.
func TestZoneRules(t *testing.T) {
	const winter, summer = 1577934245000, 1593659045000 // of 2020
	for i := range zoneGroups() {
		g := &zoneGroups()[i]
		for _, ms := range []int64{winter, summer} {
			o := g.offsetAt(ms)
			if again := g.offsetAtWall(ms + o.total()); again != o {
				t.Errorf("%s: %v at %d, by the clock %v", g.zoneIDs[0], o, ms, again)
			}
		}
		if o := g.offsetAt(firstTransition - 1); o != g.present() {
			t.Errorf("%s: %v before 1900, want %v", g.zoneIDs[0], o, g.present())
		}
	}
}

func BenchmarkFormatter(b *testing.B) {
	for _, c := range []struct{ name, pattern, text string }{
		{"UTC", "yyyy-MM-dd'T'HH:mm:ss.SSSX", "2019-08-23T14:34:54.346Z"},
		{"zone", "yyyy-MM-dd HH:mm:ss.SSS z", "2019-08-23 14:34:54.346 EDT"},
	} {
		f := newFormatter(b, c.pattern)
		ms, err := f.Parse(c.text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name+"/parse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = f.Parse(c.text)
			}
		})
		b.Run(c.name+"/append", func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf = f.Append(buf[:0], ms)
			}
		})
	}
}
