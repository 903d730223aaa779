package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// The limits of CONTRIBUTING.md.
const (
	maxFileLines     = 600
	maxFunctionLines = 70
)

// checkSources reads the Go files of a package. root is the module's directory.
func (p *policy) checkSources(root string, of pkg) (problems []problem, err error) {
	comment, name, sources := "", "", false
	for _, file := range of.files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		rel, _ := filepath.Rel(root, file)
		s, err := parseSource(filepath.ToSlash(rel), text)
		if err != nil {
			return nil, err
		}
		problems = append(problems, s.check()...)
		if !s.test {
			name, sources = s.syntax.Name.Name, true
			comment += s.syntax.Doc.Text()
		}
	}
	if sources {
		problems = append(problems, checkName(of.path, name)...)
		problems = append(problems, p.checkComment(of.path, comment)...)
	}
	return problems, nil
}

// source is a Go file.
type source struct {
	path      string
	lines     int
	test      bool
	generated bool
	set       *token.FileSet
	syntax    *ast.File
}

func parseSource(path string, text []byte) (*source, error) {
	s := &source{path: path, lines: bytes.Count(text, []byte("\n")), set: token.NewFileSet()}
	var err error
	s.syntax, err = parser.ParseFile(s.set, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s.test = strings.HasSuffix(path, "_test.go")
	s.generated = ast.IsGenerated(s.syntax)
	return s, nil
}

func (s *source) check() (problems []problem) {
	if s.lines > maxFileLines && !s.generated {
		problems = append(problems, problem{
			"file", s.path, fmt.Sprintf("%s has %d lines; at most %d", s.path, s.lines, maxFileLines),
			"split it along a noun or a deed",
		})
	}
	for _, d := range s.syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			problems = append(problems, s.checkFunction(d)...)
		case *ast.GenDecl:
			problems = append(problems, s.checkLiterals(d)...)
			problems = append(problems, s.checkGroup(d)...)
		}
	}
	return problems
}

func (s *source) checkFunction(d *ast.FuncDecl) (problems []problem) {
	if d.Recv == nil && d.Name.Name == "init" {
		problems = append(problems, problem{
			"init", s.path, s.path + " has a func init", "make it a value, and let whoever needs it name it",
		})
	}
	if d.Body != nil {
		problems = append(problems, s.checkLength(functionName(d), d.Body)...)
	}
	if d.Doc == nil && exported(functionName(d)) {
		problems = append(problems, s.undocumented(d.Pos(), functionName(d))...)
	}
	return problems
}

// checkLiterals looks at functions in the values of variables.
func (s *source) checkLiterals(d *ast.GenDecl) (problems []problem) {
	ast.Inspect(d, func(n ast.Node) bool {
		l, ok := n.(*ast.FuncLit)
		if ok {
			problems = append(problems, s.checkLength("func literal", l.Body)...)
		}
		return !ok
	})
	return problems
}

func (s *source) checkLength(name string, body *ast.BlockStmt) []problem {
	first, last := s.set.Position(body.Lbrace).Line, s.set.Position(body.Rbrace).Line
	n := last - first - 1
	if n <= maxFunctionLines || s.generated || s.test { // tests are mostly tables
		return nil
	}
	return []problem{{
		"function", s.path + ":" + name,
		fmt.Sprintf("%s:%d: the body of %s has %d lines; at most %d", s.path, first, name, n, maxFunctionLines),
		"give a name to each of its steps, or make it a table",
	}}
}

// functionName returns Type.Method or Function.
func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch u := t.(type) {
		case *ast.StarExpr:
			t = u.X
		case *ast.IndexExpr:
			t = u.X
		case *ast.IndexListExpr:
			t = u.X
		case *ast.Ident:
			return u.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}
