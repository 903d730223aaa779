package millrace

import (
	"testing"
	"time"
)

const askEvery = 10 * time.Millisecond

// Await asks again and again until check returns nil. When window has passed first,
// the test ends with check's last error.
func Await(t testing.TB, window time.Duration, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(window)
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s: %v", window, what, err)
		}
		<-tick.C
	}
}
