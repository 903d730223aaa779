package outside

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// filesOf returns the code of a page by file name: the blocks that say file=NAME,
// one after the other.
func filesOf(page string) map[string]string {
	files := map[string]string{}
	for _, m := range regexp.MustCompile("(?ms)^```go file=(\\S+)\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		if files[m[1]] != "" {
			files[m[1]] += "\n"
		}
		files[m[1]] += m[2]
	}
	return files
}

// newModule makes a module that uses this repository in place of a release. The
// checksums come with it, so that nothing has to be asked for.
func newModule(t *testing.T, path string) (dir string) {
	t.Helper()
	dir, root := t.TempDir(), repository(t)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.sum"), string(sums))
	write(t, filepath.Join(dir, "go.mod"), strings.Join([]string{
		"module " + path,
		"go " + goVersion(t, root),
		"require github.com/millrace/millrace v0.0.0",
		"replace github.com/millrace/millrace => " + root,
		"",
	}, "\n"))
	return dir
}

func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// goVersion returns the version that the repository's go.mod asks for.
func goVersion(t *testing.T, root string) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(mod)
	if m == nil {
		t.Fatal("go.mod has no go version")
	}
	return string(m[1])
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs the go command in a module. GOPROXY and the module cache are those of the
// environment.
func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
