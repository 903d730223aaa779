package regex

// group reads what starts with an open parenthesis, and its quantifier. It
// returns nil for a change of flags.
func (p *parser) group() *node {
	saved := p.flags
	n := (*node)(nil)
	if p.next() == '?' {
		n = p.special(p.skip())
		if n == nil {
			return nil
		}
	} else {
		n = p.capture("")
	}
	if p.has(flagComments) {
		p.peek()
	}
	p.cursor++
	if p.at(p.cursor-1) != ')' {
		p.fail("Unclosed group")
	}
	p.flags = saved
	return p.repeat(n)
}

// capture reads the inside of the next capturing group.
func (p *parser) capture(name string) *node {
	p.groups++
	n := &node{kind: kindGroup, group: p.groups}
	if name != "" {
		p.names[name] = n.group
	}
	n.subs = []*node{p.choice()}
	return n
}

// special reads a group whose kind stands behind the question mark.
func (p *parser) special(c rune) *node {
	switch c {
	case ':':
		return p.plain()
	case '=', '!':
		return &node{kind: kindLook, negative: c == '!', subs: []*node{p.choice()}}
	case '>':
		return &node{kind: kindAtomic, subs: []*node{p.choice()}}
	case '<':
		return p.behindOrNamed()
	case '$', '@':
		p.fail("Unknown group type")
	}
	p.cursor--
	p.readFlags()
	switch p.read() {
	case ')':
		return nil
	case ':':
		return p.plain()
	}
	p.fail("Unknown inline modifier")
	return nil
}

// plain wraps the choice so that a quantifier applies to all of it.
func (p *parser) plain() *node { return &node{kind: kindSequence, subs: []*node{p.choice()}} }

func (p *parser) behindOrNamed() *node {
	c := p.read()
	if c != '=' && c != '!' {
		name := p.groupName(c)
		if _, taken := p.names[name]; taken {
			p.fail("Named capturing group <" + name + "> is already defined")
		}
		return p.capture(name)
	}
	n := &node{kind: kindLook, behind: true, negative: c == '!', subs: []*node{p.choice()}}
	e := extent{valid: true, deterministic: true}
	n.subs[0].study(&e)
	if !e.valid {
		p.fail("Look-behind group does not have an obvious maximum length")
	}
	return n
}

// groupName reads a name that starts with c, up to its closing bracket.
func (p *parser) groupName(c rune) string {
	if !isASCIILetter(c) {
		p.fail("capturing group name does not start with a Latin letter")
	}
	var name []rune
	for isASCIILetter(c) || isASCIIDigit(c) {
		name = append(name, c)
		c = p.read()
	}
	if c != '>' {
		p.fail("named capturing group is missing trailing '>'")
	}
	return string(name)
}

// readFlags reads letters such as those of (?i-s), up to another character.
func (p *parser) readFlags() {
	on := true
	for {
		c := p.peek()
		f := flagOf(c)
		switch {
		case c == '-' && on:
			on = false
		case f == 0:
			return
		case on:
			p.flags |= f
		default:
			p.flags &^= f
		}
		if c == 'c' {
			p.unsupported("canonical equivalence")
		}
		p.next()
	}
}

func flagOf(c rune) flag {
	switch c {
	case 'i':
		return flagFold
	case 'm':
		return flagMultiline
	case 's':
		return flagDotall
	case 'd':
		return flagUnix
	case 'u':
		return flagUnicodeCase
	case 'c':
		return flagCanonical
	case 'x':
		return flagComments
	case 'U':
		return flagUnicodeClass | flagUnicodeCase
	}
	return 0
}
