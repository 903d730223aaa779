package run

import "testing"

func TestPercentFor(t *testing.T) {
	for _, c := range []struct {
		liveMiB uint64
		want    int
	}{{0, 1000}, {1, 1000}, {8, 500}, {16, 200}, {24, 100}, {48, 100}, {1000, 100}} {
		if got := percentFor(c.liveMiB << 20); got != c.want {
			t.Errorf("with %d MiB live the heap grows by %d %%, want %d", c.liveMiB, got, c.want)
		}
	}
}
