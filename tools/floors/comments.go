package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
)

// exported tells whether a function, or a method and its type, are exported.
func exported(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if !ast.IsExported(part) {
			return false
		}
	}
	return true
}

// checkGroup wants a comment for each exported type, constant and variable: its own,
// one beside it, or that of its group.
func (s *source) checkGroup(d *ast.GenDecl) (problems []problem) {
	if d.Doc != nil {
		return nil
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && spec.Doc == nil && spec.Comment == nil {
				problems = append(problems, s.undocumented(spec.Pos(), spec.Name.Name)...)
			}
		case *ast.ValueSpec:
			if spec.Names[0].IsExported() && spec.Doc == nil && spec.Comment == nil {
				problems = append(problems, s.undocumented(spec.Pos(), spec.Names[0].Name)...)
			}
		}
	}
	return problems
}

func (s *source) undocumented(at token.Pos, name string) []problem {
	if s.test || s.generated || s.syntax.Name.Name == "main" {
		return nil
	}
	return []problem{{
		"doc", s.path + ":" + name,
		fmt.Sprintf("%s:%d: %s has no comment", s.path, s.set.Position(at).Line, name),
		"say what the caller gets, then units, errors, blocking, ownership",
	}}
}

func checkName(path, name string) []problem {
	for _, n := range []string{name, filepath.Base(path)} {
		if emptyWord(n) {
			return []problem{{
				"name", path, fmt.Sprintf("%s: %q says nothing", path, n), "name it after its noun, or put each function where its noun lives",
			}}
		}
	}
	return nil
}

// emptyWord tells the package names that gather what does not belong together.
func emptyWord(name string) bool {
	switch name {
	case "common", "impl", "misc", "base", "lib", "shared", "types", "models", "interfaces":
		return true
	}
	for _, part := range []string{"util", "helper", "manager"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// checkComment wants a package comment whose last paragraph ends with the floor.
func (p *policy) checkComment(path, comment string) []problem {
	at, ok := p.find(path)
	if !ok {
		return nil // reported by checkImports
	}
	want := fmt.Sprintf("Floor %d.", at.floor)
	if at.label != "" {
		want = "Floor: " + at.label + "."
	}
	bad := func(text string) []problem {
		return []problem{{
			"comment", path, path + ": " + text,
			"say what the package is, and end its comment with the line: " + want + " Connect: <Java package or class>.",
		}}
	}
	if strings.TrimSpace(comment) == "" {
		return bad("no package comment")
	}
	floor := regexp.MustCompile(`(?m)^(Floor[^.]*\.) Connect:`).FindStringSubmatchIndex(comment)
	switch {
	case floor == nil:
		return bad("the package comment does not say on which floor it stands")
	case strings.Contains(strings.TrimSpace(comment[floor[0]:]), "\n\n"):
		return bad("the floor is not at the end of the package comment")
	case comment[floor[2]:floor[3]] != want:
		return bad("the package comment says " + comment[floor[2]:floor[3]])
	}
	return nil
}
