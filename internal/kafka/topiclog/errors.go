package topiclog

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Errors of a log's methods.
var (
	// ErrClosed is the error of what waits for a log that is closed.
	ErrClosed = errors.New("topic log is closed")
	// ErrReadOnly is the error of writing to a log without a producer.
	ErrReadOnly = errors.New("topic log cannot be written")
)

// Retriable tells whether what failed with err may work later: brokers that are not
// there or not ready. Refusals of the brokers, and what this side gave up, are not.
func Retriable(err error) bool {
	var refused *kerr.Error
	switch {
	case err == nil, errors.Is(err, ErrClosed), errors.Is(err, ErrReadOnly), errors.Is(err, kgo.ErrClientClosed), errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &refused):
		return refused.Retriable
	}
	return true
}
