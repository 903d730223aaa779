package main

import (
	"bufio"
	"bytes"
	"go/build/constraint"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// fuzzTarget is a fuzz function and the directory of its package.
type fuzzTarget struct{ dir, name string }

// fuzzTargets finds the fuzz functions below root. It reads the sources: asking the
// test binaries would mean to build them all.
func fuzzTargets(root string) (targets []fuzzTarget, err error) {
	function := regexp.MustCompile(`(?m)^func (Fuzz\w*)\(\w+ \*testing\.F\)`)
	err = eachTestFile(root, func(path string, text []byte) {
		for _, m := range function.FindAllSubmatch(text, -1) {
			targets = append(targets, fuzzTarget{packageDir(path), string(m[1])})
		}
	})
	return targets, err
}

// taggedTests returns the directories below root that have tests which are built
// only with a tag.
func taggedTests(root, tag string) (dirs []string, err error) {
	err = eachTestFile(root, func(path string, text []byte) {
		if needsTag(text, tag) {
			dirs = append(dirs, packageDir(path))
		}
	})
	return slices.Compact(dirs), err
}

// needsTag tells whether a file is left out without the tag but built with it.
func needsTag(text []byte, tag string) bool {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "package ") {
		if !constraint.IsGoBuild(lines.Text()) {
			continue
		}
		x, err := constraint.Parse(lines.Text())
		others := func(t string) bool { return t != tag }
		return err == nil && !x.Eval(others) && x.Eval(func(string) bool { return true })
	}
	return false
}

func packageDir(file string) string { return "./" + filepath.ToSlash(filepath.Dir(file)) }

// eachTestFile visits the test files of this module, sorted by path.
func eachTestFile(root string, visit func(path string, text []byte)) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && skipped(path, d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err == nil {
			visit(rel, text)
		}
		return err
	})
}

// skipped tells the directories that ./... leaves out: they hold data, or are
// modules of their own.
func skipped(path, name string) bool {
	if name == "testdata" || name[0] == '.' || name[0] == '_' {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}
