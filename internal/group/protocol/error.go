package protocol

import "fmt"

// SchemaError is the error of bytes that are no message, or of a message that
// has no bytes.
type SchemaError struct{ text string }

// Error returns the text of Java's exception.
func (e *SchemaError) Error() string { return e.text }

// JavaClass returns the exception that stands for the error.
func (*SchemaError) JavaClass() string {
	return "org.apache.kafka.common.protocol.types.SchemaException"
}

func schemaError(format string, args ...any) error {
	return &SchemaError{fmt.Sprintf(format, args...)}
}
