package s3store

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/millrace/millrace/connect"
)

// answer is what S3 said about a request that failed.
type answer struct {
	status        int
	code, message string
	requestID     string
}

// read takes an answer out of an error of the SDK; false when S3 did not answer.
func read(err error) (a answer, ok bool) {
	var api smithy.APIError
	if errors.As(err, &api) {
		a.code, a.message, ok = api.ErrorCode(), api.ErrorMessage(), true
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		a.status, ok = response.HTTPStatusCode(), true
	}
	var id interface{ ServiceRequestID() string }
	if errors.As(err, &id) {
		a.requestID = id.ServiceRequestID()
	}
	if a.message == "" || a.message == a.code {
		a.message = http.StatusText(a.status)
	}
	return a, ok
}

// String returns the words of the Java SDK, which users know.
func (a answer) String() string {
	return fmt.Sprintf("%s (Service: S3, Status Code: %d, Request ID: %s)", a.message, a.status, a.requestID)
}

// cut tells whether S3 did what it was asked for, but its answer ended too early.
func (a answer) cut() bool { return a.code == "" && a.status/100 == 2 }

// noUpload tells whether the upload that a request is about does not exist, as an answer
// of 404 means even when it ended before it said so.
func (a answer) noUpload() bool { return a.status == http.StatusNotFound && a.code != "NoSuchBucket" }

// skewed tells whether a code says that the clocks differ too much.
func skewed(code string) bool {
	switch code {
	case "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture":
		return true
	}
	return false
}

// expired tells whether a code says that credentials were good until lately.
func expired(code string) bool {
	switch code {
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
		return true
	}
	return false
}

// alsoRetryable adds what the Java client tries again and the Go client does not, and
// requests whose credentials have expired when there may be others.
func (s *Settings) alsoRetryable(err error) aws.Ternary {
	a, ok := read(err)
	switch {
	case !ok:
	case a.status == http.StatusTooManyRequests, skewed(a.code), a.cut():
		return aws.TrueTernary
	case s.renew != nil && expired(a.code):
		s.renew()
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// passing tells whether an error may pass: trouble of the server, of the network,
// too many requests. A request that took S3 too long is tried again by the client
// but fails the task, as in the Java connector.
func passing(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	a, ok := read(err)
	if !ok || a.status == 0 {
		return network(err)
	}
	if a.cut() {
		return true
	}
	switch a.status {
	case 500, 502, 503, 504, http.StatusTooManyRequests:
		return true
	}
	_, throttled := retry.DefaultThrottleErrorCodes[a.code]
	return throttled || skewed(a.code)
}

// network tells errors of the connection from those of a program that cannot even
// make a request, such as missing credentials.
func network(err error) bool {
	var send *smithyhttp.RequestSendError
	return errors.As(err, &send) || errors.Is(err, context.DeadlineExceeded) ||
		retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary
}

// explain turns an error of the SDK into one for users. what is put in front of
// the cause, msg in place of its text when it is not empty.
func explain(err error, msg, what string) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", what, err)
	}
	if msg == "" {
		msg = text(err)
	}
	e := &connect.Error{Msg: msg, Err: fmt.Errorf("%s: %w", what, err)}
	if passing(err) {
		return connect.Retriable(e)
	}
	return e
}

func text(err error) string {
	if a, ok := read(err); ok && a.status > 0 && !a.cut() {
		return a.String()
	}
	return err.Error()
}
