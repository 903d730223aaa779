package dateformat

import (
	"strconv"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestJodaFormat(t *testing.T) {
	for _, r := range table(t, "joda_format.jsonl") {
		f, err := CompileJoda(r.args[0])
		if err != nil {
			r.check(t, "", err)
			continue
		}
		zone, err := Zone(r.args[2])
		if err != nil {
			r.check(t, "", err)
			continue
		}
		r.check(t, f.Format(r.millis(t, 1), zone, r.args[3]), nil)
	}
}

func TestParseISO(t *testing.T) {
	for _, r := range table(t, "iso.jsonl") {
		ms, err := ParseISO(r.args[0])
		r.check(t, strconv.FormatInt(ms, 10), err)
	}
}

func TestZone(t *testing.T) {
	for _, r := range table(t, "zone.jsonl") {
		zone, err := Zone(r.args[0])
		if err != nil {
			r.check(t, "", err)
			continue
		}
		r.check(t, zone.String(), nil)
	}
}

func FuzzJoda(f *testing.F) {
	f.Add("'year'=YYYY/'month'=MM/'day'=dd", "2024-05-01T13:00:00.123+02:00")
	f.Add("xxxx ww e SSSS ZZ z", "2024-W18-3")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		ms, err := ParseISO(text)
		if err != nil {
			ms = int64(len(text))
		}
		if p, err := CompileJoda(pattern); err == nil {
			p.Format(ms, time.UTC, "es")
		}
	})
}
