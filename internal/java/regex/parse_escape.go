package regex

import "strings"

// escape reads the escape at the cursor. It returns a character, or a node for
// an escape that stands for something else. Within a class only sets and
// characters are allowed; inRange tells that a range goes on from here, where
// \v is the vertical tab.
func (p *parser) escape(inClass, inRange bool) (rune, *node) {
	c := p.skip()
	switch c {
	case '0':
		return p.octal(), nil
	case 'a':
		return 7, nil
	case 'c':
		return p.control(), nil
	case 'e':
		return 0x1b, nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return p.unicodeEscape(), nil
	case 'x':
		return p.hexadecimal(), nil
	case 'N':
		p.namedCharacter()
	}
	if c == 'v' && inRange {
		return '\v', nil
	}
	if s, ok := p.predefined(c); ok {
		return 0, p.setNode(s)
	}
	if !isASCIILetter(c) && (c < '1' || c > '9') {
		return c, nil
	}
	if !inClass {
		if n := p.assertion(c); n != nil {
			return 0, n
		}
	}
	p.fail("Illegal/unsupported escape sequence")
	return 0, nil
}

// predefined finds \d, \w, \s, \h, \v and their complements.
func (p *parser) predefined(c rune) (set, bool) {
	var s set
	wide := p.has(flagUnicodeClass)
	switch c | 0x20 {
	case 'd':
		s, _ = property("Digit", false)
		if wide {
			s, _ = binaryProperty("DIGIT", false)
		}
	case 'w':
		s = p.wordSet()
	case 's':
		s, _ = property("Space", false)
		if wide {
			s = whiteSpace()
		}
	case 'h':
		s = union(chars(" \t\u00a0\u1680\u180e\u202f\u205f\u3000"), set{{0x2000, 0x200a}})
	case 'v':
		s = chars("\n\v\f\r\u0085\u2028\u2029")
	default:
		return nil, false
	}
	if !isASCIILetter(c) {
		return nil, false
	}
	if c&0x20 == 0 {
		return s.negate(), true
	}
	return s, true
}

func (p *parser) wordSet() set {
	if p.has(flagUnicodeClass) {
		return word()
	}
	return set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
}

// assertion builds the node of an escape that is no set, or nil.
func (p *parser) assertion(c rune) *node {
	switch c {
	case 'A', 'G':
		// \G is where the last match ended: the start of a first search.
		return &node{kind: kindBegin}
	case 'Z':
		return &node{kind: kindLastEnd, unix: p.has(flagUnix)}
	case 'z':
		return &node{kind: kindEnd}
	case 'b', 'B':
		if c == 'b' && strings.HasPrefix(string(p.text[min(p.cursor, p.end):min(p.cursor+3, p.end)]), "{g}") {
			p.unsupported(`\b{g}`)
		}
		return &node{kind: kindBoundary, negative: c == 'B', set: p.wordSet(), wide: p.has(flagUnicodeClass)}
	case 'R':
		return &node{kind: kindBreak}
	case 'X':
		return &node{kind: kindCluster}
	case 'k':
		return p.namedBack()
	}
	if isASCIIDigit(c) {
		return p.numberedBack(int(c - '0'))
	}
	return nil
}

func (p *parser) namedBack() *node {
	if p.read() != '<' {
		p.fail(`\k is not followed by '<' for named capturing group`)
	}
	name := p.groupName(p.read())
	group, ok := p.names[name]
	if !ok {
		p.fail("named capturing group <" + name + "> does not exist")
	}
	return p.back(group)
}

// numberedBack takes further digits as long as such a group has been opened.
func (p *parser) numberedBack(group int) *node {
	for isASCIIDigit(p.peek()) {
		longer := group*10 + int(p.peek()-'0')
		if longer > p.groups {
			break
		}
		group = longer
		p.read()
	}
	return p.back(group)
}

func (p *parser) back(group int) *node {
	return &node{kind: kindBack, group: group, fold: p.has(flagFold)}
}

func (p *parser) octal() rune {
	v, digits := rune(0), 0
	for digits < 3 {
		c := p.read()
		if c < '0' || c > '7' || v > 31 {
			if digits == 0 {
				p.fail("Illegal octal escape sequence")
			}
			p.cursor--
			break
		}
		v = v*8 + c - '0'
		digits++
	}
	return v
}

func (p *parser) hexadecimal() rune {
	c := p.read()
	if d, ok := hexDigit(c); ok {
		if e, ok := hexDigit(p.read()); ok {
			return d<<4 | e
		}
		p.fail("Illegal hexadecimal escape sequence")
	}
	if _, ok := hexDigit(p.peek()); c != '{' || !ok {
		p.fail("Illegal hexadecimal escape sequence")
	}
	v := rune(0)
	for {
		c = p.read()
		d, ok := hexDigit(c)
		if !ok {
			break
		}
		v = v<<4 | d
		if v > 0x10ffff {
			p.fail("Hexadecimal codepoint is too big")
		}
	}
	if c != '}' {
		p.fail("Unclosed hexadecimal escape sequence")
	}
	return v
}

func hexDigit(c rune) (rune, bool) {
	switch {
	case isASCIIDigit(c):
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// unicodeEscape reads \uXXXX, or two of them that make a surrogate pair.
func (p *parser) unicodeEscape() rune {
	hi := p.unit()
	if hi < 0xd800 || hi > 0xdbff || p.read() != '\\' || p.read() != 'u' {
		return hi
	}
	lo := p.unit()
	return (hi-0xd800)<<10 + (lo - 0xdc00) + 0x10000
}

func (p *parser) unit() rune {
	v := rune(0)
	for range 4 {
		d, ok := hexDigit(p.read())
		if !ok {
			p.fail("Illegal Unicode escape sequence")
		}
		v = v<<4 | d
	}
	return v
}

func (p *parser) control() rune {
	if p.cursor >= p.end {
		p.fail("Illegal control escape sequence")
	}
	return p.read() ^ 64
}

func (p *parser) namedCharacter() {
	if p.read() != '{' {
		p.fail("Illegal character name escape sequence")
	}
	for p.read() != '}' {
		if p.cursor >= p.end {
			p.fail("Unclosed character name escape sequence")
		}
	}
	p.unsupported(`\N{name}`)
}
