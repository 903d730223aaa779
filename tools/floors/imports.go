package main

import (
	"fmt"
	"strings"
)

// problem is something that is not as it must be.
type problem struct {
	rule    string // the word by which exceptions.txt calls the rule
	subject string // what breaks it
	text    string
	fix     string
}

// checkImports compares the imports of a package with the policy. own tells the
// packages of this module.
func (p *policy) checkImports(from pkg, own func(path string) bool) (problems []problem) {
	at, ok := p.find(from.path)
	if !ok {
		return []problem{{
			"place", from.path, from.path + " stands on no floor",
			"add it to tools/floors/floors.txt, on the lowest line that its imports allow",
		}}
	}
	for _, to := range from.imports {
		text, fix := "", ""
		switch {
		case own(to):
			text, fix = p.checkOwn(from.path, at, to)
		case strings.Contains(strings.Split(to, "/")[0], "."):
			text, fix = p.checkModule(from.path, at, to)
		}
		if text != "" {
			problems = append(problems, problem{"import", from.path + " -> " + to, from.path + " imports " + to + ": " + text, fix})
		}
	}
	return problems
}

func (p *policy) checkOwn(from string, at place, to string) (text, fix string) {
	target, known := p.find(to)
	switch {
	case !known:
		return "", "" // reported where that package itself is checked
	case target.label != "" && target.label != at.label:
		return "that is for " + target.label, "move what is needed to a package on a floor"
	case at.label != "":
		return "", ""
	case target.support && !at.support:
		return "that supports tests", "import it from _test.go files only"
	case !at.above(target):
		return fmt.Sprintf("%s may not import %s", at, target),
			"let the package below declare a small interface of what it needs and be given it by the one above, or move what both need further down"
	case at.support:
		return "", ""
	}
	return p.checkRules(from, to)
}

// above tells whether a package at this place may import one at the other.
func (at place) above(other place) bool {
	if at.order == other.order {
		return at.support && !other.support
	}
	return at.order > other.order
}

// String tells the floor, and the line among those of all floors.
func (at place) String() string { return fmt.Sprintf("floor %d (line %d)", at.floor, at.order) }

func (p *policy) checkRules(from, to string) (text, fix string) {
	for _, r := range p.only {
		if _, ok := match(r.subject, from); ok && !matchAny(r.allowed, to) {
			return r.says("only"), fmt.Sprintf("%s may import of this module: %s", r.subject, strings.Join(r.allowed, " "))
		}
	}
	for _, r := range p.reserved {
		if _, ok := match(r.subject, to); ok && !matchAny(r.allowed, from) {
			return r.says("reserve"), fmt.Sprintf("%s may be imported by: %s", r.subject, strings.Join(r.allowed, " "))
		}
	}
	return "", ""
}

func (r *rule) says(kind string) string {
	return fmt.Sprintf("%s %s (floors.txt:%d): %s", kind, r.subject, r.line, r.why)
}

func (p *policy) checkModule(from string, at place, to string) (text, fix string) {
	if at.label != "" || at.support {
		return "", ""
	}
	for _, r := range p.modules {
		if _, ok := match(r.subject, to); ok {
			if matchAny(r.allowed, from) {
				return "", ""
			}
			return fmt.Sprintf("module %s (floors.txt:%d) belongs to: %s", r.subject, r.line, strings.Join(r.allowed, " ")),
				"go through one of those packages, or add this one to the line and say why in the change"
		}
	}
	return "no line of floors.txt names that module", "do without it, or add a module line and say in RATIONALE.md why it is worth having"
}
