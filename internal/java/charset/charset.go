// Package charset turns text into bytes and back by the character sets of Java,
// with Java's replacements for what is malformed or has no code. Go strings hold
// UTF-8.
//
// Known are the sets that every JVM has to have, UTF-32, and the Western European
// single-byte ones.
//
// Floor 0. Connect: java.nio.charset.Charset.
package charset

import (
	"strings"
	"unsafe"
)

// Charset is a character set. Values are immutable.
type Charset struct {
	name   string
	encode func(dst []byte, s string) []byte // nil for UTF-8
	decode func(raw []byte) string
}

// Name returns the set's canonical name.
func (c *Charset) Name() string { return c.name }

// Encode returns s as bytes, never nil. The result may be s's own memory: it must
// not be written to.
func (c *Charset) Encode(s string) []byte {
	switch {
	case s == "":
		return []byte{}
	case c.encode == nil:
		return unsafe.Slice(unsafe.StringData(s), len(s))
	}
	return c.encode(make([]byte, 0, len(s)+4), s)
}

// Decode returns the text of raw, malformed parts replaced by U+FFFD. The result
// may be raw's own memory, which must then never change.
func (c *Charset) Decode(raw []byte) string { return c.decode(raw) }

// Lookup finds a set by one of its Java names, in upper or lower case.
func Lookup(name string) (*Charset, bool) {
	for _, set := range sets() {
		for _, alias := range set.aliases {
			if strings.EqualFold(alias, name) {
				return set.charset, true
			}
		}
	}
	return nil, false
}

type named struct {
	charset *Charset
	aliases []string
}

func sets() []named {
	return []named{
		{&Charset{name: "UTF-8", decode: UTF8}, []string{"UTF-8", "UTF8", "unicode-1-1-utf-8"}},
		{single("US-ASCII", ascii), []string{
			"US-ASCII", "ASCII", "ISO646-US", "us", "cp367", "ascii7", "646", "csASCII", "iso-ir-6",
			"default", "IBM367", "ANSI_X3.4-1968", "ANSI_X3.4-1986", "iso_646.irv:1983", "ISO_646.irv:1991",
		}},
		{single("ISO-8859-1", latin1), []string{
			"ISO-8859-1", "ISO8859_1", "latin1", "l1", "ISO_8859-1", "ISO_8859_1", "ISO_8859-1:1987",
			"IBM819", "IBM-819", "cp819", "819", "8859_1", "ISO8859-1", "csISOLatin1", "iso-ir-100",
		}},
		{single("ISO-8859-15", latin9), []string{
			"ISO-8859-15", "ISO8859_15", "ISO_8859-15", "8859_15", "ISO8859-15", "latin9", "latin-9", "l9",
			"IBM923", "IBM-923", "cp923", "923", "LATIN0", "csISOlatin0", "csISOlatin9", "ISO8859_15_FDIS",
		}},
		{single("windows-1252", windows1252), []string{"windows-1252", "cp1252", "cp5348", "ibm-1252", "ibm1252"}},
		{wide("UTF-16", utf16Codec{mark: true}), []string{"UTF-16", "UTF_16", "utf16", "unicode", "UnicodeBig"}},
		{wide("UTF-16BE", utf16Codec{}), []string{"UTF-16BE", "UTF_16BE", "ISO-10646-UCS-2", "X-UTF-16BE", "UnicodeBigUnmarked"}},
		{wide("UTF-16LE", utf16Codec{little: true}), []string{"UTF-16LE", "UTF_16LE", "X-UTF-16LE", "UnicodeLittleUnmarked"}},
		{wide("x-UTF-16LE-BOM", utf16Codec{little: true, mark: true}), []string{"x-UTF-16LE-BOM", "UnicodeLittle"}},
		{wide("UTF-32", utf32Codec{detect: true}), []string{"UTF-32", "UTF_32", "UTF32", "ISO-10646-UCS-4"}},
		{wide("UTF-32BE", utf32Codec{}), []string{"UTF-32BE", "UTF_32BE", "X-UTF-32BE"}},
		{wide("UTF-32LE", utf32Codec{little: true}), []string{"UTF-32LE", "UTF_32LE", "X-UTF-32LE"}},
	}
}
