package data

import "strings"

// tokens cuts a text at the delimiters of lists and maps. A delimiter is a token
// of its own; everything up to the next one, blanks included, is another. A
// backslash keeps a delimiter from being one and stays in the token.
type tokens struct {
	text   string
	pos    int
	next   string // the token read ahead
	peeked bool
}

func (t *tokens) hasNext() bool { return t.peeked || t.pos < len(t.text) }

// take returns the next token; there must be one.
func (t *tokens) take() string {
	if !t.peeked {
		t.next = t.cut()
	}
	t.peeked = false
	return t.next
}

// peek returns the next token without the blanks around it; a blank token that is
// not the last is passed over.
func (t *tokens) peek() string {
	if !t.peeked {
		if t.pos >= len(t.text) {
			return ""
		}
		t.next, t.peeked = t.cut(), true
	}
	trimmed := trim(t.next)
	for trimmed == "" && t.pos < len(t.text) {
		t.next = t.cut()
		trimmed = trim(t.next)
	}
	return trimmed
}

// consume passes over the next token if it is want.
func (t *tokens) consume(want string) bool {
	if t.peek() != want || !t.peeked {
		return false
	}
	t.peeked = false
	return true
}

// mark returns the position of the next token, for rewind.
func (t *tokens) mark() int {
	if t.peeked {
		return t.pos - len(t.next)
	}
	return t.pos
}

func (t *tokens) rewind(mark int) { t.pos, t.peeked = mark, false }

// takeText returns the text of the next n tokens, or "" when there are fewer.
func (t *tokens) takeText(n int) string {
	start := t.mark()
	for range n {
		if !t.hasNext() {
			t.rewind(start)
			return ""
		}
		t.take()
	}
	return t.text[start:t.pos]
}

func (t *tokens) cut() string {
	start, escaped := t.pos, false
	for ; t.pos < len(t.text); t.pos++ {
		switch c := t.text[t.pos]; {
		case c == '\\':
			escaped = !escaped
			continue
		case !escaped && isDelimiter(c):
			if start == t.pos {
				t.pos++
			}
			return t.text[start:t.pos]
		}
		escaped = false
	}
	return t.text[start:]
}

func isDelimiter(c byte) bool {
	switch c {
	case ':', ',', '{', '}', '[', ']', '"':
		return true
	}
	return false
}

// trim is String.trim: it removes everything up to U+0020.
func trim(s string) string {
	for len(s) > 0 && s[0] <= ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// unescapeColons undoes what keeps a time in one token.
func unescapeColons(s string) string { return strings.ReplaceAll(s, `\:`, ":") }
