package jsontext

import "unicode"

// Space returns the position of the first byte from i on that is not white space.
func Space(src []byte, i int) int {
	for i < len(src) && (src[i] == ' ' || src[i] == '\n' || src[i] == '\t' || src[i] == '\r') {
		i++
	}
	return i
}

// KindAt returns the kind of value that begins at i, judging by its first byte
// and, for numbers, not at all: those are Whole. It is Missing when no value can
// begin so.
func KindAt(src []byte, i int) Kind {
	if i >= len(src) {
		return Missing
	}
	return starts[src[i]]
}

// starts has the kind of value that a byte begins.
var starts = [256]Kind{
	'n': Null, 'f': False, 't': True, '"': Text, '[': List, '{': Object, '-': Whole,
	'0': Whole, '1': Whole, '2': Whole, '3': Whole, '4': Whole,
	'5': Whole, '6': Whole, '7': Whole, '8': Whole, '9': Whole,
}

// ScanLiteral checks the true, false or null that begins at i.
func ScanLiteral(src []byte, i int) (end int, err error) {
	word := "null"
	switch src[i] {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	}
	end = i + len(word)
	if end > len(src) || string(src[i:end]) != word {
		return i, fail(i, "unrecognized token")
	}
	if end < len(src) && identifies(src, end) {
		return i, fail(i, "unrecognized token")
	}
	return end, nil
}

// identifies tells whether what follows a literal would belong to the same Java
// identifier, which is how Jackson finds the end of one.
func identifies(src []byte, i int) bool {
	c := src[i]
	switch {
	case c < '0' || c == ']' || c == '}':
		return false
	case c < 0x80:
		return c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == 0x7f
	}
	r, _ := decodeRune(src[i:])
	return unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.Nd, unicode.Sc, unicode.Pc, unicode.Mn, unicode.Mc, unicode.Cf) || r < 0xa0
}

// Skip checks the value that begins at i, parts included, and returns its end.
// depth is the number of arrays and objects around it.
func Skip(src []byte, i, depth int) (end int, err error) {
	switch KindAt(src, i) {
	case Text:
		end, _, err = ScanString(src, i)
		return end, err
	case Whole:
		end, _, _, err = ScanNumber(src, i)
		return end, err
	case Object:
		return skipObject(src, i, depth+1)
	case List:
		return skipList(src, i, depth+1)
	case Missing:
		return i, unexpected(src, i, "where a value was expected")
	}
	return ScanLiteral(src, i)
}

// Enter checks that one more array or object may be nested at depth.
func Enter(i, depth int) error {
	if depth > MaxDepth {
		return fail(i, "nesting too deep")
	}
	return nil
}

func skipObject(src []byte, i, depth int) (end int, err error) {
	if err = Enter(i, depth); err != nil {
		return i, err
	}
	i = Space(src, i+1)
	if i < len(src) && src[i] == '}' {
		return i + 1, nil
	}
	for {
		if i, _, err = ScanName(src, i); err != nil {
			return i, err
		}
		if i, err = Colon(src, i); err != nil {
			return i, err
		}
		if i, err = Skip(src, i, depth); err != nil {
			return i, err
		}
		var more bool
		if i, more, err = Next(src, i, '}'); !more {
			return i, err
		}
	}
}

func skipList(src []byte, i, depth int) (end int, err error) {
	if err = Enter(i, depth); err != nil {
		return i, err
	}
	i = Space(src, i+1)
	if i < len(src) && src[i] == ']' {
		return i + 1, nil
	}
	for {
		if i, err = Skip(src, i, depth); err != nil {
			return i, err
		}
		var more bool
		if i, more, err = Next(src, i, ']'); !more {
			return i, err
		}
	}
}

// ScanName checks the member name that begins at i, quotes included.
func ScanName(src []byte, i int) (end int, f Flags, err error) {
	if i >= len(src) || src[i] != '"' {
		return i, 0, unexpected(src, i, "where a member name was expected")
	}
	end, f, err = ScanString(src, i)
	if err == nil && end-i-2 > maxName {
		err = fail(i, "name too long")
	}
	return end, f, err
}

// Tight tells whether a colon or comma stands at i without white space around it: then
// what Colon or Next would return is i+1.
func Tight(src []byte, i int, mark byte) bool {
	return i+1 < len(src) && src[i] == mark && src[i+1] > ' '
}

// Colon goes from the end of a name to the value.
func Colon(src []byte, i int) (int, error) {
	i = Space(src, i)
	if i >= len(src) || src[i] != ':' {
		return i, unexpected(src, i, "where a colon was expected")
	}
	return Space(src, i+1), nil
}

// Next goes from the end of a value to the next member or element, or behind
// closing when there is none.
func Next(src []byte, i int, closing byte) (next int, more bool, err error) {
	i = Space(src, i)
	if i < len(src) {
		switch src[i] {
		case ',':
			return Space(src, i+1), true, nil
		case closing:
			return i + 1, false, nil
		}
	}
	return i, false, unexpected(src, i, "where a comma or the end was expected")
}

// First returns the position of a document's value, after any space.
func First(src []byte) int { return Space(src, 0) }

// CheckRoot checks what follows a document's value of kind k that ends at i: a
// number must be followed by white space or nothing; after other values anything
// goes.
func CheckRoot(src []byte, i int, k Kind) error {
	if k != Whole && k != Fraction || i >= len(src) || Space(src, i) > i {
		return nil
	}
	return unexpected(src, i, "after a number")
}

// Check checks a document and returns its value's kind and position. An empty
// document is Missing.
func Check(src []byte) (k Kind, at int, err error) {
	at = First(src)
	if at == len(src) {
		return Missing, at, nil
	}
	end, err := Skip(src, at, 0)
	if err != nil {
		return Missing, at, err
	}
	k = KindAt(src, at)
	return k, at, CheckRoot(src, end, k)
}
