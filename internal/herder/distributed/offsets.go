package distributed

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
)

// Offsets returns the stored offsets of a connector: of a source by its partitions,
// of a sink by topic and partition.
func (h *Herder) Offsets(ctx context.Context, name string) ([]herder.Offset, error) {
	c := h.configs.Snapshot().Connector(name)
	if c.Config == nil {
		return nil, herder.NoConnector(name)
	}
	return herder.ReadOffsets(ctx, h.worker, name, configstore.Strings(c.Config))
}

// AlterOffsets changes the offsets of a stopped connector; offsets == nil resets them
// all.
func (h *Herder) AlterOffsets(ctx context.Context, name string, offsets []herder.Offset) (string, error) {
	if _, err := h.requireLeader(ctx); err != nil {
		return "", err
	}
	c, err := h.stopped(ctx, name)
	if err != nil {
		return "", err
	}
	if h.Cluster.ExactlyOnce.Enabled() && h.kind(c) == pluginset.Source {
		if err := h.fenceAsLeader(ctx, name); err != nil {
			return "", err
		}
		if c, err = h.stopped(ctx, name); err != nil {
			return "", err
		}
	}
	// A task that is started meanwhile makes the change fail: it has the group, or the
	// newer producer.
	return herder.ChangeOffsets(ctx, h.worker, name, configstore.Strings(c.Config), offsets)
}

// stopped returns a connector that has no tasks, or the reason why its offsets cannot
// be changed.
func (h *Herder) stopped(ctx context.Context, name string) (configstore.Connector, error) {
	if err := h.configs.ReadToEnd(ctx); err != nil {
		return configstore.Connector{}, fmt.Errorf("Failed to read to end of config topic before modifying connector offsets: %w", err)
	}
	c := h.configs.Snapshot().Connector(name)
	switch {
	case c.Config == nil:
		return c, herder.NoConnector(name)
	case c.Target != state.TargetStopped || c.TaskCount != 0:
		return c, herder.NotStopped(name)
	}
	return c, nil
}
