package jsontext

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// short has the letter of a two-byte escape.
var short = [256]byte{
	'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't',
}

const hexDigits = "0123456789ABCDEF"

// AppendQuoted appends s as a JSON string, escaped as Jackson does. Bytes that
// are not UTF-8 become U+FFFD.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for {
		n := plain(s)
		dst = append(dst, s[:n]...)
		if s = s[n:]; len(s) == 0 {
			return append(dst, '"')
		}
		if c := s[0]; c < 0x80 {
			dst = appendEscape(dst, c)
			s = s[1:]
			continue
		}
		dst, n = appendMultibyte(dst, s)
		s = s[n:]
	}
}

// plain returns the length of the part of s up to the first byte that needs a
// closer look.
func plain(s string) int {
	i := 0
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	for ; i+8 <= len(b); i += 8 {
		if m := special(binary.LittleEndian.Uint64(b[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c >= 0x80 || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

func appendEscape(dst []byte, c byte) []byte {
	if e := short[c]; e != 0 {
		return append(dst, '\\', e)
	}
	return appendUnit(dst, rune(c))
}

func appendUnit(dst []byte, u rune) []byte {
	return append(dst, '\\', 'u', hexDigits[u>>12&15], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
}

// appendMultibyte appends the character of several bytes that begins s, and
// returns its length.
func appendMultibyte(dst []byte, s string) ([]byte, int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r > 0xffff:
		r -= 0x10000
		return appendUnit(appendUnit(dst, 0xd800+r>>10), 0xdc00+r&0x3ff), n
	case n > 1:
		return append(dst, s[:n]...), n
	case len(s) > 2 && s[0] == 0xed && s[1]&0xe0 == 0xa0 && s[2]&0xc0 == 0x80:
		return appendUnit(dst, 0xd000|rune(s[1]&0x3f)<<6|rune(s[2]&0x3f)), 3
	}
	return append(dst, "\ufffd"...), n
}

// AppendRequoted appends a checked string, given with its quotes, as Jackson
// writes it.
func AppendRequoted(dst, quoted []byte) []byte {
	var room [128]byte
	content := AppendUnquoted(room[:0], quoted)
	return AppendQuoted(dst, unsafe.String(unsafe.SliceData(content), len(content)))
}
