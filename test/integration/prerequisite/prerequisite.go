// Package prerequisite decides what a test does when an outside server it needs
// (a Kafka broker, PostgreSQL, an S3 endpoint) cannot be had on this machine.
//
// Floor: tests only. Connect: none.
package prerequisite

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// RequireEnv names the environment variable that lists, separated by commas,
// the prerequisites that must be there: their absence fails a test instead of
// skipping it.
const RequireEnv = "MILLRACE_REQUIRE"

// Required reports whether name stands in RequireEnv.
func Required(name string) bool {
	return slices.ContainsFunc(strings.Split(os.Getenv(RequireEnv), ","), func(s string) bool {
		return strings.TrimSpace(s) == name
	})
}

// Missing ends the test because the prerequisite name is not there, for the
// given reason: the test fails when name is required and is skipped otherwise.
// It does not return.
func Missing(t testing.TB, name string, reason error) {
	t.Helper()
	if Required(name) {
		t.Fatalf("%s is required by %s: %v", name, RequireEnv, reason)
	}
	t.Skipf("%s is not available: %v", name, reason)
}
