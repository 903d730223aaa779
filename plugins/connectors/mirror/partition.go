package mirror

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
)

// TopicPartition is a partition of a topic.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// String returns topic-partition, the form in which task configurations list them.
func (p TopicPartition) String() string {
	return p.Topic + "-" + strconv.Itoa(int(p.Partition))
}

// ParseTopicPartition reads what String writes. The last hyphen divides, so a
// negative partition does not come back. The error is a [data.Error] or a
// [text.NumberFormatError].
func ParseTopicPartition(s string) (TopicPartition, error) {
	hyphen := strings.LastIndexByte(s, '-')
	if hyphen < 0 {
		return TopicPartition{}, data.Fail(data.OutOfRange, "begin 0, end -1, length %d", text.Length(s))
	}
	n, err := text.ParseInt(s[hyphen+1:])
	if err != nil {
		return TopicPartition{}, err
	}
	return TopicPartition{s[:hyphen], n}, nil
}

// SourcePartition returns the source partition of the records of p, which lies in the
// cluster of that alias.
func (p TopicPartition) SourcePartition(cluster string) *data.Map {
	m := data.NewHashMap(3)
	m.Put("topic", p.Topic)
	m.Put("partition", p.Partition)
	m.Put("cluster", cluster)
	return m
}

// SourceOffset returns the source offset of a record.
func SourceOffset(offset int64) *data.Map {
	m := data.NewMap(1)
	m.Put("offset", offset)
	return m
}

func (p TopicPartition) append(dst []byte) ([]byte, error) {
	dst, err := appendText(dst, "topic", p.Topic)
	if err != nil {
		return nil, err
	}
	return binary.BigEndian.AppendUint32(dst, uint32(p.Partition)), nil
}

func (r *fieldReader) topicPartition() TopicPartition {
	topic := r.text("topic")
	return TopicPartition{topic, r.int32("partition")}
}
