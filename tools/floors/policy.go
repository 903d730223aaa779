package main

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
)

// policy is floors.txt, read.
type policy struct {
	steps    []step
	outside  []outside
	only     []rule // importers → what they may import of this module
	reserved []rule // imported → who may import it
	modules  []rule // third-party import path → who may import it
}

// step is one pattern of a floor; order counts the lines of all floors.
type step struct {
	pattern      string
	floor, order int
}

// outside are packages that stand on no floor.
type outside struct {
	label, pattern string
}

// rule relates packages to other packages.
type rule struct {
	subject string
	allowed []string
	why     string
	line    int
}

// place is where a package stands.
type place struct {
	floor, order int
	support      bool   // x/xtest
	label        string // of packages outside the floors
}

func parsePolicy(text string) (*policy, error) {
	r := policyReader{p: &policy{}, floor: -1}
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		if err := r.read(n, lines.Text()); err != nil {
			return nil, fmt.Errorf("floors.txt:%d: %w", n, err)
		}
	}
	return r.p, lines.Err()
}

// policyReader knows what an indented line belongs to: a floor, or the last rule.
type policyReader struct {
	p     *policy
	floor int
	order int
	last  *rule
}

func (r *policyReader) read(n int, line string) error {
	text := strings.TrimSpace(line)
	if text == "" || text[0] == '#' {
		return nil
	}
	if line[0] == ' ' || line[0] == '\t' {
		return r.indented(text)
	}
	head, tail, ok := strings.Cut(text, ":")
	kind, subject, named := strings.Cut(head, " ")
	if !ok || !named {
		return fmt.Errorf("%q is not KIND NAME: …", text)
	}
	return r.heading(n, kind, subject, tail)
}

func (r *policyReader) indented(text string) error {
	if why, ok := strings.CutPrefix(text, "why: "); ok {
		if r.last == nil {
			return fmt.Errorf("why without a rule")
		}
		r.last.why = why
		return nil
	}
	if r.floor < 0 {
		return fmt.Errorf("packages without a floor")
	}
	r.order++
	for pattern := range strings.FieldsSeq(text) {
		r.p.steps = append(r.p.steps, step{pattern, r.floor, r.order})
	}
	return nil
}

func (r *policyReader) heading(n int, kind, subject, tail string) (err error) {
	floor := -1
	r.last = nil
	switch kind {
	case "floor":
		floor, err = strconv.Atoi(subject)
	case "outside":
		for pattern := range strings.FieldsSeq(tail) {
			r.p.outside = append(r.p.outside, outside{subject, pattern})
		}
	case "only":
		r.last = addRule(&r.p.only, n, subject, tail)
	case "reserve":
		r.last = addRule(&r.p.reserved, n, subject, tail)
	case "module":
		r.last = addRule(&r.p.modules, n, subject, tail)
	default:
		err = fmt.Errorf("%q is none of floor, outside, only, reserve, module", kind)
	}
	r.floor = floor
	return err
}

// addRule returns the rule; it may be changed until the next is added.
func addRule(rules *[]rule, line int, subject, allowed string) *rule {
	*rules = append(*rules, rule{subject: subject, allowed: strings.Fields(allowed), line: line})
	return &(*rules)[len(*rules)-1]
}

// find returns where a package stands; ok is false for one that the policy does not
// know.
func (p *policy) find(pkg string) (found place, ok bool) {
	for _, o := range p.outside {
		if _, ok := match(o.pattern, pkg); ok {
			return place{label: o.label}, true
		}
	}
	best := -1
	for _, s := range p.steps {
		if score, ok := match(s.pattern, pkg); ok && score > best {
			best, found = score, place{floor: s.floor, order: s.order}
		}
	}
	parent, supports := supported(pkg)
	if !supports || best >= exact(pkg) {
		found.support = supports
		return found, best >= 0
	}
	found, ok = p.find(parent)
	found.support = true
	return found, ok
}

// supported returns x for a package x/xtest.
func supported(pkg string) (parent string, ok bool) {
	i := strings.LastIndexByte(pkg, '/')
	if i < 0 {
		return "", false
	}
	parent = pkg[:i]
	return parent, pkg[i+1:] == parent[strings.LastIndexByte(parent, '/')+1:]+"test"
}

// match tells whether a pattern fits a path, and how closely: more words in full
// are closer.
func match(pattern, path string) (score int, ok bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, w := range want {
		switch {
		case w == "**":
			return score, true
		case i >= len(have):
			return 0, false
		case w == "*":
			score++
		case w == have[i]:
			score += fullWord
		default:
			return 0, false
		}
		if i+1 < len(want) && want[i+1] == "**" && i+1 == len(have) {
			return score, true
		}
	}
	return score, len(want) == len(have)
}

const fullWord = 100

// exact is the score of a pattern without stars.
func exact(path string) int { return fullWord * (strings.Count(path, "/") + 1) }

func matchAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if _, ok := match(p, path); ok {
			return true
		}
	}
	return false
}
