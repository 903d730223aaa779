package text

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestCents compares the short way for amounts of money with the general one.
func TestCents(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 200_000 {
		f := float64(rnd.IntN(2_000_000_000)-1_000_000_000) / 100
		switch i % 5 {
		case 1:
			f /= 1_000_000
		case 2:
			f = math.Nextafter(f, math.Inf(i%2*2-1))
		case 3:
			f = rnd.Float64() * 100
		}
		// The general way is that for numbers without decimals, too.
		var buf [32]byte
		digits, exp := shortest(buf[:0], math.Abs(f), 64)
		if exp < -3 || exp >= 7 || f == 0 {
			continue
		}
		want := string(appendPlain(nil, digits, exp))
		if f < 0 {
			want = "-" + want
		}
		if got := Double(f); got != want {
			t.Fatalf("%s: %s, want %s", strconv.FormatFloat(f, 'g', -1, 64), got, want)
		}
	}
}

// A float has fewer digits than a double of the same value.
func TestCentsOfFloat(t *testing.T) {
	if got := Float(1234567.25); got != "1234567.2" {
		t.Error(got)
	}
}
