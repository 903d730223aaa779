package topicadmin

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
)

// What went wrong, for errors.Is. The error's own text has the topic and the
// broker's words.
var (
	// ErrAuthorization is a principal without the right, on the topic or the cluster.
	ErrAuthorization = errors.New("not authorized")
	// ErrPolicy is a topic that the brokers' create.topic.policy refuses.
	ErrPolicy = errors.New("refused by the brokers' policy")
	// ErrReplicationFactor is a replication factor that the cluster cannot have, for
	// now: brokers may be down.
	ErrReplicationFactor = errors.New("invalid replication factor")
	// ErrPartitions is an impossible number of partitions.
	ErrPartitions = errors.New("invalid number of partitions")
	// ErrInvalidTopic is an impossible name.
	ErrInvalidTopic = errors.New("invalid topic")
	// ErrInvalidConfig is a topic setting that the brokers do not accept.
	ErrInvalidConfig = errors.New("invalid topic configuration")
	// ErrTimeout is a cluster that did not answer in time; trying again may help.
	ErrTimeout = errors.New("timed out")
	// ErrUnsupported is a broker that does not know the request.
	ErrUnsupported = errors.New("not supported by the brokers")
	// ErrUnknownTopic is a topic that does not exist.
	ErrUnknownTopic = errors.New("unknown topic")
)

// classify joins err with what it means, when that is known.
func classify(doing string, err error) error {
	kinds := []struct {
		kind   error
		causes []error
	}{
		{ErrAuthorization, []error{kerr.TopicAuthorizationFailed, kerr.ClusterAuthorizationFailed}},
		{ErrPolicy, []error{kerr.PolicyViolation}},
		{ErrReplicationFactor, []error{kerr.InvalidReplicationFactor}},
		{ErrPartitions, []error{kerr.InvalidPartitions}},
		{ErrInvalidTopic, []error{kerr.InvalidTopicException}},
		{ErrInvalidConfig, []error{kerr.InvalidConfig}},
		{ErrTimeout, []error{kerr.RequestTimedOut, context.DeadlineExceeded}},
		{ErrUnsupported, []error{kerr.UnsupportedVersion}},
		{ErrUnknownTopic, []error{kerr.UnknownTopicOrPartition, kerr.UnknownTopicID}},
	}
	for _, k := range kinds {
		for _, cause := range k.causes {
			if errors.Is(err, cause) {
				return fmt.Errorf("%s: %w: %w", doing, k.kind, err)
			}
		}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// brokerError is an error with the words of the broker that answered with it.
type brokerError struct {
	err   error
	words string
}

func (e *brokerError) Error() string { return e.err.Error() + " (" + e.words + ")" }
func (e *brokerError) Unwrap() error { return e.err }

// Message returns the broker's own words on an error, or the error's when the broker
// had none.
func Message(err error) string {
	var b *brokerError
	if errors.As(err, &b) {
		return b.words
	}
	return err.Error()
}
