package millrace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// BinaryEnv names the environment variable with the path of a binary to test, one
// built with -race for instance, instead of building one.
const BinaryEnv = "MILLRACE_BINARY"

const (
	command     = "github.com/millrace/millrace/cmd/millrace"
	buildWindow = 5 * time.Minute
)

// Binary is the program under test. It is built on first use; tests may use it in
// parallel.
type Binary struct {
	once sync.Once
	dir  string
	path string
	err  error
}

// Path returns the path of the binary. It blocks while the binary is built.
func (b *Binary) Path(t testing.TB) string {
	t.Helper()
	b.once.Do(b.build)
	if b.err != nil {
		t.Fatalf("build millrace: %v", b.err)
	}
	return b.path
}

func (b *Binary) build() {
	if b.path = os.Getenv(BinaryEnv); b.path != "" {
		return
	}
	if b.dir, b.err = os.MkdirTemp("", "millrace-binary-"); b.err != nil {
		return
	}
	b.path = filepath.Join(b.dir, "millrace")
	ctx, cancel := context.WithTimeout(context.Background(), buildWindow)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", b.path, command).CombinedOutput(); err != nil {
		b.err = fmt.Errorf("%w\n%s", err, out)
	}
}

// Main ends a package's tests: it removes what was built and returns the status
// with which TestMain must exit, given that of the tests.
func (b *Binary) Main(code int) int {
	if b.dir == "" {
		return code
	}
	if err := os.RemoveAll(b.dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(os.Stderr, "remove the binary:", err)
		return max(code, 1)
	}
	return code
}
