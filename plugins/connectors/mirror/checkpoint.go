package mirror

import "fmt"

// Checkpoint is where a consumer group stands in a source partition, and where that
// is in the partition's replica.
type Checkpoint struct {
	Group string
	TopicPartition
	Upstream, Downstream int64
	Metadata             string // of the group's commit
}

// String describes the checkpoint for logs.
func (c Checkpoint) String() string {
	return fmt.Sprintf("Checkpoint{consumerGroupId=%s, topicPartition=%s, upstreamOffset=%d, downstreamOffset=%d, metadata=%s}",
		c.Group, c.TopicPartition, c.Upstream, c.Downstream, c.Metadata)
}

// Key returns the record's key. The error is a [SchemaError].
func (c Checkpoint) Key() ([]byte, error) {
	key, err := appendText(nil, "group", c.Group)
	if err != nil {
		return nil, err
	}
	return c.append(key)
}

// Value returns the record's value. The error is a [SchemaError].
func (c Checkpoint) Value() ([]byte, error) {
	return appendText(appendInt64s(header(), c.Upstream, c.Downstream), "metadata", c.Metadata)
}

// ReadCheckpoint reads a record of the checkpoints topic. Any version is read as
// version 0, the only one. The error is a [SchemaError].
func ReadCheckpoint(key, value []byte) (Checkpoint, error) {
	v := fieldReader{rest: value}
	v.int16("version")
	var c Checkpoint
	c.Upstream, c.Downstream, c.Metadata = v.int64("upstreamOffset"), v.int64("offset"), v.text("metadata")
	k := fieldReader{rest: key, err: v.err}
	c.Group = k.text("group")
	c.TopicPartition = k.topicPartition()
	if k.err != nil {
		return Checkpoint{}, k.err
	}
	return c, nil
}

// header returns the version that values of checkpoints and heartbeats begin with.
func header() []byte { return []byte{0, 0} }
