package regex

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// linearRepeat is the longest repetition that Go's regexp unrolls.
const linearRepeat = 1000

// needs tells which engine a pattern can do with.
type needs struct {
	backtracking bool
	// oneLine: Go's regexp does for texts that are not empty and have no line
	// terminator, in which every line starts and ends where the text does.
	oneLine bool
}

func (n *node) needs() needs {
	var want needs
	n.any(func(m *node) bool {
		switch m.kind {
		case kindLook, kindAtomic, kindBack, kindCluster:
			want.backtracking = true
		case kindBoundary:
			want.backtracking = want.backtracking || m.wide
		case kindLastEnd, kindLineBegin, kindLineEnd:
			want.oneLine = true
		case kindRepeat:
			want.backtracking = want.backtracking || m.needsBacktracking()
		}
		return want.backtracking
	})
	return want
}

// needsBacktracking: what an empty round of a loop captures, and whether it ends
// the loop, is not the same in automata.
func (n *node) needsBacktracking() bool {
	if n.mode == possessive || n.min > linearRepeat || n.max > linearRepeat && n.max != unbounded {
		return true
	}
	return n.max > 1 && n.subs[0].nullable() && n.subs[0].any(func(m *node) bool {
		return m.kind == kindGroup || m.kind == kindChoice || m.kind == kindRepeat && m.mode == lazy
	})
}

// emitter writes a pattern for Go's regexp or, with backtrack, for regexp2.
type emitter struct {
	strings.Builder
	backtrack bool
	groups    int
}

func emit(n *node, groups int, backtrack bool) string {
	e := emitter{backtrack: backtrack, groups: groups}
	e.node(n)
	return e.String()
}

func (e *emitter) node(n *node) {
	switch n.kind {
	case kindSet:
		e.set(n.set)
	case kindSequence:
		for _, sub := range n.subs {
			e.wrapped(sub)
		}
	case kindChoice:
		for i, sub := range n.subs {
			if i > 0 {
				e.WriteByte('|')
			}
			e.node(sub)
		}
	case kindRepeat:
		e.repeat(n)
	case kindGroup:
		e.capture(n)
	case kindAtomic:
		e.enclose("(?>", n.subs[0])
	case kindLook:
		e.enclose(lookStart(n), n.subs[0])
	case kindBack:
		e.back(n)
	case kindBreak:
		e.WriteString(`(?:\r\n|[\n-\r\x{85}\x{2028}\x{2029}])`)
	case kindCluster:
		e.WriteString(`\X`)
	default:
		e.WriteString(e.assertion(n))
	}
}

func lookStart(n *node) string {
	s := "(?"
	if n.behind {
		s += "<"
	}
	if n.negative {
		return s + "!"
	}
	return s + "="
}

func (e *emitter) enclose(start string, n *node) {
	e.WriteString(start)
	e.node(n)
	e.WriteByte(')')
}

// wrapped writes a part of a sequence.
func (e *emitter) wrapped(n *node) {
	if n.kind == kindChoice {
		e.enclose("(?:", n)
		return
	}
	e.node(n)
}

func (e *emitter) capture(n *node) {
	if e.backtrack {
		e.enclose("(?<"+strconv.Itoa(n.group)+">", n.subs[0])
		return
	}
	e.enclose("(", n.subs[0])
}

// back writes a reference; one to a group that does not exist never matches.
func (e *emitter) back(n *node) {
	switch {
	case n.group > e.groups:
		e.WriteString("(?!)")
	case n.fold:
		fmt.Fprintf(e, `(?i:\k<%d>)`, n.group)
	default:
		fmt.Fprintf(e, `\k<%d>`, n.group)
	}
}

func (e *emitter) repeat(n *node) {
	if n.mode == possessive {
		e.WriteString("(?>")
	}
	e.body(n.subs[0])
	switch {
	case n.min == 0 && n.max == unbounded:
		e.WriteByte('*')
	case n.min == 1 && n.max == unbounded:
		e.WriteByte('+')
	case n.min == 0 && n.max == 1:
		e.WriteByte('?')
	case n.max == unbounded:
		fmt.Fprintf(e, "{%d,}", n.min)
	default:
		fmt.Fprintf(e, "{%d,%d}", n.min, n.max)
	}
	switch n.mode {
	case lazy:
		e.WriteByte('?')
	case possessive:
		e.WriteByte(')')
	}
}

// body writes what is repeated.
func (e *emitter) body(n *node) {
	switch {
	case n.kind == kindSet || n.kind == kindGroup:
		e.node(n)
	case n.atomic():
		// regexp2 would merge the two loops and forget that the inner one keeps
		// what it took; the empty option prevents that.
		e.WriteString("(?:")
		e.wrapped(n)
		e.WriteString(`(?:\A)?)`)
	default:
		e.enclose("(?:", n)
	}
}

func (e *emitter) set(s set) {
	switch {
	case len(s) == 0 && e.backtrack:
		e.WriteString("(?!)")
	case len(s) == 0:
		e.WriteString(`[^\x{0}-\x{10ffff}]`)
	case len(s) == 1 && s[0] == span{0, unicode.MaxRune}:
		e.WriteString("(?s:.)")
	case len(s) == 1 && s[0].lo == s[0].hi:
		e.rune(s[0].lo)
	default:
		e.WriteByte('[')
		for _, sp := range s {
			e.rune(sp.lo)
			if sp.hi > sp.lo {
				e.WriteByte('-')
				e.rune(sp.hi)
			}
		}
		e.WriteByte(']')
	}
}

func (e *emitter) rune(r rune) {
	if isASCIILetter(r) || isASCIIDigit(r) || r == '_' {
		e.WriteRune(r)
		return
	}
	fmt.Fprintf(e, `\x{%x}`, r)
}

// assertion writes what matches between characters. Go's regexp runs only on
// texts of one line where lines matter.
func (e *emitter) assertion(n *node) string {
	switch {
	case n.kind == kindBegin, n.kind == kindLineBegin && !e.backtrack:
		return `\A`
	case n.kind == kindEnd, n.kind != kindBoundary && !e.backtrack:
		return `\z`
	case n.kind == kindBoundary:
		return e.boundary(n)
	}
	breaks, pair := `[\n\r\x{85}\x{2028}\x{2029}]`, `(?!(?<=\r)\n)`
	if n.unix {
		breaks, pair = `\n`, ""
	}
	switch {
	case n.kind == kindLineBegin:
		// As the JDK: no line starts at the end of the text.
		return `(?:(?!\z)(?:\A|(?<=` + breaks + `)` + pair + `))`
	case n.kind == kindLineEnd:
		return `(?:(?=\z|` + breaks + `)` + pair + `)`
	case n.unix:
		return `(?=\n?\z)`
	}
	return `(?:(?=(?:\r\n|` + breaks + `)?\z)` + pair + `)`
}

func (e *emitter) boundary(n *node) string {
	if !e.backtrack {
		if n.negative {
			return `\B`
		}
		return `\b`
	}
	w := emit(setNode(n.set), 0, true)
	edge := fmt.Sprintf(`(?<=%s)(?!%s)|(?<!%s)(?=%s)`, w, w, w, w)
	if n.negative {
		return "(?!" + edge + ")"
	}
	return "(?:" + edge + ")"
}
