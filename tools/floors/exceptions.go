package main

import (
	"fmt"
	"strings"
)

// exceptions maps RULE SUBJECT to the reason why it may break the rule.
type exceptions map[string]string

// parseExceptions reads lines of the form RULE SUBJECT = REASON.
func parseExceptions(text string) (exceptions, error) {
	e := exceptions{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		what, reason, ok := strings.Cut(line, " = ")
		if !ok || strings.TrimSpace(reason) == "" || len(strings.Fields(what)) != 2 {
			return nil, fmt.Errorf("exceptions.txt:%d: %q is not RULE SUBJECT = REASON", n+1, line)
		}
		e[strings.Join(strings.Fields(what), " ")] = reason
	}
	return e, nil
}

// filter drops the problems that are excepted, and adds one for each exception that
// nothing needs any more.
func (e exceptions) filter(problems []problem) []problem {
	var left []problem
	used := map[string]bool{}
	for _, p := range problems {
		what := p.rule + " " + p.subject
		if _, ok := e[what]; ok {
			used[what] = true
			continue
		}
		left = append(left, p)
	}
	for what := range e {
		if !used[what] {
			left = append(left, problem{"exception", what, "exceptions.txt: nothing needs " + what + " any more", "remove the line"})
		}
	}
	return left
}
