package glue

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// Error is something that could not be done with the registry, or with a value of
// its form.
type Error struct {
	What string // what was not done
	Err  error  // why; may be nil
}

// Error returns both.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.What
	}
	return e.What + ": " + e.Err.Error()
}

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }

// JavaClass returns the class that users of Connect know the error by.
func (e *Error) JavaClass() string {
	return "com.amazonaws.services.schemaregistry.exception.AWSSchemaRegistryException"
}

// errPending says that the registry did not come to an end in time.
var errPending = errors.New("the registry is still checking whether it is compatible with earlier ones (status PENDING)")

// Transient tells whether the same call may succeed a little later: requests that
// are throttled, failures of the service or of the network, checks that take long.
// Access denied and things that are not there are not among them.
func Transient(err error) bool {
	return errors.Is(err, errPending) || errors.Is(err, context.DeadlineExceeded) || mayPass().IsErrorRetryable(err) == aws.TrueTernary
}

// mayPass are the errors after which a request is sent again.
func mayPass() retry.IsErrorRetryables {
	return append(append(retry.IsErrorRetryables{}, retry.DefaultRetryables...), retry.RetryableErrorCode{Codes: map[string]struct{}{
		"ConcurrentModificationException": {}, "OperationTimeoutException": {}, "InternalServiceException": {},
	}})
}

// notFound tells whether there is no such registry, schema or version.
func notFound(err error) bool {
	var no *types.EntityNotFoundException
	return errors.As(err, &no)
}

// exists tells whether there is such a schema already.
func exists(err error) bool {
	var yes *types.AlreadyExistsException
	return errors.As(err, &yes)
}
