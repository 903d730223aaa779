package awsaccess

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

func TestExplain(t *testing.T) {
	odd := &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 502}}, Err: errors.New("no JSON")}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&smithy.GenericAPIError{Code: "Denied", Message: "no"}, "Denied: no"},
		{&smithy.GenericAPIError{Code: "Denied", Message: strings.Repeat("x", 1000)}, "Denied: " + strings.Repeat("x", maxReason)},
		{&smithyhttp.RequestSendError{Err: context.DeadlineExceeded}, "context deadline exceeded"},
		{odd, "the answer (HTTP 502) cannot be read"},
		{&smithyhttp.ResponseError{Response: odd.Response, Err: &smithy.GenericAPIError{Code: "Slow", Message: "down"}}, "Slow: down"},
	} {
		wrapped := &smithy.OperationError{ServiceID: "s", OperationName: "o", Err: fmt.Errorf("request 17: %w", c.err)}
		if got := Explain(wrapped); got.Error() != c.want || !errors.Is(got, c.err) {
			t.Errorf("%v: %v, want %s", wrapped, got, c.want)
		}
	}
	for _, err := range []error{nil, context.Canceled} {
		if got := Explain(err); got != err {
			t.Errorf("%v: %v", err, got)
		}
	}
}
