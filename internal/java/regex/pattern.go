package regex

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
)

const (
	matchTime  = time.Second
	matchStack = 1 << 20 // entries of regexp2's backtracking stack
)

// Pattern is a compiled java.util.regex.Pattern. It is safe for concurrent use.
type Pattern struct {
	source  string
	names   map[string]int
	groups  int
	oneLine bool // linear engines only do for texts of one line

	// The programs, for the whole text and for a part of it, are compiled when
	// they are first used; a nil linear program means backtracking.
	linear, linearWhole func() *regexp.Regexp
	back, backWhole     func() (*regexp2.Regexp, error)
}

// Compile parses a Java pattern. The error is a *SyntaxError with Java's text,
// or an *UnsupportedError.
func Compile(pattern string) (*Pattern, error) {
	root, parsed, err := parse(pattern)
	if err != nil {
		return nil, err
	}
	p := &Pattern{source: pattern, names: parsed.names, groups: parsed.groups}
	want := root.needs()
	p.oneLine = want.oneLine
	whole := sequence(&node{kind: kindBegin}, root, &node{kind: kindEnd})
	p.linear, p.linearWhole = linear(root, want), linear(whole, want)
	p.back, p.backWhole = backtracking(root, p.groups), backtracking(whole, p.groups)
	if want.backtracking || p.linearWhole() == nil {
		if _, err := p.backWhole(); err != nil {
			return nil, &UnsupportedError{"this pattern (" + err.Error() + ")"}
		}
	}
	return p, nil
}

func linear(n *node, want needs) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp {
		if want.backtracking {
			return nil
		}
		// Patterns that are too large for an automaton are left to the other
		// engine.
		re, err := regexp.Compile(emit(n, 0, false))
		if err != nil {
			return nil
		}
		return re
	})
}

func backtracking(n *node, groups int) func() (*regexp2.Regexp, error) {
	return sync.OnceValues(func() (*regexp2.Regexp, error) {
		re, err := regexp2.Compile(emit(n, groups, true), regexp2.OptionMaxBacktrackingStackSize(matchStack))
		if err != nil {
			return nil, fmt.Errorf("compile backtracking pattern: %w", err)
		}
		re.MatchTimeout = matchTime
		return re, nil
	})
}

// String returns the pattern as it was given to Compile.
func (p *Pattern) String() string { return p.source }

// Groups returns the number of capturing groups.
func (p *Pattern) Groups() int { return p.groups }

// Group returns the number of a named group.
func (p *Pattern) Group(name string) (int, bool) {
	n, ok := p.names[name]
	return n, ok
}

// Matches reports whether the whole of s matches, as Matcher.matches. The only
// error is ErrTimeout.
func (p *Pattern) Matches(s string) (bool, error) {
	if re := p.linearWhole(); re != nil && p.fits(s) {
		return re.MatchString(s), nil
	}
	loc, err := p.run(p.backWhole, s)
	return loc != nil, err
}

// Match matches the whole of s and returns the byte positions of its groups:
// start and end of group n at 2n and 2n+1, -1 where it took no part. The result
// is nil if s does not match. The only error is ErrTimeout.
func (p *Pattern) Match(s string) ([]int, error) {
	if re := p.linearWhole(); re != nil && p.fits(s) {
		return re.FindStringSubmatchIndex(s), nil
	}
	return p.run(p.backWhole, s)
}

// Find returns the positions of the first match within s, as Match does.
func (p *Pattern) Find(s string) ([]int, error) {
	if re := p.linear(); re != nil && p.fits(s) {
		return re.FindStringSubmatchIndex(s), nil
	}
	return p.run(p.back, s)
}

// fits reports whether the linear programs are right for s.
func (p *Pattern) fits(s string) bool {
	return !p.oneLine || s != "" && !strings.ContainsAny(s, "\n\r\u0085\u2028\u2029")
}

func (p *Pattern) run(program func() (*regexp2.Regexp, error), s string) ([]int, error) {
	re, err := program()
	if err != nil {
		return nil, err
	}
	m, err := re.FindStringMatch(s)
	if err != nil {
		return nil, ErrTimeout
	}
	if m == nil {
		return nil, nil
	}
	loc := make([]int, 2*p.groups+2)
	for i := range loc {
		loc[i] = -1
	}
	for i := 0; i <= p.groups; i++ {
		g := m.GroupByNumber(i)
		if g == nil || len(g.Captures) == 0 {
			continue
		}
		start, length := g.ByteRange()
		loc[2*i], loc[2*i+1] = start, start+length
	}
	return loc, nil
}
