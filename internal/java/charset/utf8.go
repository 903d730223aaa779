package charset

import (
	"unicode/utf8"
	"unsafe"
)

// UTF8 returns the text of raw as new String(raw, UTF_8) does. Valid UTF-8 is not
// copied: raw must then never change. A malformed sequence gives one U+FFFD for as
// many bytes as Java counts to it, which for surrogates is three.
func UTF8(raw []byte) string {
	if utf8.Valid(raw) {
		return unsafe.String(unsafe.SliceData(raw), len(raw))
	}
	dst := make([]byte, 0, len(raw)+8)
	for len(raw) > 0 {
		if r, n := utf8.DecodeRune(raw); r != utf8.RuneError || n > 1 {
			dst = append(dst, raw[:n]...)
			raw = raw[n:]
			continue
		}
		dst = utf8.AppendRune(dst, utf8.RuneError)
		raw = raw[malformed(raw):]
	}
	return string(dst)
}

// malformed returns the length of the malformed sequence that raw begins with.
func malformed(raw []byte) int {
	switch b := raw[0]; {
	case b >= 0xE0 && b <= 0xEF:
		return malformed3(raw)
	case b >= 0xF0 && b <= 0xF4:
		return malformed4(raw)
	}
	return 1
}

func malformed3(raw []byte) int {
	switch {
	case len(raw) < 2:
		return 1
	case !continues(raw[1]) || raw[0] == 0xE0 && raw[1] < 0xA0:
		return 1
	case len(raw) < 3 || !continues(raw[2]):
		return 2
	}
	return 3 // a surrogate
}

func malformed4(raw []byte) int {
	switch {
	case len(raw) < 2:
		return 1
	case !continues(raw[1]) || raw[0] == 0xF0 && raw[1] < 0x90 || raw[0] == 0xF4 && raw[1] > 0x8F:
		return 1
	case len(raw) < 3 || !continues(raw[2]):
		return 2
	}
	return 3
}

func continues(b byte) bool { return b&0xC0 == 0x80 }
