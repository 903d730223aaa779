package mirror

import "fmt"

// OffsetSync says that the record at one offset of a source partition was written at
// another offset of the partition's replica.
type OffsetSync struct {
	TopicPartition
	Upstream, Downstream int64
}

// String describes the sync for logs.
func (s OffsetSync) String() string {
	return fmt.Sprintf("OffsetSync{topicPartition=%s, upstreamOffset=%d, downstreamOffset=%d}", s.TopicPartition, s.Upstream, s.Downstream)
}

// Key returns the record's key. The error is a [SchemaError].
func (s OffsetSync) Key() ([]byte, error) { return s.append(nil) }

// Value returns the record's value.
func (s OffsetSync) Value() []byte { return appendInt64s(nil, s.Upstream, s.Downstream) }

// ReadOffsetSync reads a record of the offset syncs topic. The error is a
// [SchemaError].
func ReadOffsetSync(key, value []byte) (OffsetSync, error) {
	k := fieldReader{rest: key}
	s := OffsetSync{TopicPartition: k.topicPartition()}
	v := fieldReader{rest: value, err: k.err}
	s.Upstream, s.Downstream = v.int64("upstreamOffset"), v.int64("offset")
	if v.err != nil {
		return OffsetSync{}, v.err
	}
	return s, nil
}
