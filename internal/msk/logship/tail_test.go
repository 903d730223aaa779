package logship

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestFind: which file, of those that are there, a place is in.
func TestFind(t *testing.T) {
	of := func(text string) mark { return newMark([]byte(text)) }
	for _, c := range []struct {
		name  string
		files []string // the newest first; "-" for one that is not there
		at    place
		index int // in the files that are there
		read  string
		rest  int64
		lost  bool
	}{
		{"nothing there", []string{"-"}, place{}, 0, "", 0, false},
		{"first start", []string{"new\n", "mid\n", "old\n"}, place{}, 2, "old\n", 12, false},
		{"first start, a part is being renamed", []string{"new\n", "-", "old\n"}, place{}, 1, "old\n", 8, false},
		{"as it was", []string{"new\nmore\n", "mid\n"}, place{of("new\n"), 4, of("mid\n")}, 0, "more\n", 5, false},
		{"rotated", []string{"new\n", "mid\nmore\n"}, place{of("mid\n"), 4, of("old\n")}, 1, "more\n", 9, false},
		{"rotated at the end", []string{"new\n", "mid\n"}, place{of("mid\n"), 4, of("old\n")}, 1, "new\n", 4, false},
		{"rotated, path away", []string{"-", "mid\nmore\n"}, place{of("mid\n"), 4, of("old\n")}, 1, "more\n", 5, false},
		{"rotated twice", []string{"new\n", "mid\n", "old\nmore\n"}, place{of("old\n"), 4, mark{}}, 2, "more\n", 13, false},
		{"shorter, same beginning", []string{"old\n", "old\nx\nmore\n"}, place{of("old\n"), 6, mark{}}, 0, "old\n", 4, true},
		{"at a beginning", []string{"new\n", "mid\n", "old\n"}, place{mark{}, 0, of("old\n")}, 1, "mid\n", 8, false},
		{"at a beginning, prior gone", []string{"new\n", "mid\n", "old\n"}, place{mark{}, 0, of("older\n")}, 2, "old\n", 12, true},
		{"emptied", []string{"new\n", "mid\n", "old\n"}, place{of("lost\n"), 5, of("mid\n")}, 0, "new\n", 4, true},
		{"gone", []string{"new\n", "mid\n"}, place{of("lost\n"), 5, of("older\n")}, 1, "mid\n", 8, true},
		{"copy in the making", []string{"new\nmore\n", "new\n", "old\n"}, place{of("old\n"), 4, mark{}}, 1, "new\nmore\n", 9, false},
	} {
		path := filepath.Join(t.TempDir(), "log")
		for n, text := range c.files {
			name := path
			if n > 0 {
				name = fmt.Sprintf("%s.%d", path, n)
			}
			if text == "-" {
				continue
			}
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f, err := tail{path, 3}.find(c.at)
		if err != nil {
			t.Fatal(err)
		}
		index, rest := f.index, f.backlog()
		piece, err := f.read(100)
		if index != c.index || rest != c.rest || f.lost != c.lost || string(piece.text) != c.read || err != nil {
			t.Errorf("%s: file %d, %d bytes, lost %v, read %q, %v", c.name, index, rest, f.lost, piece.text, err)
		}
		f.close()
	}
	if _, err := (tail{t.TempDir(), 1}).find(place{}); err == nil {
		t.Error("a directory was taken for a log")
	}
}
