package operate

import (
	"strings"
	"testing"
	"time"
)

func TestReadSeries(t *testing.T) {
	const text = "# TYPE a gauge\na 1\nb{x=\"y z\",t=\"0\"} 2.5e3\nwrong\nc{} NaN\nd no\n\n"
	got, err := readSeries(strings.NewReader(text))
	if err != nil || len(got) != 3 || got[0] != (series{"a", "", 1}) || got[1] != (series{"b", `x="y z",t="0"`, 2500}) || got[2].name != "c" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFlows(t *testing.T) {
	var f flows
	begin := time.Now()
	for _, c := range []struct {
		after time.Duration
		total float64
		rate  float64
		known bool
	}{
		{0, 100, 0, false},
		{leastFlow / 2, 200, 0, false},
		{10 * time.Second, 300, 20, true},
		{11 * time.Second, 900, 20, true}, // too soon for another
		{20 * time.Second, 300, 0, true},
		{30 * time.Second, 10, 0, false}, // the process is another one
		{40 * time.Second, 60, 5, true},
	} {
		if rate, known := f.rate("a", c.total, begin.Add(c.after)); rate != c.rate || known != c.known {
			t.Errorf("after %s: %g, %t", c.after, rate, known)
		}
	}
	f.forget(begin.Add(41*time.Second + flowAge))
	if len(f.last) != 0 {
		t.Error("it remembers what nobody asks for")
	}
}
