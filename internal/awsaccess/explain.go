package awsaccess

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const maxReason = 500 // characters that are repeated of an answer

// Explain wraps an error of a call with the reason alone for its text, without what is
// different each time, so that the same trouble has the same words.
func Explain(err error) error {
	var (
		answer  smithy.APIError
		status  *smithyhttp.ResponseError
		network *smithyhttp.RequestSendError
	)
	switch {
	case errors.As(err, &answer):
		return &explained{fmt.Sprintf("%s: %.*s", answer.ErrorCode(), maxReason, answer.ErrorMessage()), err}
	case errors.As(err, &network):
		return &explained{network.Err.Error(), err}
	case errors.As(err, &status):
		return &explained{fmt.Sprintf("the answer (HTTP %d) cannot be read", status.HTTPStatusCode()), err}
	}
	return err
}

// explained is an error in other words.
type explained struct {
	reason string
	err    error
}

func (e *explained) Error() string { return e.reason }
func (e *explained) Unwrap() error { return e.err }
