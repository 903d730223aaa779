package transforms

import (
	"math"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/dateformat"
)

func TestUnixUnits(t *testing.T) {
	for _, c := range []struct {
		unit    string
		count   int64
		instant data.Instant
		back    int64
	}{
		{"seconds", 2, 2000, 2},
		{"seconds", math.MaxInt64, math.MaxInt64, math.MaxInt64 / 1000},
		{"seconds", math.MinInt64, math.MinInt64, math.MinInt64 / 1000},
		{"milliseconds", -1, -1, -1},
		{"microseconds", -1, 0, 0},
		{"microseconds", 1999, 1, 1000},
		{"nanoseconds", math.MaxInt64, math.MaxInt64 / 1000000, math.MaxInt64 / 1000000 * 1000000},
		{"nanoseconds", math.MinInt64, math.MinInt64 / 1000000, math.MinInt64 / 1000000 * 1000000},
	} {
		u := unitNamed(c.unit)
		if i := u.instant(c.count); i != c.instant || u.count(i) != c.back {
			t.Errorf("%d %s: instant %d, back %d", c.count, c.unit, i, u.count(i))
		}
	}
}

func TestTimeOfDay(t *testing.T) {
	for i, want := range map[data.Instant]data.Instant{0: 0, -1: dayMillis - 1, dayMillis: 0, -dayMillis: 0, dayMillis + 5: 5} {
		if got := timeOfDay(i); got != want {
			t.Errorf("%d: %d, want %d", i, got, want)
		}
	}
}

// A time zone that a text names stays in effect, as in Connect's converter.
func TestTimestampZoneStays(t *testing.T) {
	tr := newTransform(t, "TimestampConverter$Value", map[string]string{
		"target.type": "string", "format": "EEE, dd MMM yyyy HH:mm:ss z",
	})
	for _, c := range []struct {
		value any
		want  string
	}{
		{data.Instant(1577934245000), "Thu, 02 Jan 2020 03:04:05 UTC"},
		{"Thu, 02 Jan 2020 03:04:05 EST", "Thu, 02 Jan 2020 03:04:05 EST"},
		{data.Instant(1593673445000), "Thu, 02 Jul 2020 03:04:05 EDT"},
		{"Thu, 02 Jul 2020 03:04:05 EST", "Thu, 02 Jul 2020 04:04:05 EDT"},
		{"Thu, 02 Jan 2020 03:04:05 +0000", "Wed, 01 Jan 2020 22:04:05 EST"},
		{"Thu, 02 Jan 2020 03:04:05 Central European Summer Time", "Thu, 02 Jan 2020 02:04:05 CET"},
		{"Thu, 02 Jan 2020 03:04:05 UTC", "Thu, 02 Jan 2020 03:04:05 UTC"},
	} {
		r := connect.Record{Value: c.value}
		if _, err := tr.Apply(&r); err != nil || r.Value != c.want {
			t.Errorf("%v: %v, %v; want %s", c.value, r.Value, err, c.want)
		}
	}
}

// FuzzTimestampConverter parses any text. What it makes of it, printed and parsed
// again, must be the same instant.
func FuzzTimestampConverter(f *testing.F) {
	const pattern = "yyyy-MM-dd'T'HH:mm:ss.SSS"
	format, err := dateformat.CompileSimple(pattern)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"2020-01-02T03:04:05.678", "2020-13-45T99:99:99.9 and more", "-1-1-1T1:1:1.1", "x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := clock{pattern: pattern, format: dateformat.NewFormatter(format), unit: unitNamed("milliseconds")}
		i, err := c.parse(s)
		if err != nil {
			return
		}
		// The pattern has no era, so years before the first do not come back.
		if year := i.Time().Year(); year < 1 || year > 9999 {
			return
		}
		again, err := c.parse(c.write(textForm, i).(string))
		if err != nil || again != i {
			t.Fatalf("%q is %d, printed and parsed %d, %v", s, i, again, err)
		}
	})
}
