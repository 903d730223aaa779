package connect_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

func TestRecordText(t *testing.T) {
	base := connect.Record{Topic: "t", Partition: connect.NoPartition, Timestamp: connect.NoTimestamp}
	baseText := "ConnectRecord{topic='t', kafkaPartition=null, key=null, keySchema=null, value=null, valueSchema=null, timestamp=null, headers=ConnectHeaders(headers=)}"
	sink := base
	sink.Partition, sink.Timestamp, sink.Value, sink.ValueSchema = 3, 5, "v", data.StringSchema
	sink.Consumed = &connect.Consumed{Topic: "o", Partition: 1, Offset: 42, TimestampType: connect.CreateTime}
	source := base
	source.Source = connect.NewSourcePartition(connect.Fields{"b": int64(1), "a": "x"})
	source.SourceOffset = connect.Fields{"position": int64(7)}
	noTopic := base
	noTopic.Topic = ""
	for _, c := range []struct {
		record connect.Record
		want   string
	}{
		{base, baseText},
		{sink, "SinkRecord{kafkaOffset=42, timestampType=CreateTime, originalTopic=o, originalKafkaPartition=1, originalKafkaOffset=42} " +
			"ConnectRecord{topic='t', kafkaPartition=3, key=null, keySchema=null, value=v, valueSchema=Schema{STRING}, timestamp=5, headers=ConnectHeaders(headers=)}"},
		{source, "SourceRecord{sourcePartition={a=x, b=1}, sourceOffset={position=7}} " + baseText},
		{noTopic, "ConnectRecord{topic='null'" + baseText[len("ConnectRecord{topic='t'"):]},
	} {
		if got := c.record.String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestRetriable(t *testing.T) {
	err := errors.New("busy")
	retriable := fmt.Errorf("write: %w", connect.Retriable(err))
	if !connect.IsRetriable(retriable) || !errors.Is(retriable, err) || retriable.Error() != "write: busy" {
		t.Errorf("%v", retriable)
	}
	if connect.IsRetriable(err) || connect.Retriable(nil) != nil {
		t.Error("a plain error is retriable")
	}
}
