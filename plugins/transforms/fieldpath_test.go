package transforms

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestParsePath(t *testing.T) {
	table, err := os.ReadFile("testdata/fieldpath.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		path, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		steps, err := parsePath(path)
		if text, wrong := strings.CutPrefix(want, "!"); wrong {
			if err == nil || err.Error() != text {
				t.Errorf("%s: %q, %v; want error %s", path, steps, err, text)
			}
			continue
		}
		if err != nil || strings.Join(steps, "|") != want {
			t.Errorf("%s: %q, %v; want %s", path, steps, err, want)
		}
	}
	if steps, err := parsePath(""); len(steps) != 0 || err != nil {
		t.Errorf("empty path: %q, %v", steps, err)
	}
}

// FuzzParsePath checks that names without backticks split at dots, and that quoted
// names come back.
func FuzzParsePath(f *testing.F) {
	for _, path := range []string{"a.b", "`a.b`.c", "a.`", "``", "`a\\`.b`", "é.`x"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		steps, err := parsePath(path)
		if !strings.Contains(path, "`") && path != "" {
			if want := strings.Split(path, "."); err != nil || !slices.Equal(steps, want) {
				t.Fatalf("%q: %q, %v", path, steps, err)
			}
		}
		if err != nil {
			return
		}
		quoted := make([]string, len(steps))
		for i, s := range steps {
			if strings.HasSuffix(s, "\\") {
				return // a name that ends in a backslash cannot be quoted
			}
			quoted[i] = "`" + strings.ReplaceAll(s, "`.", "\\`.") + "`"
		}
		again, err := parsePath(strings.Join(quoted, "."))
		if err != nil || !slices.Equal(again, steps) {
			t.Fatalf("%q is %q, but %q is %q, %v", path, steps, quoted, again, err)
		}
	})
}
