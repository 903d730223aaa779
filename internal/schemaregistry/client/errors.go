package client

import (
	"errors"
	"fmt"
	"net"
	"os"
)

// Error is an answer of the registry that says no.
type Error struct {
	Status int // of HTTP
	Code   int // of the registry
	Msg    string
}

// Error returns the registry's words and its code.
func (e *Error) Error() string { return fmt.Sprintf("%s; error code: %d", e.Msg, e.Code) }

// JavaClass returns the class that users of Connect know the error by.
func (e *Error) JavaClass() string {
	return "io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException"
}

// NotFound tells whether there is no such subject, version or schema.
func NotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == 404
}

// passing tells whether the same request may succeed a little later.
func (e *Error) passing() bool {
	switch e.Status {
	case 408, 429, 500, 502, 503, 504:
		return true
	}
	return false
}

// Timeout tells whether the registry did not answer in time, or said that it is too
// busy to.
func Timeout(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Status == 408 || e.Status == 500 || e.Status == 503 || e.Status == 504
	}
	var timeout net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
