package avro

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is a schema that breaks Avro's rules. Its text is that of the Java library.
type Error struct{ Msg string }

// Error returns the text.
func (e *Error) Error() string { return e.Msg }

// JavaClass returns the class that users of Connect know the error by.
func (e *Error) JavaClass() string { return "org.apache.avro.SchemaParseException" }

// Unwritable says that it is the record whose schema it is that cannot be written.
func (e *Error) Unwritable() bool { return true }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// CheckName checks a name without dots: letters, digits and _, no digit first.
func CheckName(name string) error {
	if name == "" {
		return errorf("Empty name")
	}
	if first, _ := utf8.DecodeRuneInString(name); first != '_' && !letter(first) {
		return errorf("Illegal initial character: %s", name)
	}
	for _, c := range name {
		if c != '_' && !letter(c) && !(c <= 0xFFFF && unicode.IsDigit(c)) {
			return errorf("Illegal character in: %s", name)
		}
	}
	return nil
}

// letter looks at one char as Java does: letters beyond U+FFFF are none.
func letter(c rune) bool { return c <= 0xFFFF && c != utf8.RuneError && unicode.IsLetter(c) }

// splitName splits a name at its last dot.
func splitName(full string) (namespace, name string) {
	if i := strings.LastIndexByte(full, '.'); i >= 0 {
		return full[:i], full[i+1:]
	}
	return "", full
}
