package charset

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// codec is one of the sets with units of several bytes.
type codec interface {
	encode(dst []byte, s string) []byte
	decode(raw []byte) string
}

func wide(name string, c codec) *Charset {
	return &Charset{name: name, encode: c.encode, decode: c.decode}
}

const (
	byteOrderMark = 0xFEFF
	reversedMark  = 0xFFFE
)

// utf16Codec writes in one byte order. With mark it writes a byte order mark and
// obeys one when reading.
type utf16Codec struct{ little, mark bool }

func order(little bool) interface {
	binary.ByteOrder
	binary.AppendByteOrder
} {
	if little {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

func (c utf16Codec) encode(dst []byte, s string) []byte {
	o := order(c.little)
	if c.mark && s != "" {
		dst = o.AppendUint16(dst, byteOrderMark)
	}
	for _, r := range s {
		if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
			dst = o.AppendUint16(o.AppendUint16(dst, uint16(r1)), uint16(r2))
		} else {
			dst = o.AppendUint16(dst, uint16(r))
		}
	}
	return dst
}

func (c utf16Codec) decode(raw []byte) string {
	o := order(c.little)
	if c.mark && len(raw) >= 2 {
		switch o.Uint16(raw) {
		case byteOrderMark:
			raw = raw[2:]
		case reversedMark:
			o, raw = order(!c.little), raw[2:]
		}
	}
	dst := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		r, n := unit16(raw, o)
		dst = utf8.AppendRune(dst, r)
		raw = raw[n:]
	}
	return string(dst)
}

// unit16 returns the first character and its length. As Java, it takes a high
// surrogate and whatever follows for one malformed sequence, as well as U+FFFE.
func unit16(raw []byte, o binary.ByteOrder) (rune, int) {
	if len(raw) < 2 {
		return utf8.RuneError, len(raw)
	}
	r := rune(o.Uint16(raw))
	switch {
	case r == reversedMark || r >= 0xDC00 && r <= 0xDFFF:
		return utf8.RuneError, 2
	case !utf16.IsSurrogate(r):
		return r, 2
	case len(raw) < 4:
		return utf8.RuneError, len(raw)
	}
	return utf16.DecodeRune(r, rune(o.Uint16(raw[2:]))), 4
}

// utf32Codec writes in one byte order without mark. With detect it obeys a mark
// when reading.
type utf32Codec struct{ little, detect bool }

func (c utf32Codec) encode(dst []byte, s string) []byte {
	o := order(c.little)
	for _, r := range s {
		dst = o.AppendUint32(dst, uint32(r))
	}
	return dst
}

func (c utf32Codec) decode(raw []byte) string {
	o := order(c.little)
	if c.detect && len(raw) >= 4 {
		switch o.Uint32(raw) {
		case byteOrderMark:
			raw = raw[4:]
		case reversedMark << 16:
			o, raw = order(!c.little), raw[4:]
		}
	}
	dst := make([]byte, 0, len(raw))
	for ; len(raw) >= 4; raw = raw[4:] {
		r := rune(utf8.RuneError)
		if u := o.Uint32(raw); u <= utf8.MaxRune {
			r = rune(u)
		}
		dst = utf8.AppendRune(dst, r)
	}
	if len(raw) > 0 {
		dst = utf8.AppendRune(dst, utf8.RuneError)
	}
	return string(dst)
}
