package jsontext

import (
	"encoding/binary"
	"unicode/utf16"
)

// UTF8 returns raw as UTF-8 without byte order mark. As Jackson it tells the
// encoding from the first four bytes; UTF-8 is returned as it is.
func UTF8(raw []byte) ([]byte, error) {
	if len(raw) >= 2 && raw[0] != 0 && raw[1] != 0 && raw[0] < 0x80 {
		return raw, nil
	}
	if len(raw) < 4 {
		if len(raw) >= 2 && (raw[0] == 0 || raw[1] == 0) {
			return fromUTF16(raw, order(raw[0] == 0)), nil
		}
		return raw, nil
	}
	return detect(raw, binary.BigEndian.Uint32(raw))
}

func detect(raw []byte, quad uint32) ([]byte, error) {
	switch {
	case quad == 0x0000fffe || quad == 0xfeff0000:
		return nil, fail(0, "unsupported byte order of UTF-32")
	case quad == 0x0000feff || quad == 0xfffe0000:
		return fromUTF32(raw[4:], order(quad == 0x0000feff))
	case quad>>16 == 0xfeff || quad>>16 == 0xfffe:
		return fromUTF16(raw[2:], order(quad>>16 == 0xfeff)), nil
	case quad>>8 == 0xefbbbf:
		return raw[3:], nil
	case quad>>8 == 0 || quad&0xffffff == 0:
		return fromUTF32(raw, order(quad>>8 == 0))
	case quad&^0xff0000 == 0 || quad&^0xff00 == 0:
		return nil, fail(0, "unsupported byte order of UTF-32")
	case raw[0] == 0 || raw[1] == 0:
		return fromUTF16(raw, order(raw[0] == 0)), nil
	}
	return raw, nil
}

func order(big bool) binary.ByteOrder {
	if big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// fromUTF16 replaces what is malformed, an odd last byte too, by U+FFFD.
func fromUTF16(raw []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, 0, len(raw)/2+1)
	for ; len(raw) >= 2; raw = raw[2:] {
		units = append(units, order.Uint16(raw))
	}
	if len(raw) > 0 {
		units = append(units, 0xfffd)
	}
	return []byte(string(utf16.Decode(units)))
}

func fromUTF32(raw []byte, order binary.ByteOrder) ([]byte, error) {
	text := make([]byte, 0, len(raw)/4)
	for ; len(raw) >= 4; raw = raw[4:] {
		r := order.Uint32(raw)
		if r > 0x10ffff {
			return nil, fail(len(text), "invalid UTF-32")
		}
		text = appendRune(text, rune(r))
	}
	if len(raw) > 0 {
		return nil, fail(len(text), "incomplete UTF-32")
	}
	return text, nil
}
