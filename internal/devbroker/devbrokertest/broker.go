package devbrokertest

import (
	"testing"

	"github.com/millrace/millrace/internal/devbroker"
)

// Start starts a broker that ends with the test.
func Start(t testing.TB, s devbroker.Settings) *devbroker.Broker {
	t.Helper()
	b, err := devbroker.Start(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}
