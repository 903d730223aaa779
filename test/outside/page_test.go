package outside

import (
	"go/format"
	"os"
	"path/filepath"
	"testing"
)

const page = "../../docs/develop/first-connector.md"

// TestFirstConnector builds what the page shows in a module of its own, and runs its
// tests.
func TestFirstConnector(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	files := filesOf(string(text))
	for _, name := range []string{"spool.go", "source.go", "sink.go", "spool_test.go"} {
		if files[name] == "" {
			t.Fatalf("the page has no code for %s", name)
		}
	}
	dir := newModule(t, "example.com/spool")
	for name, code := range files {
		write(t, filepath.Join(dir, name), code)
		if formatted, err := format.Source([]byte(code)); err != nil || string(formatted) != code {
			t.Errorf("%s is not formatted: %v", name, err)
		}
	}
	run(t, dir, "vet", "./...")
	run(t, dir, "test", "-count=1", "-timeout=60s", "./...")
}
