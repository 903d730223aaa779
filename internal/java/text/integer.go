package text

import (
	"math"
	"unicode"
)

// NumberFormatError is java.lang.NumberFormatException.
type NumberFormatError struct {
	Message string // as Java's; empty where Java's is null
}

// Error returns Java's text.
func (e *NumberFormatError) Error() string {
	if e.Message == "" {
		return "not a number"
	}
	return e.Message
}

func forInput(s string) error {
	return &NumberFormatError{"For input string: \"" + s + "\""}
}

// ParseInt is Integer.parseInt: an optional '+' or '-', then decimal digits of
// any script. Errors are *NumberFormatError.
func ParseInt(s string) (int32, error) {
	v, ok := integer(s, math.MinInt32, math.MaxInt32)
	if !ok {
		return 0, forInput(s)
	}
	return int32(v), nil
}

// ParseLong is Long.parseLong. Errors are *NumberFormatError.
func ParseLong(s string) (int64, error) {
	v, ok := integer(s, math.MinInt64, math.MaxInt64)
	if !ok {
		return 0, forInput(s)
	}
	return v, nil
}

// ParseShort is Short.parseShort. Errors are *NumberFormatError.
func ParseShort(s string) (int16, error) {
	v, err := narrowInt(s, math.MinInt16, math.MaxInt16)
	return int16(v), err
}

// ParseByte is Byte.parseByte. Errors are *NumberFormatError.
func ParseByte(s string) (int8, error) {
	v, err := narrowInt(s, math.MinInt8, math.MaxInt8)
	return int8(v), err
}

func narrowInt(s string, lo, hi int32) (int32, error) {
	v, err := ParseInt(s)
	if err != nil {
		return 0, err
	}
	if v < lo || v > hi {
		return 0, &NumberFormatError{"Value out of range. Value:\"" + s + "\" Radix:10"}
	}
	return v, nil
}

// integer reads a decimal integer within [lo, hi].
func integer(s string, lo, hi int64) (int64, bool) {
	body, negative := s, false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		body, negative = s[1:], s[0] == '-'
	}
	if body == "" {
		return 0, false
	}
	limit := uint64(hi)
	if negative {
		limit = uint64(-(lo + 1)) + 1
	}
	var v uint64
	for _, r := range body {
		d, ok := digit(r)
		if !ok || v > (limit-uint64(d))/10 {
			return 0, false
		}
		v = v*10 + uint64(d)
	}
	if negative {
		return int64(-v), true
	}
	return int64(v), true
}

// digit is Character.digit(char, 10): the value of a decimal digit of any
// script within the basic plane.
func digit(r rune) (int, bool) {
	if r < 0x80 {
		return int(r - '0'), r >= '0' && r <= '9'
	}
	if r > 0xffff || !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	// Digits come in runs of ten, and no run touches a foreign one.
	zero := r
	for unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return int(r-zero) % 10, true
}
