package jsontext

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of w that end a run of plain ASCII within a string:
// quotes, backslashes, control characters and everything above 0x7f. Only the
// lowest mark is reliable.
func special(w uint64) uint64 {
	quote, slash := w^(ones*'"'), w^(ones*'\\')
	return ((w-ones*' ')&^w | (quote-ones)&^quote | (slash-ones)&^slash | w) & highs
}

// ScanString checks the string whose opening quote is at i and returns the
// position after its closing quote.
func ScanString(src []byte, i int) (end int, f Flags, err error) {
	start := i
	i++
	for i+8 <= len(src) {
		m := special(binary.LittleEndian.Uint64(src[i:]))
		if m == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(m) >> 3
		if src[i] == '"' {
			if i-start > maxString {
				return i, 0, fail(start, "string too long")
			}
			return i + 1, 0, nil
		}
		break
	}
	return scanRest(src, i, start)
}

// scanRest is ScanString from a place on where something else than plain ASCII
// may stand.
func scanRest(src []byte, i, start int) (end int, f Flags, err error) {
	for i < len(src) {
		c := src[i]
		switch {
		case c == '"':
			if i-start > maxString {
				return i, 0, fail(start, "string too long")
			}
			return i + 1, f, nil
		case c == '\\':
			n, g := scanEscape(src[i:])
			if n == 0 {
				return i, 0, unexpected(src, i, "in an escape sequence")
			}
			i, f = i+n, f|g|Escaped
		case c < ' ':
			return i, 0, unexpected(src, i, "in a string")
		case c < 0x80:
			i++
		default:
			n, g := scanMultibyte(src[i:])
			if n == 0 {
				return i, 0, fail(i, "invalid UTF-8")
			}
			i, f = i+n, f|g
		}
	}
	return i, 0, unexpected(src, i, "in a string")
}

// scanEscape returns the length of the escape sequence at the start of s, 0 when
// it is none.
func scanEscape(s []byte) (n int, f Flags) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', 'b', 'f', 'n', 'r', 't':
		return 2, 0
	case '/':
		return 2, Rewrite
	case 'u':
		u, ok := hex4(s[2:])
		if !ok {
			return 0, 0
		}
		if !escapesUnit(u) || !upper(s[2:6]) {
			f = Rewrite
		}
		return 6, f
	}
	return 0, 0
}

// escapesUnit tells whether Jackson writes a UTF-16 unit as \uXXXX.
func escapesUnit(u rune) bool {
	return isSurrogate(u) || u < ' ' && short[u] == 0
}

func isSurrogate(r rune) bool { return r >= 0xd800 && r <= 0xdfff }

func upper(hex []byte) bool {
	for _, c := range hex {
		if c >= 'a' {
			return false
		}
	}
	return true
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var u rune
	for _, c := range s[:4] {
		switch {
		case c >= '0' && c <= '9':
			u = u<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			u = u<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return u, true
}

// scanMultibyte returns the length of the character of several bytes at the
// start of s, 0 when Jackson refuses it. It accepts longer forms than necessary,
// which Escaped reports.
func scanMultibyte(s []byte) (n int, f Flags) {
	r, size := utf8.DecodeRune(s)
	if size > 1 {
		if r > 0xffff {
			return size, Rewrite
		}
		return size, 0
	}
	switch c := s[0]; {
	case c >= 0xc0 && c < 0xe0:
		n = 2
	case c >= 0xe0 && c < 0xf0:
		n = 3
	case c >= 0xf0 && c < 0xf8:
		n = 4
	default:
		return 0, 0
	}
	if len(s) < n {
		return 0, 0
	}
	for _, c := range s[1:n] {
		if c&0xc0 != 0x80 {
			return 0, 0
		}
	}
	if n == 3 && s[0] == 0xed && s[1] >= 0xa0 {
		return 0, 0
	}
	return n, Rewrite | Escaped
}

// StringAt returns the content of a checked string whose text, quotes included,
// is quoted. Without escapes it shares the memory of quoted.
func StringAt(quoted []byte, f Flags) string {
	if body := quoted[1 : len(quoted)-1]; f&Escaped == 0 {
		return unsafe.String(unsafe.SliceData(body), len(body))
	}
	return string(AppendUnquoted(make([]byte, 0, len(quoted)), quoted))
}

// AppendUnquoted appends the content of a checked string, given with its quotes.
func AppendUnquoted(dst, quoted []byte) []byte {
	s := quoted[1 : len(quoted)-1]
	for len(s) > 0 {
		n := 0
		for n < len(s) && s[n] != '\\' && s[n] < 0x80 {
			n++
		}
		dst = append(dst, s[:n]...)
		if s = s[n:]; len(s) == 0 {
			break
		}
		var r rune
		if s[0] == '\\' {
			r, n = unescape(s)
		} else {
			r, n = decodeRune(s)
		}
		dst = appendRune(dst, r)
		s = s[n:]
	}
	return dst
}

// unescape returns the character that the escape sequence at the start of s
// stands for; two that make a surrogate pair are one.
func unescape(s []byte) (r rune, n int) {
	switch s[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
	default:
		return rune(s[1]), 2
	}
	hi, _ := hex4(s[2:])
	if hi >= 0xd800 && hi < 0xdc00 && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if lo, _ := hex4(s[8:]); lo >= 0xdc00 && lo < 0xe000 {
			return (hi-0xd800)<<10 + (lo - 0xdc00) + 0x10000, 12
		}
	}
	return hi, 6
}

// decodeRune decodes a checked character of several bytes, surrogates and forms
// that are longer than necessary included.
func decodeRune(s []byte) (r rune, n int) {
	if r, n = utf8.DecodeRune(s); n > 1 {
		return r, n
	}
	tail := func(i int) rune { return rune(s[i] & 0x3f) }
	switch c := s[0]; {
	case c < 0xe0 && len(s) > 1:
		return rune(c&0x1f)<<6 | tail(1), 2
	case c < 0xf0 && len(s) > 2:
		return rune(c&0x0f)<<12 | tail(1)<<6 | tail(2), 3
	case len(s) > 3:
		return rune(c&0x07)<<18 | tail(1)<<12 | tail(2)<<6 | tail(3), 4
	}
	return utf8.RuneError, 1
}

// appendRune is utf8.AppendRune that keeps surrogates.
func appendRune(dst []byte, r rune) []byte {
	if isSurrogate(r) {
		return append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(dst, r)
}
