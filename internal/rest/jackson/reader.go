package jackson

import (
	"bytes"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/jsontext"
)

// Reader reads one document. It is not safe for concurrent use.
type Reader struct {
	src   []byte
	pos   int
	token Token
	start int    // of the token
	text  string // a field name, or the text of a number
	open  []level
}

// level is an object or array that is not closed yet.
type level struct {
	array bool
	start int
	next  expectation
}

type expectation uint8

const (
	first expectation = iota // an element, or the end
	comma                    // the end, or a comma and an element
	value                    // the value of a field
)

// Read returns a reader that stands on the first token. Of an empty document that
// is None.
func Read(body []byte) (*Reader, error) {
	text, err := jsontext.UTF8(body)
	if err != nil {
		return nil, &Error{Msg: err.Error()}
	}
	r := &Reader{src: bytes.TrimPrefix(text, []byte("\ufeff"))}
	return r, r.Next()
}

// Token returns the token that the reader stands on.
func (r *Reader) Token() Token { return r.token }

// Next goes to the next token.
func (r *Reader) Next() error {
	if err := r.space(); err != nil {
		return err
	}
	if len(r.open) == 0 {
		return r.atRoot()
	}
	if r.pos >= len(r.src) {
		return r.cut()
	}
	at := &r.open[len(r.open)-1]
	if at.next == value {
		at.next = comma
		return r.scanValue()
	}
	if c := r.src[r.pos]; c == '}' || c == ']' {
		return r.close(c)
	}
	return r.element(at)
}

func (r *Reader) atRoot() error {
	if r.pos >= len(r.src) {
		r.token, r.start = None, r.pos
		return nil
	}
	return r.scanValue()
}

// element reads what follows within an object or array.
func (r *Reader) element(at *level) error {
	if at.next == comma {
		if r.src[r.pos] != ',' {
			return r.unexpected(r.pos, "was expecting comma to separate "+at.kind()+" entries")
		}
		r.pos++
		if err := r.between(); err != nil {
			return err
		}
	}
	at.next = comma
	if at.array {
		return r.scanValue()
	}
	return r.name(at)
}

// name reads a field name and its colon.
func (r *Reader) name(at *level) error {
	r.start = r.pos
	if r.src[r.pos] != '"' {
		return r.unexpected(r.pos, "was expecting double-quote to start field name")
	}
	name, end, err := r.scanString(r.pos, "name")
	if err != nil {
		return err
	}
	if len(name) > maxName {
		return exceeds("Name length", len(name), maxName, "getMaxNameLength")
	}
	r.text, r.token, r.pos = name, FieldName, end
	if err := r.between(); err != nil {
		return err
	}
	if r.src[r.pos] != ':' {
		return r.unexpected(r.pos, "was expecting a colon to separate field name and value")
	}
	r.pos++
	at.next = value
	return r.between()
}

// between skips blanks where the document cannot end.
func (r *Reader) between() error {
	if err := r.space(); err != nil {
		return err
	}
	if r.pos < len(r.src) {
		return nil
	}
	return r.fail(r.pos, "Unexpected end-of-input within/between %s entries", r.open[len(r.open)-1].kind())
}

func (l *level) kind() string {
	if l.array {
		return "Array"
	}
	return "Object"
}

func (r *Reader) cut() error {
	at := r.open[len(r.open)-1]
	return r.fail(r.pos, "Unexpected end-of-input: expected close marker for %s (start marker at %s)", at.kind(), r.location(at.start))
}

func (r *Reader) close(c byte) error {
	at := r.open[len(r.open)-1]
	if at.array != (c == ']') {
		want := map[bool]string{true: "]", false: "}"}[at.array]
		return r.fail(r.pos, "Unexpected close marker '%c': expected '%s' (for %s starting at %s)", c, want, at.kind(), r.location(at.start))
	}
	r.open = r.open[:len(r.open)-1]
	r.start = r.pos
	r.pos++
	r.token = EndObject
	if at.array {
		r.token = EndArray
	}
	return nil
}

func (r *Reader) push(array bool) error {
	if len(r.open) == maxDepth {
		return exceeds("Document nesting depth", maxDepth+1, maxDepth, "getMaxNestingDepth")
	}
	r.open = append(r.open, level{array: array, start: r.pos})
	r.token = StartObject
	if array {
		r.token = StartArray
	}
	r.pos++
	return nil
}

// space skips blanks.
func (r *Reader) space() error {
	for ; r.pos < len(r.src); r.pos++ {
		switch c := r.src[r.pos]; {
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
		case c < ' ':
			return r.fail(r.pos, "Illegal character (%s): only regular white space (\\r, \\n, \\t) is allowed between tokens", describe(rune(c)))
		case c == '/':
			return r.unexpected(r.pos, "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)")
		default:
			return nil
		}
	}
	return nil
}

func (r *Reader) unexpected(off int, why string) error {
	c, _ := utf8.DecodeRune(r.src[off:])
	return r.fail(off, "Unexpected character (%s): %s", describe(c), why)
}
