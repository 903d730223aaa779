package text

import (
	"errors"
	"strconv"
	"strings"
)

// ParseDouble is Double.parseDouble: white space around the number, decimal and
// hexadecimal notation, a type suffix (d, D, f, F), NaN and Infinity. Errors
// are *NumberFormatError.
func ParseDouble(s string) (float64, error) { return parseFloat(s, 64) }

// ParseFloat is Float.parseFloat; decimal text is rounded to a float once.
func ParseFloat(s string) (float32, error) {
	f, err := parseFloat(s, 32)
	return float32(f), err
}

func parseFloat(s string, bits int) (float64, error) {
	t := strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if t == "" {
		return 0, &NumberFormatError{"empty String"}
	}
	number, ok := floatBody(t)
	if !ok {
		return 0, forInput(t)
	}
	// Out of range is no error in Java: the value becomes infinite or zero.
	f, err := strconv.ParseFloat(number, bits)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, forInput(t)
	}
	return f, nil
}

// floatBody checks t against Java's grammar and returns what strconv is to
// read.
func floatBody(t string) (number string, ok bool) {
	sign, body := "", t
	if t[0] == '+' || t[0] == '-' {
		sign, body = t[:1], t[1:]
	}
	if body == "NaN" {
		return body, true
	}
	if body == "Infinity" {
		return sign + "Inf", true
	}
	if len(body) > 2 && body[0] == '0' && body[1]|0x20 == 'x' {
		return sign + strip(body), floatSyntax(body[2:], hexadecimal, 'p', true)
	}
	return sign + strip(body), floatSyntax(body, decimal, 'e', false)
}

func strip(body string) string {
	if end := len(body) - 1; end > 0 && isSuffix(body[end]) && !isOpenHex(body) {
		return body[:end]
	}
	return body
}

// isOpenHex reports a hexadecimal text without exponent, whose last f or d is
// a digit.
func isOpenHex(body string) bool {
	return len(body) > 1 && body[1]|0x20 == 'x' && !strings.ContainsAny(body, "pP")
}

func isSuffix(c byte) bool {
	c |= 0x20
	return c == 'd' || c == 'f'
}

func decimal(c byte) bool { return c >= '0' && c <= '9' }

func hexadecimal(c byte) bool {
	return decimal(c) || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// floatSyntax checks digits with one point, an exponent after mark and a type
// suffix.
func floatSyntax(s string, isDigit func(byte) bool, mark byte, needExponent bool) bool {
	whole := run(s, isDigit)
	s = s[whole:]
	fraction := 0
	if s != "" && s[0] == '.' {
		fraction = run(s[1:], isDigit)
		s = s[1+fraction:]
	}
	if whole+fraction == 0 {
		return false
	}
	if s != "" && s[0]|0x20 == mark {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n := run(s, decimal)
		if n == 0 {
			return false
		}
		s = s[n:]
	} else if needExponent {
		return false
	}
	return s == "" || len(s) == 1 && isSuffix(s[0])
}

func run(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}
