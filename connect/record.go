package connect

import (
	"math"
	"strconv"

	"github.com/millrace/millrace/connect/data"
)

const (
	// NoPartition says that Kafka's partitioner chooses.
	NoPartition int32 = -1
	// NoTimestamp is the timestamp of a record that has none.
	NoTimestamp int64 = math.MinInt64
)

// Record is one message on its way between a connector and Kafka.
//
// A source task fills Source and SourceOffset, and leaves Consumed nil. A sink
// task finds Consumed set: what the record was in Kafka, whatever transforms made
// of it since.
//
// Keys and values may be shared between records. Whoever changes one replaces
// it; only its maker may write into it.
type Record struct {
	Topic       string
	Partition   int32 // NoPartition when Kafka's partitioner chooses
	Timestamp   int64 // milliseconds since the epoch, NoTimestamp for none
	KeySchema   *data.Schema
	Key         any
	ValueSchema *data.Schema
	Value       any
	Headers     Headers

	Source       *SourcePartition // where a source record comes from; nil when it keeps no offset
	SourceOffset SourceOffset     // where to go on after it

	Consumed *Consumed // sink records only
}

// TopicPartition names one partition of a topic.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// String returns topic-partition, as Kafka prints it.
func (tp TopicPartition) String() string {
	return tp.Topic + "-" + strconv.Itoa(int(tp.Partition))
}

// TimestampType says who set a consumed record's timestamp.
type TimestampType int8

// The timestamp types of Kafka.
const (
	NoTimestampType TimestampType = iota - 1
	CreateTime
	LogAppendTime
)

// String returns Kafka's spelling.
func (t TimestampType) String() string {
	switch t {
	case CreateTime:
		return "CreateTime"
	case LogAppendTime:
		return "LogAppendTime"
	}
	return "NoTimestampType"
}

// Consumed is a record as Kafka delivered it (KIP-793). It must not be changed.
type Consumed struct {
	Topic         string
	Partition     int32
	Offset        int64
	Timestamp     int64 // as on the wire: -1 for none
	TimestampType TimestampType
	Key, Value    []byte
	Headers       []RawHeader
}

// TopicPartition returns where the record lies.
func (c *Consumed) TopicPartition() TopicPartition {
	return TopicPartition{c.Topic, c.Partition}
}

// RawHeader is a header as Kafka stores it. Value is nil for null.
type RawHeader struct {
	Key   string
	Value []byte
}

// NewRecord returns a record for a topic with neither partition nor timestamp chosen,
// where the zero Record means partition 0 in 1970.
func NewRecord(topic string) Record {
	return Record{Topic: topic, Partition: NoPartition, Timestamp: NoTimestamp}
}

// String returns the record in Connect's words, as logs and error texts show it.
func (r *Record) String() string {
	switch {
	case r.Consumed != nil:
		return r.sinkText()
	case r.Source != nil || r.SourceOffset != nil:
		return r.sourceText()
	}
	return r.baseText()
}

func (r *Record) sinkText() string {
	c := r.Consumed
	offset := strconv.FormatInt(c.Offset, 10)
	return "SinkRecord{kafkaOffset=" + offset + ", timestampType=" + c.TimestampType.String() +
		", originalTopic=" + topicText(c.Topic) + ", originalKafkaPartition=" + strconv.Itoa(int(c.Partition)) +
		", originalKafkaOffset=" + offset + "} " + r.baseText()
}

func (r *Record) sourceText() string {
	partition, offset := "null", "null"
	if r.Source != nil {
		partition = r.Source.String()
	}
	if r.SourceOffset != nil {
		offset = r.SourceOffset.Fields().String()
	}
	return "SourceRecord{sourcePartition=" + partition + ", sourceOffset=" + offset + "} " + r.baseText()
}

func (r *Record) baseText() string {
	partition, timestamp := "null", "null"
	if r.Partition != NoPartition {
		partition = strconv.Itoa(int(r.Partition))
	}
	if r.Timestamp != NoTimestamp {
		timestamp = strconv.FormatInt(r.Timestamp, 10)
	}
	return "ConnectRecord{topic='" + topicText(r.Topic) + "', kafkaPartition=" + partition +
		", key=" + data.Text(r.Key) + ", keySchema=" + r.KeySchema.String() +
		", value=" + data.Text(r.Value) + ", valueSchema=" + r.ValueSchema.String() +
		", timestamp=" + timestamp + ", headers=" + r.Headers.String() + "}"
}

// topicText returns the name of a topic; none is null.
func topicText(topic string) string {
	if topic == "" {
		return "null"
	}
	return topic
}
