package jackson

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const kinds = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

// scanValue reads the first token of a value. The content of a string is looked at
// only when it is asked for.
func (r *Reader) scanValue() error {
	r.start = r.pos
	switch c := r.src[r.pos]; {
	case c == '{' || c == '[':
		return r.push(c == '[')
	case c == '"':
		r.token = String
		return r.skipString()
	case c == '-' || '0' <= c && c <= '9':
		return r.scanNumber()
	case c == '}' || c == ',' || c == ']' && r.inArray():
		return r.unexpected(r.pos, "expected a value")
	case c == '+':
		return r.fail(r.pos, "Unexpected character (%s) in numeric value: JSON spec does not allow numbers to have plus signs: "+
			"enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow", describe('+'))
	}
	return r.scanWord()
}

func (r *Reader) inArray() bool { return len(r.open) > 0 && r.open[len(r.open)-1].array }

// scanWord reads a literal.
func (r *Reader) scanWord() error {
	end := r.pos
	for end < len(r.src) {
		c, n := utf8.DecodeRune(r.src[end:])
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' && c != '$' {
			break
		}
		end += n
	}
	word := string(r.src[r.pos:end])
	switch word {
	case "":
		return r.unexpected(r.pos, "expected a valid value "+kinds)
	case "true":
		r.token = True
	case "false":
		r.token = False
	case "null":
		r.token = Null
	case "NaN", "Infinity":
		return r.fail(end, "Non-standard token '%s': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow", word)
	default:
		return r.fail(r.pos, "Unrecognized token '%s': was expecting %s", clip(word), kinds)
	}
	r.text, r.pos = word, end
	return nil
}

// clip bounds what an error repeats, as the library does.
func clip(word string) string {
	const limit = 256
	if len(word) <= limit {
		return word
	}
	return word[:limit] + "..."
}

func (r *Reader) scanNumber() error {
	i := r.pos
	if r.src[i] == '-' {
		i++
	}
	whole := r.digits(i)
	switch {
	case whole == i:
		return r.notDigit(i, "expected digit (0-9) to follow minus sign, for valid numeric value")
	case r.src[i] == '0' && whole > i+1:
		return r.fail(i+1, "Invalid numeric value: Leading zeroes not allowed")
	}
	end, kind := whole, Integer
	if end < len(r.src) && r.src[end] == '.' {
		kind = Float
		if end = r.digits(end + 1); end == whole+1 {
			return r.notDigit(end, "Decimal point not followed by a digit")
		}
	}
	if end < len(r.src) && (r.src[end] == 'e' || r.src[end] == 'E') {
		kind = Float
		i = end + 1
		if i < len(r.src) && (r.src[i] == '+' || r.src[i] == '-') {
			i++
		}
		if end = r.digits(i); end == i {
			return r.notDigit(end, "Exponent indicator not followed by a digit")
		}
	}
	return r.endNumber(end, kind)
}

func (r *Reader) endNumber(end int, kind Token) error {
	if n := end - r.pos; n > maxNumber {
		return exceeds("Number value length", n, maxNumber, "getMaxNumberLength")
	}
	if len(r.open) == 0 && end < len(r.src) && !strings.ContainsRune(" \t\r\n", rune(r.src[end])) {
		return r.unexpected(end, "Expected space separating root-level values")
	}
	r.token, r.text, r.pos = kind, string(r.src[r.pos:end]), end
	return nil
}

func (r *Reader) digits(i int) int {
	for i < len(r.src) && '0' <= r.src[i] && r.src[i] <= '9' {
		i++
	}
	return i
}

func (r *Reader) notDigit(off int, why string) error {
	if off >= len(r.src) {
		return r.fail(off, "Unexpected end-of-input in numeric value")
	}
	c, _ := utf8.DecodeRune(r.src[off:])
	return r.fail(off, "Unexpected character (%s) in numeric value: %s", describe(c), why)
}

// skipString goes behind a string value without reading it.
func (r *Reader) skipString() error {
	for i := r.pos + 1; i < len(r.src); i++ {
		switch r.src[i] {
		case '\\':
			i++
		case '"':
			r.pos = i + 1
			return nil
		}
	}
	r.pos = len(r.src)
	return nil
}

