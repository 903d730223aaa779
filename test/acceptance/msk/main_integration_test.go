//go:build integration

package msk

import (
	"os"
	"strings"
	"testing"

	// The program that is built is this: without the import go test would not know that a
	// result is out of date.
	_ "github.com/millrace/millrace/internal/cli"
	"github.com/millrace/millrace/test/integration/millrace"
)

var binary millrace.Binary

// TestMain has the program built without its profile: these tests need no speed, and
// compiling every package once more takes minutes.
func TestMain(m *testing.M) {
	if dir := os.Getenv(reaperEnv); dir != "" {
		reap(dir)
		return
	}
	if err := os.Setenv("GOFLAGS", strings.TrimSpace(os.Getenv("GOFLAGS")+" -pgo=off")); err != nil {
		panic(err)
	}
	os.Exit(binary.Main(m.Run()))
}
