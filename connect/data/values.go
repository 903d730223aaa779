package data

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds how deep lists and maps in a text may be nested; deeper ones are
// plain text. In Java the bound is the stack.
const maxDepth = 500

// ParseString finds out what a text stands for and returns that value and its
// schema: null, a boolean, a number of the smallest type that holds it, a date or
// time, a list [1,2], a map {"a":1}, or else the text itself. It never fails. The
// rules, odd ones included, are those of Connect's Values.parseString: what follows
// a complete number, list or map is ignored, for example.
//
// Both results are nil for the text null. The value may share memory with s.
func ParseString(s string) (*Schema, any) {
	if s == "" {
		return StringSchema, s
	}
	switch first := s[0]; {
	case first == 'n' || first == 't' || first == 'f':
		if schema, v, ok := literal(trim(s)); ok {
			return schema, v
		}
		return StringSchema, s
	case isASCIIDigit(first) || first == '-' || first == '+':
		if n, ok := shortInteger(s); ok {
			return smallest(n)
		}
	case first > ' ' && first < utf8.RuneSelf && first != '[' && first != '{':
		return StringSchema, s
	}
	p := parser{tokens: tokens{text: s}}
	parsed, err := p.parse(false)
	if err != nil {
		return StringSchema, s
	}
	return parsed.schema, parsed.value
}

func literal(token string) (schema *Schema, v any, ok bool) {
	switch token {
	case "null":
		return nil, nil, true
	case "true":
		return BooleanSchema, true, true
	case "false":
		return BooleanSchema, false, true
	}
	return nil, nil, false
}

// parsed is a value found in a text; without schema it is null.
type parsed struct {
	schema *Schema
	value  any
}

// parser reads one text.
type parser struct {
	tokens
	depth int
}

// The reasons for which a list or map is plain text. Nobody sees them.
var (
	errElement   = errors.New("not a value")
	errSeparator = errors.New("separator is missing")
	errEmpty     = errors.New("element is empty")
	errOpen      = errors.New("end is missing")
	errNullKey   = errors.New("key is null")
	errDeep      = errors.New("nested too deeply")
)

// parse reads the next value: the whole text, or a part of a list or map.
func (p *parser) parse(embedded bool) (parsed, error) {
	if !p.hasNext() {
		return parsed{}, nil
	}
	if embedded && p.consume(`"`) {
		return p.quoted(), nil
	}
	start := p.mark()
	token := p.peek()
	if s, v, ok := literal(token); ok {
		p.peeked = false
		if embedded || !p.hasNext() {
			return parsed{s, v}, nil
		}
		p.peeked = true
	}
	if token == "[" || token == "{" {
		p.peeked = false
		if v, err := p.collection(token); err == nil {
			return v, nil
		}
		p.rewind(start)
	}
	return p.scalar(embedded)
}

// collection reads a list or map whose first token was read.
func (p *parser) collection(begin string) (parsed, error) {
	if p.depth++; p.depth > maxDepth {
		return parsed{}, errDeep
	}
	defer func() { p.depth-- }()
	if begin == "[" {
		return p.list()
	}
	return p.mapping()
}

// scalar reads what is neither literal nor list nor map.
func (p *parser) scalar(embedded bool) (parsed, error) {
	token := p.take()
	trimmed := trim(token)
	if trimmed == "" {
		return parsed{StringSchema, token}, nil
	}
	digit := startsWithDigit(trimmed)
	if digit {
		if v, ok := p.temporal(trimmed); ok {
			return v, nil
		}
	}
	if digit || trimmed[0] == '+' || trimmed[0] == '-' {
		if s, v, ok := parseNumber(trimmed); ok {
			return parsed{s, v}, nil
		}
	}
	if embedded {
		return parsed{}, errElement
	}
	return parsed{StringSchema, p.text}, nil
}

// startsWithDigit looks at one char as Java does: digits beyond U+FFFF are none.
func startsWithDigit(s string) bool {
	if s[0] < utf8.RuneSelf {
		return isASCIIDigit(s[0])
	}
	r, _ := utf8.DecodeRuneInString(s)
	return r <= 0xFFFF && unicode.IsDigit(r)
}

func isASCIIDigit(c byte) bool { return c >= '0' && c <= '9' }

// temporal tries a date or time: in this token and the next four, because the
// colons of a time are delimiters, then in this one.
func (p *parser) temporal(token string) (parsed, bool) {
	start := p.mark()
	if rest := p.takeText(4); rest != "" && len(token)+len(rest) <= maxTemporalText {
		if v, ok := parseTemporal(token + rest); ok {
			return v, true
		}
	}
	p.rewind(start)
	return parseTemporal(token)
}

// quoted reads up to the closing quote. Blank tokens are lost, as in Java.
func (p *parser) quoted() parsed {
	var parts []string
	for p.hasNext() && !p.consume(`"`) {
		parts = append(parts, p.take())
	}
	content := strings.Join(parts, "")
	if v, ok := parseTemporal(content); ok {
		return v
	}
	return parsed{StringSchema, content}
}

// list reads the elements of a list and its end.
func (p *parser) list() (parsed, error) {
	var common merger
	values := []any{}
	for p.hasNext() {
		if p.consume("]") {
			return alignList(common, values)
		}
		if p.consume(",") {
			return parsed{}, errEmpty
		}
		element, err := p.parse(true)
		if err != nil {
			return parsed{}, err
		}
		values = append(values, element.value)
		common.merge(element.schema)
		if p.peek() != "]" && !p.consume(",") {
			return parsed{}, errSeparator
		}
	}
	return parsed{}, errOpen
}

// mapping reads the entries of a map and its end. Commas are optional.
func (p *parser) mapping() (parsed, error) {
	var keys, values merger
	var m keyed
	for p.hasNext() {
		if p.consume("}") {
			return alignMap(keys, values, m.done())
		}
		if p.consume(",") {
			return parsed{}, errEmpty
		}
		key, err := p.parse(true)
		if err != nil {
			return parsed{}, err
		}
		if key.value == nil {
			return parsed{}, errNullKey
		}
		if !p.consume(":") {
			return parsed{}, errSeparator
		}
		value, err := p.parse(true)
		if err != nil {
			return parsed{}, err
		}
		m.put(key.value, value.value)
		p.consume(",")
		keys.merge(key.schema)
		values.merge(value.schema)
	}
	return parsed{}, errOpen
}
