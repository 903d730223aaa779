package connectorconfigtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/connect/config"
)

func TestPage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	const (
		first, second = "<!-- keys of A: written by go test ./a -update -->\n", "<!-- keys: written by go test ./b -update -->\n"
		head          = "| key | default | meaning |\n|---|---|---|\n"
		want          = "x\n" + first + "\n" + head + "| `a` | *required* | one\\|two |\n| `b` | none | B |\n\n" + end + "y\n" +
			second + "\n" + head + "| `c` | `5` | C |\n| `d` |  | D |\n\n" + end + "z\n"
	)
	if err := os.WriteFile(file, []byte("x\n"+first+"old\n"+end+"y\n"+second+end+"z\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tables := []Table{
		{"A", []config.Key{{Name: "a", Required: true, Doc: "one|two"}, {Name: "b", Type: config.StringType, Doc: "B"}}},
		{"", []config.Key{{Name: "c", Type: config.Int, Default: 5, Doc: "C"}, {Name: "d", Type: config.StringType, Default: "", Doc: "D"}}},
	}
	Page(t, file, true, tables...)
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	Page(t, file, false, tables...)
}
