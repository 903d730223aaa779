package logship

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxReason bounds what is repeated of an answer, in bytes.
const maxReason = 500

// invalid tells whether a destination says that the request itself is wrong.
func invalid(err error) bool {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return false
	}
	switch answer.ErrorCode() {
	case "InvalidParameterException", "InvalidArgumentException", "SerializationException", "ValidationException", "EntityTooLarge":
		return true
	}
	return false
}

// explain returns why a destination did not accept something, without what is different
// each time, so that the same trouble has the same words.
func explain(err error) error {
	var (
		answer  smithy.APIError
		status  *smithyhttp.ResponseError
		network *smithyhttp.RequestSendError
	)
	switch {
	case errors.As(err, &answer):
		return &answerError{fmt.Sprintf("%s: %.*s", answer.ErrorCode(), maxReason, answer.ErrorMessage()), err}
	case errors.As(err, &network):
		return &answerError{network.Err.Error(), err}
	case errors.As(err, &status):
		return &answerError{fmt.Sprintf("the answer (HTTP %d) cannot be read", status.HTTPStatusCode()), err}
	}
	return err
}

// answerError is what a service answered.
type answerError struct {
	text string
	err  error
}

func (e *answerError) Error() string { return e.text }

func (e *answerError) Unwrap() error { return e.err }
