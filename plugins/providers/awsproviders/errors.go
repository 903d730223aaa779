package awsproviders

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/millrace/millrace/connect"
)

// maxReason bounds what is repeated of an answer, in bytes.
const maxReason = 1000

// trouble says what was not done and why. It passes on what to do about an error of the
// SDK, but not the error.
func trouble(what string, err error) error {
	failed := &connect.Error{Msg: what + ": " + reason(err)}
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			failed.Err = end
		}
	}
	if passing(err) {
		return connect.Retriable(failed)
	}
	return failed
}

// passing tells whether the same call may succeed a little later.
func passing(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) ||
		retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary
}

// reason returns the words of AWS, or of the network, but never those of an answer that
// was not understood.
func reason(err error) string {
	var (
		answer  smithy.APIError
		status  *smithyhttp.ResponseError
		large   *http.MaxBytesError
		network *smithyhttp.RequestSendError
		inner   *smithy.OperationError
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case errors.As(err, &large):
		return fmt.Sprintf("the answer has more than %d bytes", large.Limit)
	case errors.As(err, &answer):
		text := answer.ErrorCode()
		if said := answer.ErrorMessage(); said != "" {
			text += ": " + said
		}
		var request interface{ ServiceRequestID() string }
		if errors.As(err, &request) && request.ServiceRequestID() != "" {
			text += " (request " + request.ServiceRequestID() + ")"
		}
		return printable(text)
	case errors.As(err, &network):
		return printable(network.Err.Error())
	case errors.As(err, &status):
		return fmt.Sprintf("the answer (HTTP %d) cannot be read", status.HTTPStatusCode())
	case errors.As(err, &inner):
		return printable(inner.Err.Error())
	}
	return printable(err.Error())
}

func printable(text string) string {
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}
