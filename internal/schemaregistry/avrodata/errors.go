package avrodata

import "fmt"

// SymbolError is a text that is no symbol of its enum.
type SymbolError struct{ Symbol, Enum string }

// Error returns the text.
func (e *SymbolError) Error() string {
	return "value " + e.Symbol + " is not a symbol of the enum " + e.Enum
}

// SizeError is a value for a fixed that is not of its size.
type SizeError struct{ Size, Want int }

// Error returns the text.
func (e *SizeError) Error() string {
	return fmt.Sprintf("a value of %d bytes cannot be written as a fixed of %d", e.Size, e.Want)
}
