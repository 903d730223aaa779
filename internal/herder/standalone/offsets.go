package standalone

import (
	"context"
	"errors"
	"maps"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/worker"
)

// Offsets returns the stored offsets of a connector: of a source from the offset
// file, of a sink from its consumer group. It waits for Kafka.
func (h *Herder) Offsets(ctx context.Context, name string) ([]herder.Offset, error) {
	info, err := h.Connector(ctx, name)
	if err != nil {
		return nil, err
	}
	found, err := h.worker.ConnectorOffsets(ctx, name, info.Config)
	if err != nil {
		return nil, offsetsFailed(err)
	}
	offsets := make([]herder.Offset, len(found))
	for i, o := range found {
		offsets[i] = herder.Offset(o)
	}
	return offsets, nil
}

// AlterOffsets changes the offsets of a stopped connector; nil resets them all. It
// has the connector's turn meanwhile: nobody can start it.
func (h *Herder) AlterOffsets(ctx context.Context, name string, offsets []herder.Offset) (string, error) {
	c, err := h.find(name)
	if err != nil {
		return "", err
	}
	giveBack, err := h.take(ctx, name, c)
	if err != nil {
		return "", err
	}
	defer giveBack()
	config, err := h.stopped(name, c)
	if err != nil {
		return "", err
	}
	text, err := h.worker.AlterOffsets(ctx, name, config, change(offsets))
	if err != nil {
		return "", offsetsFailed(err)
	}
	return text, nil
}

// offsetsFailed gives an error of the worker its reason.
func offsetsFailed(err error) error {
	reason := herder.Internal
	var invalid *worker.InvalidOffsetError
	switch {
	case errors.As(err, &invalid):
		reason = herder.BadRequest
	case errors.Is(err, context.DeadlineExceeded):
		reason = herder.TimedOut
	}
	return &herder.Error{Reason: reason, Msg: err.Error(), Err: err}
}

// change is what a worker is asked for: nil stays nil.
func change(offsets []herder.Offset) []worker.Offset {
	if offsets == nil {
		return nil
	}
	wanted := make([]worker.Offset, len(offsets))
	for i, o := range offsets {
		wanted[i] = worker.Offset(o)
	}
	return wanted
}

// stopped returns the configuration of a connector whose offsets may be changed.
func (h *Herder) stopped(name string, c *connector) (map[string]string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.target != state.TargetStopped || len(c.tasks) > 0 {
		return nil, herder.Fail(herder.BadRequest, "Connectors must be in the STOPPED state before their offsets can be modified. This can be done "+
			"for the specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint", name)
	}
	return maps.Clone(c.config), nil
}
