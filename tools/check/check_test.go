package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestChoose(t *testing.T) {
	all := []stage{{name: "a"}, {name: "b"}, {name: "c"}}
	tests := []struct{ only, want, problem string }{
		{"", "a b c", ""},
		{"c, a", "a c", ""},
		{"b", "b", ""},
		{"b,d", "", `there is no stage "d"; there are a, b, c`},
	}
	for _, c := range tests {
		chosen, err := choose(all, c.only)
		var names []string
		for _, s := range chosen {
			names = append(names, s.name)
		}
		switch {
		case c.problem != "":
			if err == nil || err.Error() != c.problem {
				t.Errorf("choose(%q) says %v, want %s", c.only, err, c.problem)
			}
		case err != nil || strings.Join(names, " ") != c.want:
			t.Errorf("choose(%q) = %v, %v; want %s", c.only, names, err, c.want)
		}
	}
}

func TestRunStages(t *testing.T) {
	say := func(text string) func(*job) error {
		return func(j *job) error {
			_, err := j.progress.Write([]byte(text))
			return err
		}
	}
	fail := func(*job) error { return errors.New("no good") }
	leave := func(j *job) error { j.skipped = "no tools"; return nil }
	chosen := []stage{
		{"one", "", say("ok  \tm/a\t0.1s\n?   \tm/b\t[no test files]\nPASS\n")},
		{"two", "", fail},
		{"three", "", leave},
		{"four", "", say("half a line")},
	}
	tests := []struct {
		name      string
		o         options
		want, not []string
	}{
		{"stop", options{}, []string{"== one", "ok  \tm/a", "-- one: ok", "-- two: FAILED: no good", "not run"}, []string{"m/b", "PASS", "half a line"}},
		{"keep going", options{keepGoing: true}, []string{"-- three: skipped: no tools", "half a line"}, []string{"not run"}},
		{"verbose", options{verbose: true}, []string{"m/b", "PASS"}, nil},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			summarize(&out, runStages(t.Context(), chosen, c.o, &out, false))
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in:\n%s", want, out.String())
				}
			}
			for _, not := range c.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("%q should not be in:\n%s", not, out.String())
				}
			}
		})
	}
}

func TestCommand(t *testing.T) {
	var out strings.Builder
	j := &job{ctx: t.Context(), progress: newProgress("s", &out, false, true)}
	lines, err := j.command("go", "env", "GOOS", "GOARCH")
	if err != nil || lines != 2 {
		t.Errorf("counted %d lines, %v; want 2", lines, err)
	}
	if !strings.Contains(out.String(), "$ go env GOOS GOARCH") {
		t.Errorf("the command is not shown in:\n%s", out.String())
	}
	if _, err := j.command("go", "no-such-command"); err == nil {
		t.Error("a failure went unnoticed")
	}
}

func TestLiveProgress(t *testing.T) {
	var out strings.Builder
	p := newProgress("unit", &out, true, false)
	if _, err := p.Write([]byte("ok  \tm/a\t0.1s\nok  \tm/b\t0.1s\n--- FAIL: TestX\n")); err != nil {
		t.Fatal(err)
	}
	p.end(result{name: "unit", took: time.Second})
	text := out.String()
	if !strings.Contains(text, "2 packages ok  m/b") || !strings.Contains(text, "--- FAIL: TestX\n") {
		t.Errorf("shown was %q", text)
	}
	if strings.Contains(text, "ok  \tm/a") || !strings.HasSuffix(text, "\r\x1b[K-- unit: ok (1.0s)\n") {
		t.Errorf("shown was %q", text)
	}
}

func TestFindTests(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"a/a_test.go":          "package a\nfunc FuzzOne(f *testing.F) {}\nfunc FuzzTwo(fz *testing.F) {}\n",
		"a/a.go":               "package a\nfunc FuzzNot(f *testing.F) {}\n",
		"b/b_test.go":          "//go:build integration\n\npackage b\n",
		"b/c_test.go":          "//go:build integration && linux\n\npackage b\n",
		"c/c_test.go":          "//go:build !integration\n\npackage c\n",
		"d/d_test.go":          "//go:build linux\n\npackage d\n",
		"e/testdata/x_test.go": "//go:build integration\n\npackage e\n",
		"f/go.mod":             "module f\n",
		"f/f_test.go":          "//go:build integration\n\npackage f\n",
	} {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	targets, err := fuzzTargets(root)
	if want := []fuzzTarget{{"./a", "FuzzOne"}, {"./a", "FuzzTwo"}}; err != nil || !slices.Equal(targets, want) {
		t.Errorf("fuzz targets are %v, %v; want %v", targets, err, want)
	}
	dirs, err := taggedTests(root, "integration")
	if want := []string{"./b"}; err != nil || !slices.Equal(dirs, want) {
		t.Errorf("integration tests are in %v, %v; want %v", dirs, err, want)
	}
}
