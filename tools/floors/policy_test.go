package main

import (
	"slices"
	"strings"
	"testing"
)

// small is a policy with one of everything.
const small = `
# a comment
floor 0: ground
    a/*
    b b/deep
floor 1: upper
    c d
    e/**
outside tests only: test/**
only c: a/* d/dtest
    why: c is given away
reserve b: d
    why: b is for d
module example.org/m/**: a/x
`

func mustParse(t *testing.T, text string) *policy {
	t.Helper()
	p, err := parsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFind(t *testing.T) {
	p := mustParse(t, small)
	tests := []struct {
		path string
		want place
		ok   bool
	}{
		{"a/x", place{floor: 0, order: 1}, true},
		{"a/x/y", place{}, false},
		{"a", place{}, false},
		{"b", place{floor: 0, order: 2}, true},
		{"b/deep", place{floor: 0, order: 2}, true},
		{"c", place{floor: 1, order: 3}, true},
		{"e", place{floor: 1, order: 4}, true},
		{"e/f/g", place{floor: 1, order: 4}, true},
		{"a/x/xtest", place{floor: 0, order: 1, support: true}, true},
		{"d/dtest", place{floor: 1, order: 3, support: true}, true},
		{"test", place{label: "tests only"}, true},
		{"test/any/where", place{label: "tests only"}, true},
		{"nowhere", place{}, false},
	}
	for _, c := range tests {
		if got, ok := p.find(c.path); got != c.want || ok != c.ok {
			t.Errorf("find(%q) = %+v, %v; want %+v, %v", c.path, got, ok, c.want, c.ok)
		}
	}
}

func TestMoreWordsInFullWin(t *testing.T) {
	p := mustParse(t, "floor 0: g\n a/**\n a/*/c\n a/b/c\n a/b/*\n")
	for path, order := range map[string]int{"a/b/c": 3, "a/x/c": 2, "a/b/x": 4, "a/x/y": 1} {
		if got, _ := p.find(path); got.order != order {
			t.Errorf("%s stands on line %d, want %d", path, got.order, order)
		}
	}
}

func TestPolicyErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{" a b", "packages without a floor"},
		{"floor 0: x\nwhat is: this", `floors.txt:2: "what" is none of`},
		{"floor zero: x", "zero"},
		{"nonsense", "is not KIND NAME"},
		{" why: because", "why without a rule"},
	}
	for _, c := range tests {
		if _, err := parsePolicy(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("parsePolicy(%q) says %v, want %q", c.text, err, c.want)
		}
	}
}

func TestCheckImports(t *testing.T) {
	p := mustParse(t, small)
	known := []string{"a/x", "a/y", "a/x/xtest", "b", "c", "d", "d/dtest", "e/f", "test/t", "lost"}
	own := func(path string) bool { return slices.Contains(known, path) }
	tests := []struct{ from, to, want string }{
		{"d", "a/x", ""},
		{"d", "b", ""},
		{"d", "fmt", ""},
		{"a/x", "d", "may not import floor 1"},
		{"a/x", "a/y", "floor 0 (line 1) may not import floor 0 (line 1)"},
		{"c", "d", "may not import"},
		{"e/f", "b", "b is for d"},
		{"c", "b", "c is given away"},
		{"d", "a/x/xtest", "supports tests"},
		{"a/x/xtest", "a/x", ""},
		{"a/x/xtest", "b", "may not import"},
		{"d/dtest", "a/x/xtest", ""},
		{"d/dtest", "example.org/m", ""},
		{"d", "test/t", "that is for tests only"},
		{"test/t", "d", ""},
		{"test/t", "example.org/m", ""},
		{"a/x", "example.org/m/sub", ""},
		{"d", "example.org/m", "belongs to: a/x"},
		{"d", "example.org/other", "no line of floors.txt names that module"},
		{"lost", "a/x", "stands on no floor"},
	}
	for _, c := range tests {
		problems := p.checkImports(pkg{path: c.from, imports: []string{c.to}}, own)
		switch {
		case c.want == "" && len(problems) > 0:
			t.Errorf("%s -> %s: %s", c.from, c.to, problems[0].text)
		case c.want != "" && (len(problems) != 1 || !strings.Contains(problems[0].text, c.want)):
			t.Errorf("%s -> %s: %v; want %q", c.from, c.to, problems, c.want)
		case c.want != "" && problems[0].fix == "":
			t.Errorf("%s -> %s: it does not say what to do", c.from, c.to)
		}
	}
}
