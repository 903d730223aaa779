package regex

import "math"

type flag int

const (
	flagFold flag = 1 << iota
	flagMultiline
	flagDotall
	flagUnix
	flagUnicodeCase
	flagCanonical
	flagComments
	flagUnicodeClass
)

const (
	maxPattern = 1 << 16 // code points
	maxDepth   = 500     // nested groups and classes
	maxSpans   = 1 << 18 // ranges of characters in all classes together
)

// parser reads a pattern. Its cursor moves as that of the JDK, because the error
// texts tell where it stood: text has two zeros at its end, errors are reported
// at the position before the cursor.
type parser struct {
	pattern string
	text    []rune
	end     int // of the pattern within text
	cursor  int
	flags   flag
	groups  int
	names   map[string]int
	depth   int
	spans   int
}

// stop carries an error out of the recursive descent; parse recovers it.
type stop struct{ err error }

func parse(pattern string) (root *node, p *parser, err error) {
	p = &parser{pattern: pattern, text: []rune(pattern), names: map[string]int{}}
	if len(p.text) > maxPattern {
		return nil, nil, &UnsupportedError{"a pattern of more than 65536 characters"}
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stop:
			err = r.err
		default:
			panic(r)
		}
	}()
	p.text = unquote(p.text)
	p.end = len(p.text)
	p.text = append(p.text, 0, 0)
	root = p.choice()
	if p.cursor != p.end {
		if p.peek() == ')' {
			p.fail("Unmatched closing ')'")
		}
		p.fail("Unexpected internal error")
	}
	return root, p, nil
}

func (p *parser) fail(description string) {
	panic(stop{&SyntaxError{Description: description, Index: p.cursor - 1, Pattern: p.pattern}})
}

func (p *parser) unsupported(construct string) { panic(stop{&UnsupportedError{construct}}) }

func (p *parser) has(f flag) bool { return p.flags&f != 0 }

// setNode builds a node and guards the size of the pattern.
func (p *parser) setNode(s set) *node {
	p.spans += len(s)
	if p.spans > maxSpans {
		p.unsupported("a pattern with so many character ranges")
	}
	return setNode(s)
}

// enter guards the recursion.
func (p *parser) enter() {
	p.depth++
	if p.depth > maxDepth {
		p.unsupported("nesting deeper than 500")
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) choice() *node {
	p.enter()
	defer p.leave()
	first := p.branch()
	if p.peek() != '|' {
		return first
	}
	all := []*node{first}
	for p.peek() == '|' {
		p.next()
		all = append(all, p.branch())
	}
	return &node{kind: kindChoice, subs: all}
}

func (p *parser) branch() *node {
	var all []*node
	for {
		n, more := p.part()
		if n != nil {
			all = append(all, n)
		}
		if !more {
			return sequence(all...)
		}
	}
}

// part reads one part with its quantifier. It returns no node for a change of
// flags.
func (p *parser) part() (n *node, more bool) {
	switch c := p.peek(); c {
	case '(':
		return p.group(), true
	case '|', ')':
		return nil, false
	case '[':
		return p.repeat(p.setNode(p.class(true))), true
	case '^':
		p.next()
		return p.repeat(p.caret()), true
	case '$':
		p.next()
		return p.repeat(p.dollar()), true
	case '.':
		p.next()
		return p.repeat(p.setNode(p.dot())), true
	case '?', '*', '+':
		p.next()
		p.fail("Dangling meta character '" + string(c) + "'")
	case 0:
		if p.cursor >= p.end {
			return nil, false
		}
	}
	return p.repeat(p.atom()), true
}

func (p *parser) caret() *node {
	if p.has(flagMultiline) {
		return &node{kind: kindLineBegin, unix: p.has(flagUnix)}
	}
	return &node{kind: kindBegin}
}

func (p *parser) dollar() *node {
	if p.has(flagMultiline) {
		return &node{kind: kindLineEnd, unix: p.has(flagUnix)}
	}
	return &node{kind: kindLastEnd, unix: p.has(flagUnix)}
}

func (p *parser) dot() set {
	switch {
	case p.has(flagDotall):
		return anything()
	case p.has(flagUnix):
		return one('\n').negate()
	}
	return chars("\n\r\u0085\u2028\u2029").negate()
}

func (p *parser) atom() *node {
	c := p.peek()
	if c == '{' {
		return sequence()
	}
	if c != '\\' {
		p.next()
		return p.setNode(p.literal(c))
	}
	if n := p.at(p.cursor + 1); n == 'p' || n == 'P' {
		p.cursor++
		return p.setNode(p.family())
	}
	c, n := p.escape(false, false)
	if n != nil {
		return n
	}
	return p.setNode(p.literal(c))
}

func (p *parser) literal(c rune) set {
	if p.has(flagFold) {
		return foldOne(c, p.has(flagUnicodeCase))
	}
	return one(c)
}

// repeat applies the quantifier at the cursor to n.
func (p *parser) repeat(n *node) *node {
	r := &node{kind: kindRepeat, subs: []*node{n}, max: unbounded}
	switch p.peek() {
	case '?':
		r.max = 1
		p.next()
	case '*':
		p.next()
	case '+':
		r.min = 1
		p.next()
	case '{':
		r.min, r.max = p.counts()
	default:
		return n
	}
	if keepsBreaks(n, r.max) {
		r.subs[0] = &node{kind: kindAtomic, subs: []*node{n}}
	}
	switch p.peek() {
	case '?':
		p.next()
		r.mode = lazy
	case '+':
		p.next()
		r.mode = possessive
	}
	return r
}

// keepsBreaks: as the JDK, a repeated \R does not give the \n of a \r\n back.
func keepsBreaks(n *node, most int) bool {
	if n.kind == kindBreak {
		return true
	}
	e := extent{valid: true, deterministic: true}
	n.study(&e)
	return most > 1 && e.deterministic && n.isGroup() && n.any(func(m *node) bool { return m.kind == kindBreak })
}

func (p *parser) counts() (lo, hi int) {
	c := p.skip()
	if !isASCIIDigit(c) {
		p.fail("Illegal repetition")
	}
	lo, c = p.count(c)
	hi = lo
	if c == ',' {
		c = p.read()
		hi = unbounded
		if c != '}' {
			hi, c = p.count(c)
		}
	}
	if c != '}' {
		p.fail("Unclosed counted closure")
	}
	if hi < lo {
		p.fail("Illegal repetition range")
	}
	return lo, hi
}

func (p *parser) count(c rune) (v int, next rune) {
	for isASCIIDigit(c) {
		v = v*10 + int(c-'0')
		if v > math.MaxInt32 {
			p.fail("Illegal repetition range")
		}
		c = p.read()
	}
	return v, c
}
