package client

import "fmt"

// Strategy says under which subject the schema of a topic's keys or values is.
type Strategy uint8

// The strategies.
const (
	TopicName       Strategy = iota // topic-key or topic-value
	RecordName                      // the full name of the record
	TopicRecordName                 // topic-name
)

const strategies = "io.confluent.kafka.serializers.subject."

// String returns the class name of the strategy.
func (s Strategy) String() string {
	return strategies + [...]string{"TopicNameStrategy", "RecordNameStrategy", "TopicRecordNameStrategy"}[s]
}

// StrategyOf returns the strategy of a class name.
func StrategyOf(class string) (Strategy, error) {
	for s := TopicName; s <= TopicRecordName; s++ {
		if s.String() == class {
			return s, nil
		}
	}
	return 0, fmt.Errorf("the subject name strategy %s is not supported", class)
}

// NeedsRecord tells whether the subject depends on the schema.
func (s Strategy) NeedsRecord() bool { return s != TopicName }

// Subject returns the subject. Record is the full name of the record, "" when the
// schema is no record.
func (s Strategy) Subject(topic string, key bool, record string) (string, error) {
	what := "value"
	if key {
		what = "key"
	}
	switch {
	case s == TopicName:
		return topic + "-" + what, nil
	case record == "":
		return "", fmt.Errorf("In configuration %s.subject.name.strategy = %s, the message %s must only be a record schema", what, s, what) //nolint:revive // the text of the Java class
	case s == RecordName:
		return record, nil
	}
	return topic + "-" + record, nil
}
