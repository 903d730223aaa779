// Package jsontext reads and writes JSON text the way Jackson does, which is
// what readers of Kafka Connect's records see: numbers may begin with zeros,
// what follows the first value is ignored, UTF-16 and UTF-32 are recognised,
// lone surrogates are kept, and limits bound depth, numbers, names and strings.
//
// The Scan functions check one value at a position and return its end; nothing
// is allocated unless a check fails. Their Flags say whether Jackson would write
// the value with another text, so that most of a document can be copied as it
// is.
//
// Strings are UTF-8. A surrogate without its partner, which Java strings can
// hold, is kept as the three bytes that UTF-8's scheme gives for it.
//
// Floor 0. Connect: com.fasterxml.jackson.core.
package jsontext

import "fmt"

// Jackson's limits on what it reads.
const (
	MaxDepth  = 1000
	maxDigits = 1000
	maxName   = 50_000
	maxString = 20_000_000
)

// Kind is the type of a JSON value.
type Kind uint8

// The kinds of values. Missing is the value of an empty document.
const (
	Missing Kind = iota
	Null
	False
	True
	Whole    // a number without fraction and exponent
	Fraction // any other number
	Text
	List
	Object
)

// String returns Jackson's word for the kind, as error texts have it.
func (k Kind) String() string {
	return [...]string{
		"MISSING", "NULL", "BOOLEAN", "BOOLEAN", "NUMBER", "NUMBER", "STRING", "ARRAY", "OBJECT",
	}[k]
}

// Flags are what a scan found out about a value.
type Flags uint8

const (
	// Rewrite: Jackson would write the value with another text.
	Rewrite Flags = 1 << iota
	// Escaped: a string's content is not the text between its quotes.
	Escaped
)

// SyntaxError is text that is not JSON, or exceeds a limit.
type SyntaxError struct {
	Offset int // position in bytes, in UTF-8
	Msg    string
}

// Error returns the reason and the position.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Msg, e.Offset) }

func fail(offset int, msg string) error { return &SyntaxError{offset, msg} }

// unexpected reports what stands at i, or the end of the text.
func unexpected(src []byte, i int, where string) error {
	if i >= len(src) {
		return fail(len(src), "unexpected end of input "+where)
	}
	return fail(i, fmt.Sprintf("unexpected character %q %s", src[i], where))
}
