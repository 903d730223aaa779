package metricship

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxReason bounds what is repeated of an answer, in bytes.
const maxReason = 500

// reason returns why CloudWatch did not accept something, without what is different each
// time; "" for no error.
func reason(err error) string {
	var (
		answer  smithy.APIError
		status  *smithyhttp.ResponseError
		network *smithyhttp.RequestSendError
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &answer):
		return fmt.Sprintf("%s: %.*s", answer.ErrorCode(), maxReason, answer.ErrorMessage())
	case errors.As(err, &network):
		return network.Err.Error()
	case errors.As(err, &status):
		return fmt.Sprintf("the answer (HTTP %d) cannot be read", status.HTTPStatusCode())
	}
	return err.Error()
}
