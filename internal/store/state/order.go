package state

import (
	"slices"
	"unicode/utf16"
)

// compareUTF16 orders texts as Java's String.compareTo: by UTF-16 units.
func compareUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}
