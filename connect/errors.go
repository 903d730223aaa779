package connect

import "errors"

// Error is a failure in Connect's own words (ConnectException). Hosts show Msg to
// users, so it says what to do.
type Error struct {
	Msg string
	Err error
}

// Error returns the text without its cause.
func (e *Error) Error() string { return e.Msg }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// RetriableError marks a failure that may pass: the host calls again with the same
// records. Make one with Retriable.
type RetriableError struct{ Err error }

// Error returns the text of the failure.
func (e *RetriableError) Error() string { return e.Err.Error() }

// Unwrap returns the failure.
func (e *RetriableError) Unwrap() error { return e.Err }

// Retriable marks err as one that may pass; nil stays nil.
func Retriable(err error) error {
	if err == nil {
		return nil
	}
	return &RetriableError{err}
}

// IsRetriable tells whether err, or a cause of it, was marked by Retriable.
func IsRetriable(err error) bool {
	var r *RetriableError
	return errors.As(err, &r)
}
