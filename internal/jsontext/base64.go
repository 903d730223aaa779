package jsontext

import (
	"encoding/base64"
	"fmt"
)

// DecodeBase64 decodes as Jackson does: padding is required, white space may stand
// between groups of four, padded groups may be followed by others, and bits that
// are left over are ignored.
func DecodeBase64(s string) ([]byte, error) {
	raw := make([]byte, 0, base64.StdEncoding.DecodedLen(len(s)))
	for {
		for len(s) > 0 && s[0] <= ' ' {
			s = s[1:]
		}
		if s == "" {
			return raw, nil
		}
		if len(s) < 4 {
			return nil, fmt.Errorf("unexpected end of base64 text %q", s)
		}
		var ok bool
		if raw, ok = appendGroup(raw, s[:4]); !ok {
			return nil, fmt.Errorf("invalid base64 text %q", s[:4])
		}
		s = s[4:]
	}
}

// appendGroup appends the bytes of four characters.
func appendGroup(raw []byte, s string) ([]byte, bool) {
	a, b, c, d := base64Digit(s[0]), base64Digit(s[1]), base64Digit(s[2]), base64Digit(s[3])
	switch {
	case a > 63 || b > 63:
		return raw, false
	case s[2] == '=' && s[3] == '=':
		return append(raw, a<<2|b>>4), true
	case c > 63:
		return raw, false
	case s[3] == '=':
		return append(raw, a<<2|b>>4, b<<4|c>>2), true
	case d > 63:
		return raw, false
	}
	return append(raw, a<<2|b>>4, b<<4|c>>2, c<<6|d), true
}

func base64Digit(c byte) byte {
	switch {
	case c >= 'A' && c <= 'Z':
		return c - 'A'
	case c >= 'a' && c <= 'z':
		return c - 'a' + 26
	case c >= '0' && c <= '9':
		return c - '0' + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return 64
}
