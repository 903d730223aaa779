package regex

import "strings"

// unquote rewrites \Q…\E with single escapes, as the JDK does before it parses;
// error positions refer to the result.
func unquote(text []rune) []rune {
	start := strings.Index(string(text), `\Q`)
	if start < 0 {
		return text
	}
	var out []rune
	quoted, first := false, false
	for i := 0; i < len(text); i++ {
		c, next := text[i], rune(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch {
		case !quoted && c == '\\' && next == 'Q':
			quoted, first = true, true
			i++
			continue
		case !quoted && c == '\\' && i+1 < len(text):
			out = append(out, c, next)
			i++
		case quoted && c == '\\' && next == 'E':
			quoted = false
			i++
		case !quoted || c >= 0x80 || isASCIILetter(c):
			out = append(out, c)
		case isASCIIDigit(c) && first:
			// A digit must not go on from an escape before \Q.
			out = append(out, '\\', 'x', '3', c)
		case isASCIIDigit(c):
			out = append(out, c)
		default:
			out = append(out, '\\', c)
		}
		first = false
	}
	return out
}

func (p *parser) at(i int) rune {
	if i < len(p.text) {
		return p.text[i]
	}
	return 0
}

// peek returns the character at the cursor, past white space and comments where
// the flag x says so.
func (p *parser) peek() rune {
	if p.has(flagComments) {
		p.skipComments()
	}
	return p.at(p.cursor)
}

// next moves on by one character and peeks.
func (p *parser) next() rune {
	p.cursor++
	return p.peek()
}

// read returns the character at the cursor and moves behind it.
func (p *parser) read() rune {
	c := p.peek()
	p.cursor++
	return c
}

// skip moves over an escape of two characters and returns the second.
func (p *parser) skip() rune {
	c := p.at(p.cursor + 1)
	p.cursor += 2
	return c
}

func (p *parser) skipComments() {
	for {
		for isSpace(p.at(p.cursor)) {
			p.cursor++
		}
		if p.at(p.cursor) != '#' {
			return
		}
		for p.cursor < p.end && !p.endsLine(p.at(p.cursor)) {
			p.cursor++
		}
	}
}

func isSpace(c rune) bool { return c == ' ' || c >= 9 && c <= 13 }

func (p *parser) endsLine(c rune) bool {
	if p.has(flagUnix) {
		return c == '\n'
	}
	return c == '\n' || c == '\r' || c|1 == '\u2029' || c == '\u0085'
}
