package model

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	maxName        = 128
	maxDescription = 1024
	maxText        = 4096 // of members for which the API names no limit
	maxProblems    = 20
)

// problems collects what is wrong with a request, in the order of its members.
type problems []string

func (p *problems) add(format string, values ...any) {
	*p = append(*p, fmt.Sprintf(format, values...))
}

// err returns all of it as one error, nil for nothing.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	rest := ""
	if n := len(p) - maxProblems; n > 0 {
		p, rest = p[:maxProblems], fmt.Sprintf("; and %d more", n)
	}
	return BadRequest("%s%s", strings.Join(p, "; "), rest)
}

// name checks the name of a resource, which becomes a part of ARNs, topics and
// directories.
func (p *problems) name(member, name string) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0 || n > maxName:
		p.add("%s must have 1 to %d characters", member, maxName)
	case !validName(name):
		p.add("%s must begin with a letter or a digit and have only letters, digits, periods, underscores and hyphens", member)
	}
}

func validName(name string) bool {
	for i, c := range []byte(name) {
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return true
}

func (p *problems) description(member, text string) {
	if utf8.RuneCountInString(text) > maxDescription {
		p.add("%s must have at most %d characters", member, maxDescription)
	}
}

// required checks a text that must be there.
func (p *problems) required(member, text string) {
	if text == "" {
		p.add("%s is required", member)
	}
	p.optional(member, text)
}

func (p *problems) optional(member, text string) {
	if utf8.RuneCountInString(text) > maxText {
		p.add("%s must have at most %d characters", member, maxText)
	}
}

// choice checks the value of an enumeration.
func choice[T ~string](p *problems, member string, value T, allowed ...T) {
	names := make([]string, len(allowed))
	for i, a := range allowed {
		if value == a {
			return
		}
		names[i] = string(a)
	}
	if value == "" {
		p.add("%s is required", member)
		return
	}
	p.add("%s must be one of %s", member, strings.Join(names, ", "))
}

func (p *problems) between(member string, value, least, most int) {
	if value < least || value > most {
		p.add("%s must be between %d and %d", member, least, most)
	}
}
