package data

import "fmt"

// Kind says which rule an Error reports as broken.
type Kind uint8

// Kinds of Error. The first three are errors of Connect's own; the others are
// what the Java runtime throws in the same situation, kept apart because clients
// see the class of an error in dead letter headers and traces.
const (
	Invalid        Kind = iota // DataException: a value does not fit
	BadSchema                  // SchemaBuilderException: a schema cannot be built
	Unprojectable              // SchemaProjectorException: a value cannot move to another schema
	Unserializable             // SerializationException: bytes cannot be read or written
	NullValue                  // NullPointerException
	BadClass                   // ClassCastException
	BadNumber                  // NumberFormatException
	BadArgument                // IllegalArgumentException
	OutOfRange                 // IndexOutOfBoundsException
	NoElement                  // NoSuchElementException
	BadState                   // IllegalStateException, ArithmeticException
)

// Error is a value or schema that breaks the rules of the data model. Msg is
// Connect's own text; Err is the cause, or nil.
type Error struct {
	Kind Kind
	Msg  string
	Err  error
}

// Error returns the text without its cause, as Throwable.getMessage.
func (e *Error) Error() string { return e.Msg }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an Invalid error; add a cause with Because.
func Errorf(format string, args ...any) *Error {
	return &Error{Kind: Invalid, Msg: fmt.Sprintf(format, args...)}
}

// Fail returns an error of kind.
func Fail(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Msg: fmt.Sprintf(format, args...)}
}

// Because returns a copy of e with a cause.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}
