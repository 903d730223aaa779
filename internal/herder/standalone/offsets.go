package standalone

import (
	"context"
	"maps"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/state"
)

// Offsets returns the stored offsets of a connector: of a source from the offset
// file, of a sink from its consumer group. It waits for Kafka.
func (h *Herder) Offsets(ctx context.Context, name string) ([]herder.Offset, error) {
	info, err := h.Connector(ctx, name)
	if err != nil {
		return nil, err
	}
	return herder.ReadOffsets(ctx, h.worker, name, info.Config)
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
	return herder.ChangeOffsets(ctx, h.worker, name, config, offsets)
}

// stopped returns the configuration of a connector whose offsets may be changed.
func (h *Herder) stopped(name string, c *connector) (map[string]string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.target != state.TargetStopped || len(c.tasks) > 0 {
		return nil, herder.NotStopped(name)
	}
	return maps.Clone(c.config), nil
}
