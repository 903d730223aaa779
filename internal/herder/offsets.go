package herder

import (
	"context"
	"errors"

	"github.com/millrace/millrace/internal/worker"
)

// ReadOffsets asks a worker for the offsets of a connector. It waits for Kafka.
func ReadOffsets(ctx context.Context, w *worker.Worker, name string, config map[string]string) ([]Offset, error) {
	found, err := w.ConnectorOffsets(ctx, name, config)
	if err != nil {
		return nil, offsetsFailed(err)
	}
	offsets := make([]Offset, len(found))
	for i, o := range found {
		offsets[i] = Offset(o)
	}
	return offsets, nil
}

// ChangeOffsets has a worker change the offsets of a connector that is stopped; nil
// resets them all. It waits for the connector and for Kafka.
func ChangeOffsets(ctx context.Context, w *worker.Worker, name string, config map[string]string, offsets []Offset) (string, error) {
	var wanted []worker.Offset
	if offsets != nil {
		wanted = make([]worker.Offset, len(offsets))
	}
	for i, o := range offsets {
		wanted[i] = worker.Offset(o)
	}
	text, err := w.AlterOffsets(ctx, name, config, wanted)
	if err != nil {
		return "", offsetsFailed(err)
	}
	return text, nil
}

// offsetsFailed gives an error of the worker its reason.
func offsetsFailed(err error) error {
	reason := Internal
	var invalid *worker.InvalidOffsetError
	switch {
	case errors.As(err, &invalid):
		reason = BadRequest
	case errors.Is(err, context.DeadlineExceeded):
		reason = TimedOut
	}
	return &Error{Reason: reason, Msg: err.Error(), Err: err}
}

// NotStopped says that a connector's offsets cannot be changed now.
func NotStopped(name string) *Error {
	return Fail(BadRequest, "Connectors must be in the STOPPED state before their offsets can be modified. This can be done "+
		"for the specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint", name)
}
