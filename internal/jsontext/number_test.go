package jsontext

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestDouble compares the short way with strconv.
func TestDouble(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	texts := []string{"0", "0.0", "9007199254740993", "9999999999999999", "0.000000000000001", "99999999999999.9", "4.35", "1e3", "-1.5"}
	for range 200_000 {
		whole := strconv.FormatUint(rnd.Uint64()>>(10+rnd.IntN(54)), 10)
		texts = append(texts[:9], whole, whole+fmt.Sprintf(".%0*d", 1+rnd.IntN(14), rnd.IntN(1000)))
		for _, text := range texts {
			want, _ := strconv.ParseFloat(text, 64)
			if got := Double([]byte(text)); got != want || math.Signbit(got) != math.Signbit(want) {
				t.Fatalf("%s: %v, want %v", text, got, want)
			}
		}
	}
}

func TestTight(t *testing.T) {
	for text, want := range map[string]bool{",x": true, ", x": false, ",": false, "": false, ",\n": false, "x,": false, ",\x01": false} {
		if Tight([]byte(text), 0, ',') != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}
