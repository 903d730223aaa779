package dateformat

import (
	"testing"
	"time"
)

func TestGregorianDate(t *testing.T) {
	check := func(day int64) {
		d, want := gregorianDate(day), time.Unix(day*86400, 0).UTC()
		if int(d.year) != want.Year() || d.month != int(want.Month()) || d.day != want.Day() || d.number != day {
			t.Fatalf("day %d: %+v, want %s", day, d, want)
		}
	}
	for day := int64(-1_000_000); day < 4_000_000; day += 17 {
		check(day)
	}
	for _, start := range []int64{-719_468, 0, 11_016, 1<<29 - 719_468} { // year 0, 1970, 2000, the end of 32 bits
		for day := start - 800; day < start+800; day++ {
			check(day)
		}
	}
}
