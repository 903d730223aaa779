package s3store

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Refusal says why a bucket cannot be used.
type Refusal struct {
	Reason Reason
	// Said is what the store, or the network, said about it: bounded, without secrets,
	// maybe empty.
	Said string
	// Region is the bucket's, for Elsewhere; "" when the store did not tell.
	Region string
	// Right is what is lacking, for Forbidden, such as s3:PutObject.
	Right string
	Err   error
}

// Error returns what was said.
func (r *Refusal) Error() string { return r.Said }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Reason is why a bucket cannot be used.
type Reason uint8

// The reasons.
const (
	Missing          Reason = iota + 1 // there is no such bucket
	Elsewhere                          // it is in another region
	Unreachable                        // nobody answers
	NoCredentials                      // where they are said to come from there are none
	WrongCredentials                   // the store does not accept them
	Forbidden                          // it does, but they do not have the right
)

const maxSaid = 400 // bytes

// lacking is for credentials that cannot be found. Only what AWS says about a role is
// shown: other texts come from files that have secrets in them.
func lacking(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	r := &Refusal{Reason: NoCredentials, Err: err}
	var api smithy.APIError
	switch {
	case errors.As(err, &api):
		r.Said = said(api.ErrorCode(), api.ErrorMessage())
	case errors.Is(err, context.DeadlineExceeded):
		r.Said = noAnswer
	}
	return r
}

// refusal turns an error of a request that needs a right into a *Refusal. It returns
// other errors as they are: those that may pass, and those that nobody expects.
func refusal(err error, right string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	a, answered := read(err)
	if !answered || a.status == 0 {
		if network(err) {
			return &Refusal{Reason: Unreachable, Said: trouble(err), Err: err}
		}
		return err
	}
	r := &Refusal{Said: said(a.code, a.message), Err: err}
	switch {
	case a.noBucket():
		r.Reason = Missing
	case a.status == http.StatusMovedPermanently, a.code == "AuthorizationHeaderMalformed":
		r.Reason, r.Region = Elsewhere, regionIn(err)
	case wrongKeys(a.code), skewed(a.code), expired(a.code):
		r.Reason = WrongCredentials
	case a.status == http.StatusForbidden, a.status == http.StatusUnauthorized:
		r.Reason, r.Right = Forbidden, right
	default:
		return err
	}
	return r
}

// noBucket tells whether there is no such bucket, also where nobody speaks of buckets.
func (a answer) noBucket() bool {
	switch a.code {
	case "NoSuchBucket", "InvalidBucketName":
		return true
	case "", "NotFound", "UnknownError":
		return a.status == http.StatusNotFound
	}
	return false
}

// wrongKeys tells whether a code is about who asks, not about what for.
func wrongKeys(code string) bool {
	switch code {
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidClientTokenId", "UnrecognizedClientException",
		"InvalidSecurity", "NotSignedUp", "AccountProblem", "AuthFailure", "CredentialsNotSupported", "XAdminUserNotFound":
		return true
	}
	return false
}

// regionIn returns the region that an answer says the bucket is in.
func regionIn(err error) string {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil {
		return ""
	}
	region := response.Response.Header.Get("X-Amz-Bucket-Region")
	return strings.ToValidUTF8(region[:min(len(region), maxSaid)], "")
}

const noAnswer = "no answer in time"

// trouble returns what the network said, without the URL of the request.
func trouble(err error) string {
	var request *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return noAnswer
	case errors.As(err, &request):
		return said("", request.Err.Error())
	}
	return "the connection broke"
}

func said(code, message string) string {
	switch {
	case code == message:
		message = ""
	case code != "" && message != "":
		code += ": "
	}
	text := strings.ToValidUTF8(code+message, "?")
	if len(text) > maxSaid {
		text = strings.ToValidUTF8(text[:maxSaid], "") + "..."
	}
	return text
}
