package charset

import "unicode/utf8"

// table gives the character of each byte; U+FFFD where there is none.
type table [256]rune

func (t *table) decode(raw []byte) string {
	dst := make([]byte, 0, len(raw)+len(raw)/4)
	for _, b := range raw {
		dst = utf8.AppendRune(dst, t[b])
	}
	return string(dst)
}

// encode writes ? for what has no code.
func (t *table) encode(dst []byte, s string) []byte {
	for _, r := range s {
		dst = append(dst, t.code(r))
	}
	return dst
}

func (t *table) code(r rune) byte {
	if r < 256 && t[r] == r && r != utf8.RuneError {
		return byte(r)
	}
	for b := 128; b < 256; b++ {
		if t[b] == r && r != utf8.RuneError {
			return byte(b)
		}
	}
	return '?'
}

func single(name string, fill func(*table)) *Charset {
	t := &table{}
	for b := range t {
		t[b] = rune(b)
	}
	fill(t)
	return &Charset{name: name, encode: t.encode, decode: t.decode}
}

func ascii(t *table) {
	for b := 128; b < 256; b++ {
		t[b] = utf8.RuneError
	}
}

func latin1(*table) {}

// latin9 differs from latin1 in eight places.
func latin9(t *table) {
	for b, r := range map[byte]rune{
		0xA4: '€', 0xA6: 'Š', 0xA8: 'š', 0xB4: 'Ž', 0xB8: 'ž', 0xBC: 'Œ', 0xBD: 'œ', 0xBE: 'Ÿ',
	} {
		t[b] = r
	}
}

func windows1252(t *table) {
	const none = utf8.RuneError
	copy(t[0x80:], []rune{
		'€', none, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', none, 'Ž', none,
		none, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', none, 'ž', 'Ÿ',
	})
}
