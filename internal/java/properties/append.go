package properties

import (
	"fmt"
	"unicode/utf16"
)

// Append adds one line per entry to dst, escaped as java.util.Properties.store
// does (without its date comment), and returns the result.
func Append(dst []byte, entries ...Entry) []byte {
	for _, e := range entries {
		dst = appendEscaped(dst, e.Key, true)
		dst = append(dst, '=')
		dst = appendEscaped(dst, e.Value, false)
		dst = append(dst, '\n')
	}
	return dst
}

func appendEscaped(dst []byte, s string, key bool) []byte {
	for i, r := range s {
		switch r {
		case ' ':
			if key || i == 0 {
				dst = append(dst, '\\')
			}
			dst = append(dst, ' ')
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '=', ':', '#', '!', '\\':
			dst = append(dst, '\\', byte(r))
		default:
			dst = appendRune(dst, r)
		}
	}
	return dst
}

func appendRune(dst []byte, r rune) []byte {
	if r >= 0x20 && r <= 0x7e {
		return append(dst, byte(r))
	}
	for _, u := range utf16.AppendRune(nil, r) {
		dst = fmt.Appendf(dst, `\u%04X`, u)
	}
	return dst
}
