package mirror

import (
	"context"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/source"
)

// Members of source partitions and offsets.
const (
	sourceAliasKey = "sourceClusterAlias"
	targetAliasKey = "targetClusterAlias"
	offsetKey      = "offset"
)

// SourcePartition returns the source partition of heartbeats.
func (h Heartbeat) SourcePartition() *connect.SourcePartition {
	return connect.NewSourcePartition(connect.Fields{sourceAliasKey: h.Source, targetAliasKey: h.Target})
}

// AlterOffsets checks the form of a change of offsets (KIP-875): nobody uses them.
func (c *heartbeatConnector) AlterOffsets(_ context.Context, _ map[string]string, offsets []source.PartitionOffset) (bool, error) {
	for _, o := range offsets {
		if err := checkHeartbeatOffset(o.Partition, o.Offset); err != nil {
			return false, err
		}
	}
	return true, nil
}

// checkHeartbeatOffset has the words of Kafka's own connectors.
func checkHeartbeatOffset(partition, offset connect.Fields) error {
	switch {
	case offset == nil:
		return nil
	case partition == nil:
		return refused("Source partitions may not be null")
	}
	for _, name := range []string{sourceAliasKey, targetAliasKey} {
		value, ok := partition[name]
		if !ok {
			return refused("Source partition " + partition.String() + " is missing the '" + name + "' key, which is required")
		}
		if _, ok := value.(string); !ok {
			return refused("Source partition " + partition.String() + " has an invalid value " + data.Text(value) + " for the '" + name + "' key, which must be a string")
		}
	}
	value, ok := offset[offsetKey]
	at := "Source offset " + offset.String() + " for source partition " + partition.String()
	if !ok {
		return refused(at + " is missing the '" + offsetKey + "' key, which is required")
	}
	n, ok := value.(int64)
	at += " has an invalid value " + data.Text(value) + " for the '" + offsetKey + "' key"
	switch {
	case !ok:
		return refused(at + ", which must be an integer")
	case n != 0:
		return refused(at + "; the only accepted value is 0")
	}
	return nil
}

func refused(msg string) error { return &connect.Error{Msg: msg} }
