package validation

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic of a connector while its configuration was validated.
type PanicError struct {
	Class string
	Value any
	Stack []byte
}

// Error tells the connector and what was thrown.
func (e *PanicError) Error() string {
	return fmt.Sprintf("validation of %s failed: %v", e.Class, e.Value)
}

// StackText returns the goroutine's stack.
func (e *PanicError) StackText() string { return string(e.Stack) }

// recoverInto is deferred around what calls into the connector.
func (r *run) recoverInto(err *error) {
	if p := recover(); p != nil {
		*err = &PanicError{Class: r.connector.Class, Value: p, Stack: debug.Stack()}
	}
}
