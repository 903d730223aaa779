package model

import (
	"errors"
	"fmt"
	"net/http"
)

// Code is the name of an exception of the API.
type Code string

// The exceptions that every operation may answer with; ConflictException is only
// answered by creates, TagResource, PauseConnector and ResumeConnector.
const (
	CodeBadRequest         Code = "BadRequestException"
	CodeUnauthorized       Code = "UnauthorizedException"
	CodeForbidden          Code = "ForbiddenException"
	CodeNotFound           Code = "NotFoundException"
	CodeConflict           Code = "ConflictException"
	CodeTooManyRequests    Code = "TooManyRequestsException"
	CodeInternalServer     Code = "InternalServerErrorException"
	CodeServiceUnavailable Code = "ServiceUnavailableException"
)

// Status returns the HTTP status that goes with the code.
func (c Code) Status() int {
	switch c {
	case CodeBadRequest:
		return http.StatusBadRequest
	case CodeUnauthorized:
		return http.StatusUnauthorized
	case CodeForbidden:
		return http.StatusForbidden
	case CodeNotFound:
		return http.StatusNotFound
	case CodeConflict:
		return http.StatusConflict
	case CodeTooManyRequests:
		return http.StatusTooManyRequests
	case CodeServiceUnavailable:
		return http.StatusServiceUnavailable
	case CodeInternalServer:
	}
	return http.StatusInternalServerError
}

// Error is an answer of the API that is no success. Clients read its message.
type Error struct {
	// Code is the exception.
	Code Code
	// Message is for the client's user; it holds no secrets.
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// BadRequest returns the error of a request that cannot be fulfilled as it is.
func BadRequest(format string, values ...any) *Error {
	return &Error{CodeBadRequest, fmt.Sprintf(format, values...)}
}

// NotFound returns the error of a resource that does not exist.
func NotFound(arn string) *Error { return &Error{CodeNotFound, arn + " not found"} }

// Conflict returns the error of a name that is taken.
func Conflict(name string) *Error { return &Error{CodeConflict, name + " already exists"} }

// Unsupported returns the error of a deed that this control plane cannot do.
func Unsupported(what string) *Error {
	return &Error{CodeInternalServer, what + " is not supported by this control plane"}
}

// IsCode says whether err is an [Error] with the code.
func IsCode(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
