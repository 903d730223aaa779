package groupadmin

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
)

// What went wrong, for errors.Is. The error's own text has the group and the broker's
// words.
var (
	// ErrInUse is a group that has members, or whose members read the topic.
	ErrInUse = errors.New("the group has members")
	// ErrUnknownGroup is a group that does not exist.
	ErrUnknownGroup = errors.New("unknown group")
	// ErrUnknownPartition is a topic or partition that does not exist.
	ErrUnknownPartition = errors.New("unknown topic or partition")
	// ErrAuthorization is a principal without the right, on the group or a topic.
	ErrAuthorization = errors.New("not authorized")
	// ErrTimeout is a cluster that did not answer in time; trying again may help.
	ErrTimeout = errors.New("timed out")
)

// classify joins err with what it means, when that is known.
func classify(doing string, err error) error {
	kinds := []struct {
		kind   error
		causes []error
	}{
		{ErrInUse, []error{kerr.NonEmptyGroup, kerr.UnknownMemberID, kerr.GroupSubscribedToTopic, kerr.RebalanceInProgress}},
		{ErrUnknownGroup, []error{kerr.GroupIDNotFound}},
		{ErrUnknownPartition, []error{kerr.UnknownTopicOrPartition, kerr.UnknownTopicID, kerr.InvalidTopicException}},
		{ErrAuthorization, []error{kerr.GroupAuthorizationFailed, kerr.TopicAuthorizationFailed, kerr.ClusterAuthorizationFailed}},
		{ErrTimeout, []error{kerr.RequestTimedOut, context.DeadlineExceeded}},
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
