package herder

import "fmt"

// Reason classifies an Error; the REST API has a status for each.
type Reason uint8

// The reasons.
const (
	Internal    Reason = iota // 500
	BadRequest                // 400
	NotFound                  // 404
	Conflict                  // 409
	Forbidden                 // 403
	Unavailable               // 503: not now, try again
	TimedOut                  // 500, with the words of a time-out
)

// Error is a request that could not be done. Msg is for the user, in Connect's
// words where clients match on them.
type Error struct {
	Reason Reason
	Msg    string
	Err    error
}

// Error returns the text for the user.
func (e *Error) Error() string { return e.Msg }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Fail returns an Error.
func Fail(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Msg: fmt.Sprintf(format, args...)}
}

// NoConnector says that there is no connector of that name.
func NoConnector(name string) *Error { return Fail(NotFound, "Connector %s not found", name) }