// scanString returns the content of the string that begins at i, and its end. what
// is "name" or "string value".
func (r *Reader) scanString(i int, what string) (string, int, error) {
	var b strings.Builder
	for i++; i < len(r.src); {
		c := r.src[i]
		switch {
		case c == '"':
			return b.String(), i + 1, nil
		case c == '\\':
			u, end, err := r.escape(i + 1)
			if err != nil {
				return "", 0, err
			}
			b.WriteRune(u)
			i = end
		case c < ' ':
			return "", 0, r.fail(i, "Illegal unquoted character (%s): has to be escaped using backslash to be included in %s", describe(rune(c)), what)
		case c < utf8.RuneSelf:
			b.WriteByte(c)
			i++
		default:
			u, n := utf8.DecodeRune(r.src[i:])
			if u == utf8.RuneError && n == 1 {
				return "", 0, r.badUTF8(i)
			}
			b.WriteRune(u)
			i += n
		}
	}
	if what == "name" {
		return "", 0, r.fail(i, "Unexpected end-of-input: was expecting closing '\"' for name")
	}
	return "", 0, r.fail(i, "Unexpected end-of-input: was expecting closing quote for a string value")
}

func (r *Reader) badUTF8(i int) error {
	c := r.src[i]
	if i+1 >= len(r.src) {
		return r.fail(i, "Unexpected end-of-input in a multi-byte character")
	}
	if c < 0xc2 || c > 0xf4 {
		return r.fail(i, "Invalid UTF-8 start byte 0x%x", c)
	}
	for k := i + 1; k < len(r.src); k++ {
		if r.src[k]&0xc0 != 0x80 {
			return r.fail(k, "Invalid UTF-8 middle byte 0x%x", r.src[k])
		}
	}
	return r.fail(i, "Invalid UTF-8 middle byte 0x%x", r.src[i+1])
}

// escape reads what follows a backslash. A surrogate without its partner becomes
// U+FFFD.
func (r *Reader) escape(i int) (rune, int, error) {
	if i >= len(r.src) {
		return 0, 0, r.fail(i, "Unexpected end-of-input in character escape sequence")
	}
	c, n := utf8.DecodeRune(r.src[i:])
	if at := strings.IndexRune(`"\/bfnrt`, c); at >= 0 {
		return []rune("\"\\/\b\f\n\r\t")[at], i + 1, nil
	}
	if c != 'u' {
		return 0, 0, r.fail(i, "Unrecognized character escape %s", describe(c))
	}
	u, end, err := r.hex(i + n)
	if err != nil || u < 0xd800 || u > 0xdbff || end+1 >= len(r.src) || r.src[end] != '\\' || r.src[end+1] != 'u' {
		return u, end, err
	}
	low, last, err := r.hex(end + 2)
	if err != nil || low < 0xdc00 || low > 0xdfff {
		return utf8.RuneError, end, err
	}
	return (u-0xd800)<<10 | (low - 0xdc00) + 0x10000, last, nil
}

func (r *Reader) hex(i int) (rune, int, error) {
	for k := i; k < i+4; k++ {
		if k >= len(r.src) {
			return 0, 0, r.fail(k, "Unexpected end-of-input in character escape sequence")
		}
		if !strings.ContainsRune("0123456789abcdefABCDEF", rune(r.src[k])) {
			return 0, 0, r.unexpected(k, "expected a hex-digit for character escape sequence")
		}
	}
	u, err := strconv.ParseUint(string(r.src[i:i+4]), 16, 32)
	return rune(u), i + 4, err
}

// describe names a character as errors do.
func describe(c rune) string {
	switch {
	case unicode.IsControl(c):
		return fmt.Sprintf("(CTRL-CHAR, code %d)", c)
	case c > 255:
		return fmt.Sprintf("'%c' (code %d / 0x%x)", c, c, c)
	}
	return fmt.Sprintf("'%c' (code %d)", c, c)
}
