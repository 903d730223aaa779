package standalone

import (
	"context"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/offsetstore"
)

// Offsets returns the stored offsets of a source connector.
func (h *Herder) Offsets(ctx context.Context, name string) ([]herder.Offset, error) {
	info, err := h.Connector(ctx, name)
	if err != nil {
		return nil, err
	}
	if info.Kind != pluginset.Source {
		return nil, herder.Fail(herder.Internal, "Reading the offsets of sink connectors is not supported yet; ask Kafka for the group connect-%s", name)
	}
	entries, err := h.offsets.All(ctx)
	if err != nil {
		return nil, err
	}
	var found []herder.Offset
	for _, e := range entries {
		connector, partition, err := offsetstore.DecodeKey(e.Key)
		if err != nil || connector != name {
			continue
		}
		offset, err := offsetstore.DecodeFields(e.Value)
		if err != nil {
			return nil, err
		}
		found = append(found, herder.Offset{Partition: partition, Offset: offset})
	}
	return found, nil
}

// AlterOffsets is not supported yet.
func (h *Herder) AlterOffsets(_ context.Context, name string, _ []herder.Offset) (string, error) {
	if _, err := h.find(name); err != nil {
		return "", err
	}
	return "", herder.Fail(herder.Internal, "Changing offsets through the API is not supported yet by a standalone worker")
}
