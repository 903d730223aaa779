package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestDocs looks whether the paths that the pages name are there.
func TestDocs(t *testing.T) {
	root, _, err := listTree(".")
	if err != nil {
		t.Fatal(err)
	}
	path := regexp.MustCompile("`((?:cmd|connect|internal|plugins|test|tools)/[a-z0-9_./]+)`")
	for _, page := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		found := path.FindAllSubmatch(text, -1)
		if len(found) == 0 {
			t.Errorf("%s names no path", page)
		}
		for _, m := range found {
			if _, err := os.Stat(filepath.Join(root, string(m[1]))); err != nil {
				t.Errorf("%s speaks of %s, which is not there", page, m[1])
			}
		}
	}
}
