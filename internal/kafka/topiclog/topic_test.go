package topiclog

import (
	"errors"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/devbroker"
)

// refuse has the broker answer requests to create topics with an error, and nothing
// else.
func refuse(b *devbroker.Broker, err *kerr.Error) {
	b.Cluster().ControlKey(int16(kmsg.CreateTopics), func(req kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster().KeepControl()
		resp := req.ResponseKind().(*kmsg.CreateTopicsResponse)
		topic := kmsg.NewCreateTopicsResponseTopic()
		topic.Topic, topic.ErrorCode, topic.ErrorMessage = "log", err.Code, kmsg.StringPtr("the broker's words")
		resp.Topics = append(resp.Topics, topic)
		return resp, nil, true
	})
}

func TestCreationErrors(t *testing.T) {
	const timedOut = "Timed out while checking for or creating topic(s) 'log'. This could indicate a connectivity issue, " +
		"unavailable topic partitions, or if this is your first use of the topic it may have taken too long to create."
	for cause, want := range map[*kerr.Error]string{
		kerr.InvalidConfig:   "Unable to create topic(s) 'log': the broker's words",
		kerr.PolicyViolation: "Error while attempting to create/find topic(s) 'log'",
		kerr.RequestTimedOut: timedOut,
	} {
		b := startBroker(t)
		refuse(b, cause)
		s := settings(b, &reading{})
		s.Admin["default.api.timeout.ms"], s.Admin["request.timeout.ms"] = "300", "300"
		if _, err := Open(within(t), s); err == nil || err.Error() != want || !errors.Is(err, cause) {
			t.Errorf("%s: %v, because %v", cause.Message, err, errors.Unwrap(err))
		}
	}
}

// Who may not create topics, or ask for their settings, uses what is there.
func TestNotPermitted(t *testing.T) {
	for _, cause := range []*kerr.Error{kerr.TopicAuthorizationFailed, kerr.ClusterAuthorizationFailed, kerr.UnsupportedVersion} {
		b := startBroker(t)
		open(t, settings(b, &reading{})).Close()
		refuse(b, cause)
		b.Cluster().ControlKey(int16(kmsg.DescribeConfigs), func(req kmsg.Request) (kmsg.Response, error, bool) {
			asked := req.(*kmsg.DescribeConfigsRequest).Resources[0]
			resp := req.ResponseKind().(*kmsg.DescribeConfigsResponse)
			resource := kmsg.NewDescribeConfigsResponseResource()
			resource.ResourceType, resource.ResourceName, resource.ErrorCode = asked.ResourceType, asked.ResourceName, cause.Code
			resp.Resources = append(resp.Resources, resource)
			return resp, nil, true
		})
		l := open(t, settings(b, &reading{}))
		send(t, l, "k=v")
	}
}

func TestSplitPolicies(t *testing.T) {
	for text, want := range map[string]int{"": 0, " ,": 0, "compact": 1, "Compact , compact": 1, "compact,delete": 2} {
		if got := splitPolicies(text); len(got) != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
