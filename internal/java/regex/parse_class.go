package regex

import "strings"

// class reads a character class from its opening bracket; within intersections
// it starts behind the && and leaves the closing bracket where it is (consume
// false).
//
// bits collects the single characters. As in the JDK they are looked up when the
// class is complete, so that a character after && also counts before it.
func (p *parser) class(consume bool) set { return p.classOf(consume)() }

// lazySet is a set that is known once its class has been read.
type lazySet func() set

func (p *parser) classOf(consume bool) lazySet {
	p.enter()
	defer p.leave()
	c := classReader{p: p}
	ch := p.next()
	if ch == '^' && p.at(p.cursor-1) == '[' {
		c.negative = true
		ch = p.next()
	}
	for c.step(ch) {
		ch = p.peek()
	}
	if consume {
		p.next()
	}
	return c.result()
}

type classReader struct {
	p        *parser
	bits     []set
	pending  bool // bits not yet part of left
	negative bool
	left     lazySet // nil: nothing yet
	last     lazySet // what was added last
}

func (c *classReader) singles() set { return union(c.bits...) }

func (c *classReader) result() lazySet {
	if c.pending {
		c.join(c.singles)
	}
	left := c.left
	if c.negative {
		return func() set { return left().negate() }
	}
	return left
}

// join adds s to what the class holds.
func (c *classReader) join(s lazySet) {
	c.last = s
	if left := c.left; left != nil {
		s2 := s
		s = func() set { return union(left(), s2()) }
	}
	c.left = s
}

// step reads one member; it reports false at the closing bracket.
func (c *classReader) step(ch rune) bool {
	p := c.p
	switch ch {
	case '[':
		c.join(p.classOf(true))
		return true
	case '&':
		if p.next() == '&' {
			c.intersect()
			return true
		}
		p.cursor--
	case 0:
		if p.cursor >= p.end {
			p.fail("Unclosed character class")
		}
	case ']':
		if c.left != nil || c.pending {
			return false
		}
	}
	if s, ok := c.member(); ok {
		c.join(func() set { return s })
	}
	return true
}

// intersect reads what follows &&.
func (c *classReader) intersect() {
	p := c.p
	var right lazySet
	for ch := p.next(); ch != ']' && ch != '&'; ch = p.peek() {
		var more lazySet
		if ch == '[' {
			more = p.classOf(true)
		} else {
			p.cursor--
			more = p.classOf(false)
		}
		if before := right; before != nil {
			more2 := more
			more = func() set { return union(before(), more2()) }
		}
		right = more
	}
	if c.pending {
		last := c.last
		if c.left == nil {
			last = c.singles
		}
		c.join(c.singles)
		c.last, c.pending = last, false
	}
	if right != nil {
		c.last = right
	}
	if c.left == nil {
		if right == nil {
			p.fail("Bad class syntax")
		}
		c.left = right
		return
	}
	left, last := c.left, c.last
	c.left = func() set { return left().intersect(last()) }
}

// member reads a range or an escape; it reports false for a character, which
// goes to the bits.
func (c *classReader) member() (set, bool) {
	p := c.p
	ch := p.peek()
	if ch == '\\' {
		if n := p.at(p.cursor + 1); n == 'p' || n == 'P' {
			p.cursor++
			return p.family(), true
		}
		inRange := p.at(p.cursor+2) == '-'
		r, n := p.escape(true, inRange)
		if n != nil {
			return n.set, true
		}
		ch = r
	} else {
		p.next()
	}
	if p.peek() == '-' {
		if after := p.at(p.cursor + 1); after != '[' && after != ']' {
			return p.rangeFrom(ch), true
		}
	}
	return c.single(ch)
}

// single adds a character to the bits; a few that fold beyond Latin-1 are
// members of their own.
func (c *classReader) single(ch rune) (set, bool) {
	p := c.p
	special := p.has(flagFold) && p.has(flagUnicodeCase) && strings.ContainsRune("\u00ff\u00b5IiSsKk\u00c5\u00e5", ch)
	if ch >= 256 || special {
		return p.literal(ch), true
	}
	c.bits = append(c.bits, p.literal(ch))
	c.pending = true
	return nil, false
}

func (p *parser) rangeFrom(lo rune) set {
	p.next()
	hi := p.peek()
	if hi == '\\' {
		r, n := p.escape(true, true)
		if n != nil {
			r = -1
		}
		hi = r
	} else {
		p.next()
	}
	if hi < lo {
		p.fail("Illegal character range")
	}
	if p.has(flagFold) {
		return foldRange(lo, hi, p.has(flagUnicodeCase))
	}
	return set{{lo, hi}}
}

// family reads \p{…}, \pX or their complement, the cursor being at the p.
func (p *parser) family() set {
	complement := p.at(p.cursor) == 'P'
	oneLetter := p.next() != '{'
	if oneLetter {
		p.cursor--
	}
	p.next()
	name := ""
	if oneLetter {
		name = string(p.at(p.cursor))
		p.read()
	} else {
		name = p.familyName()
	}
	s, ok := p.lookup(name)
	if !ok {
		p.fail("Unknown character property name {" + name + "}")
	}
	if complement {
		return s.negate()
	}
	return s
}

func (p *parser) familyName() string {
	start := p.cursor
	for p.cursor < p.end && p.at(p.cursor) != '}' {
		p.cursor++
	}
	p.cursor++
	if p.cursor > p.end {
		p.fail("Unclosed character family")
	}
	if start+1 >= p.cursor {
		p.fail("Empty character family")
	}
	return string(p.text[start : p.cursor-1])
}

func (p *parser) lookup(name string) (set, bool) {
	fold := p.has(flagFold)
	if key, value, ok := strings.Cut(name, "="); ok {
		return p.lookupPair(strings.ToLower(key), value), true
	}
	if rest, ok := strings.CutPrefix(name, "In"); ok {
		return block(rest)
	}
	if rest, ok := strings.CutPrefix(name, "Is"); ok {
		if s, ok := binaryProperty(rest, fold); ok {
			return s, true
		}
		if s, ok := property(rest, fold); ok {
			return s, true
		}
		return script(rest)
	}
	if p.has(flagUnicodeClass) {
		if s, ok := unicodePosix(name, fold); ok {
			return s, true
		}
	}
	if name == "javaMirrored" {
		p.unsupported(name)
	}
	return property(name, fold)
}

func (p *parser) lookupPair(key, value string) set {
	var s set
	ok := false
	switch key {
	case "sc", "script":
		s, ok = script(value)
	case "blk", "block":
		s, ok = block(value)
	case "gc", "general_category":
		s, ok = property(value, p.has(flagFold))
	}
	if !ok {
		p.fail("Unknown Unicode property {name=<" + key + ">, value=<" + value + ">}")
	}
	return s
}
