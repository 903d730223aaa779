package config

import "fmt"

// Error is a configuration that cannot be used (ConfigException). Key names the
// key at fault, "" when there is not a single one.
type Error struct {
	Key string
	Msg string
	Err error
}

// Error returns the whole text.
func (e *Error) Error() string { return e.Msg }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Invalid returns Kafka's error for a value that key cannot have. reason may be
// empty.
func Invalid(key string, value any, reason string) *Error {
	msg := fmt.Sprintf("Invalid value %s for configuration %s", show(value), key)
	if reason != "" {
		msg += ": " + reason
	}
	return &Error{Key: key, Msg: msg}
}

// Errorf returns an error with a text of its own.
func Errorf(key, format string, args ...any) *Error {
	return &Error{Key: key, Msg: fmt.Sprintf(format, args...)}
}

// Missing returns Kafka's error for a required key that is not set.
func Missing(key string) *Error {
	return Errorf(key, "Missing required configuration %q which has no default value.", key)
}
