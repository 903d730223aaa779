// Package jackson reads request bodies strictly and token by token, as the Java
// worker's JSON library does, so that clients see the same refusals in the same
// words: the first thing that is wrong counts, be it syntax or type.
//
// It differs from internal/jsontext, which reads records and is lenient.
//
// Floor 0. Connect: com.fasterxml.jackson.databind.
package jackson

import (
	"bytes"
	"fmt"
	"strings"
)

// The library's limits.
const (
	maxDepth  = 1000
	maxName   = 50_000
	maxNumber = 1000
	maxString = 20_000_000
)

// Token is the kind of what stands at the reader's position.
type Token uint8

// The tokens. None is the end of the text.
const (
	None Token = iota
	StartObject
	EndObject
	StartArray
	EndArray
	FieldName
	String
	Integer
	Float
	True
	False
	Null
)

// String returns the library's name of the token.
func (t Token) String() string {
	return [...]string{
		"NOT_AVAILABLE", "START_OBJECT", "END_OBJECT", "START_ARRAY", "END_ARRAY", "FIELD_NAME", "VALUE_STRING",
		"VALUE_NUMBER_INT", "VALUE_NUMBER_FLOAT", "VALUE_TRUE", "VALUE_FALSE", "VALUE_NULL",
	}[t]
}

// value returns the words for the token in errors about types.
func (t Token) value() string {
	switch t {
	case StartObject, EndObject, FieldName:
		return "Object value"
	case StartArray, EndArray:
		return "Array value"
	case Integer:
		return "Integer value"
	case Float:
		return "Floating-point value"
	case True, False:
		return "Boolean value"
	case String:
		return "String value"
	}
	return "Null value"
}

// Error is a body that cannot be used.
type Error struct {
	Msg   string
	where string   // location; "" for none
	chain []string // from the outside: the way to the value at fault
}

// Error returns the library's text: message, location and reference chain.
func (e *Error) Error() string {
	text := e.Msg
	if e.where != "" {
		text += "\n at " + e.where
	}
	if len(e.chain) > 0 {
		text += " (through reference chain: " + strings.Join(e.chain, "->") + ")"
	}
	return text
}

// within notes that an error came up below class[key]. Of broken limits nothing is
// told but the limit.
func within(err error, class, key string) error {
	if e, ok := err.(*Error); ok && e.where != "" {
		e.chain = append([]string{class + "[" + key + "]"}, e.chain...)
	}
	return err
}

const source = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "

// location describes an offset: lines and columns from 1, columns in bytes.
func (r *Reader) location(off int) string {
	before := r.src[:min(off, len(r.src))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Sprintf("%s%d, column: %d]", source, line, column)
}

func (r *Reader) fail(off int, format string, args ...any) error {
	return &Error{Msg: fmt.Sprintf(format, args...), where: r.location(off)}
}

// exceeds reports a broken limit, which has no location.
func exceeds(what string, n, limit int, getter string) error {
	return &Error{Msg: fmt.Sprintf("%s (%d) exceeds the maximum allowed (%d, from `StreamReadConstraints.%s()`)", what, n, limit, getter)}
}
