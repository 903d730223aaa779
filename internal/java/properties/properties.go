// Package properties reads and writes Java property files byte for byte as the
// JDK does: ISO-8859-1 text, \uXXXX escapes, logical lines continued with a
// backslash. Worker files and the connector files of a standalone worker have
// this format.
//
// Floor 0. Connect: java.util.Properties.
package properties

import (
	"unicode/utf16"
	"unicode/utf8"
)

// EscapeError reports a \u that is not followed by four hexadecimal digits.
type EscapeError struct{}

// Error is the text of Java's IllegalArgumentException.
func (EscapeError) Error() string { return `Malformed \uxxxx encoding.` }

// Entry is one key and its value.
type Entry struct {
	Key, Value string
}

// Parse returns the properties in b; of a key given twice the last value
// counts. The caller bounds the size of b. The only error is
// EscapeError.
func Parse(b []byte) (map[string]string, error) {
	props := map[string]string{}
	err := each(b, func(e Entry) { props[e.Key] = e.Value })
	if err != nil {
		return nil, err
	}
	return props, nil
}

// ParseOrdered returns the properties in the order in which their keys first
// appear, each key once and with its last value.
func ParseOrdered(b []byte) ([]Entry, error) {
	var entries []Entry
	at := map[string]int{}
	err := each(b, func(e Entry) {
		i, seen := at[e.Key]
		if seen {
			entries[i].Value = e.Value
			return
		}
		at[e.Key] = len(entries)
		entries = append(entries, e)
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

func each(b []byte, yield func(Entry)) error {
	lines := lineReader{rest: b}
	for lines.next() {
		key, value := split(lines.line)
		k, err := unescape(key)
		if err != nil {
			return err
		}
		v, err := unescape(value)
		if err != nil {
			return err
		}
		yield(Entry{k, v})
	}
	return nil
}

// split cuts a logical line at its first separator that is not escaped: white
// space, one '=' or ':', and the white space around it.
func split(line []byte) (key, value []byte) {
	end, escaped := 0, false
	for end < len(line) {
		c := line[end]
		if !escaped && (c == '=' || c == ':' || isSpace(c)) {
			break
		}
		escaped = c == '\\' && !escaped
		end++
	}
	rest := trimLeft(line[end:])
	if len(rest) > 0 && (rest[0] == '=' || rest[0] == ':') {
		rest = trimLeft(rest[1:])
	}
	return line[:end], rest
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\f' }

func trimLeft(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	return b
}

// unescape decodes ISO-8859-1 text with backslash escapes to UTF-8.
func unescape(b []byte) (string, error) {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = utf8.AppendRune(out, rune(b[i]))
			continue
		}
		i++
		if i == len(b) {
			break
		}
		if b[i] != 'u' {
			out = utf8.AppendRune(out, control(b[i]))
			continue
		}
		r, n, err := unicodeEscape(b[i-1:])
		if err != nil {
			return "", err
		}
		out = utf8.AppendRune(out, r)
		i += n - 2
	}
	return string(out), nil
}

func control(c byte) rune {
	switch c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	}
	return rune(c)
}

// unicodeEscape decodes the \uXXXX at the start of b, or two of them when they
// are a surrogate pair, and tells how many bytes it read.
func unicodeEscape(b []byte) (r rune, n int, err error) {
	hi, err := unit(b)
	if err != nil || !utf16.IsSurrogate(hi) || len(b) < 12 || b[6] != '\\' || b[7] != 'u' {
		return hi, 6, err
	}
	lo, err := unit(b[6:])
	if err != nil {
		return 0, 0, err
	}
	pair := utf16.DecodeRune(hi, lo)
	if pair == utf8.RuneError {
		return hi, 6, nil
	}
	return pair, 12, nil
}

func unit(b []byte) (rune, error) {
	if len(b) < 6 {
		return 0, EscapeError{}
	}
	var r rune
	for _, c := range b[2:6] {
		d, ok := hexDigit(c)
		if !ok {
			return 0, EscapeError{}
		}
		r = r<<4 | d
	}
	return r, nil
}

func hexDigit(c byte) (rune, bool) {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0'), true
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10, true
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10, true
	}
	return 0, false
}
