package regex

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
)

// ErrTimeout reports a search that took longer than a second or needed too much
// memory to remember its choices.
var ErrTimeout = errors.New("regular expression takes too long to match")

// SyntaxError is java.util.regex.PatternSyntaxException.
type SyntaxError struct {
	Description string
	Index       int // in code points; negative when Java gives none
	Pattern     string
}

// Error is the text of Java's getMessage, of up to three lines.
func (e *SyntaxError) Error() string {
	var b strings.Builder
	b.WriteString(e.Description)
	if e.Index >= 0 {
		b.WriteString(" near index " + strconv.Itoa(e.Index))
	}
	b.WriteString("\n" + e.Pattern)
	units := utf16.Encode([]rune(e.Pattern))
	if e.Index < 0 || e.Index >= len(units) {
		return b.String()
	}
	b.WriteByte('\n')
	for _, u := range units[:e.Index] {
		if u == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	b.WriteByte('^')
	return b.String()
}

// UnsupportedError reports a valid Java pattern that this package cannot run.
type UnsupportedError struct {
	Construct string
}

// Error says what the engine cannot do.
func (e *UnsupportedError) Error() string {
	return "regular expression: " + e.Construct + " is not supported"
}

// ArgumentError is the java.lang.IllegalArgumentException for a malformed
// replacement text.
type ArgumentError struct {
	Message string
}

// Error returns Java's text.
func (e *ArgumentError) Error() string { return e.Message }

// GroupError is the java.lang.IndexOutOfBoundsException for a replacement text
// that names a group which the pattern does not have.
type GroupError struct {
	Group int
}

// Error returns Java's text.
func (e *GroupError) Error() string { return "No group " + strconv.Itoa(e.Group) }
