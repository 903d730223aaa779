package topicadmin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// admin returns an Admin of a cluster of two brokers.
func admin(t *testing.T) (*Admin, *kfake.Cluster) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2), kfake.SeedTopics(3, "old"), kfake.DefaultNumPartitions(5), kfake.AllowAutoTopicCreation())
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.RequestRetries(0), kgo.AllowAutoTopicCreation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); cluster.Close() })
	return New(client), cluster
}

func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestCreate(t *testing.T) {
	a, _ := admin(t)
	ctx := background(t)
	for _, test := range []struct {
		topic      Topic
		created    bool
		partitions int
		factor     int
	}{
		{Topic{Name: "a", Partitions: 2, ReplicationFactor: 1}, true, 2, 1},
		{Topic{Name: "b", Partitions: BrokerDefault, ReplicationFactor: BrokerDefault}, true, 5, 2},
		{Topic{Name: "c", Partitions: 1, ReplicationFactor: 2, Configs: map[string]string{"cleanup.policy": "compact", "retention.ms": "1000"}}, true, 1, 2},
		{Topic{Name: "old", Partitions: 9, ReplicationFactor: 2}, false, 3, 2},
		{Topic{Name: "a", Partitions: 2, ReplicationFactor: 1}, false, 2, 1},
	} {
		if _, err := a.Describe(ctx, test.topic.Name); err != nil { // must not be remembered
			t.Error(err)
		}
		created, err := a.Create(ctx, test.topic)
		if err != nil || created != test.created {
			t.Errorf("%+v: got %v, %v", test.topic, created, err)
			continue
		}
		found, err := a.Describe(ctx, test.topic.Name)
		if got := found[test.topic.Name]; err != nil || got.Name != test.topic.Name || got.Partitions != test.partitions || got.ReplicationFactor != test.factor {
			t.Errorf("%+v: got %+v, %v", test.topic, got, err)
		}
		settings, err := a.Config(ctx, test.topic.Name)
		if err != nil {
			t.Error(err)
		}
		for name, want := range test.topic.Configs {
			if settings[name] != want {
				t.Errorf("%s of %s: got %q, want %q", name, test.topic.Name, settings[name], want)
			}
		}
	}
	names, err := a.List(ctx)
	if want := []string{"a", "b", "c", "old"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("got %v, %v, want %v", names, err, want)
	}
}

// TestMissing: asking for a topic does not create it.
func TestMissing(t *testing.T) {
	a, _ := admin(t)
	ctx := background(t)
	found, err := a.Describe(ctx, "old", "missing")
	if _, ok := found["old"]; err != nil || len(found) != 1 || !ok {
		t.Errorf("got %v, %v", found, err)
	}
	if found, err := a.Describe(ctx); err != nil || len(found) != 0 {
		t.Errorf("got %v, %v", found, err)
	}
	if _, err := a.Config(ctx, "missing"); !errors.Is(err, ErrUnknownTopic) {
		t.Errorf("got %v", err)
	}
	if names, err := a.List(ctx); err != nil || !slices.Equal(names, []string{"old"}) {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestReplicationFactor(t *testing.T) {
	a, _ := admin(t)
	_, err := a.Create(background(t), Topic{Name: "t", Partitions: 1, ReplicationFactor: 3})
	if !errors.Is(err, ErrReplicationFactor) || !strings.Contains(err.Error(), "replication factor 3 larger than available brokers 2") {
		t.Errorf("got %v", err)
	}
}

func TestCreateErrors(t *testing.T) {
	a, cluster := admin(t)
	ctx := background(t)
	for code, want := range map[*kerr.Error]error{
		kerr.TopicAuthorizationFailed:   ErrAuthorization,
		kerr.ClusterAuthorizationFailed: ErrAuthorization,
		kerr.PolicyViolation:            ErrPolicy,
		kerr.InvalidReplicationFactor:   ErrReplicationFactor,
		kerr.InvalidPartitions:          ErrPartitions,
		kerr.InvalidTopicException:      ErrInvalidTopic,
		kerr.InvalidConfig:              ErrInvalidConfig,
		kerr.RequestTimedOut:            ErrTimeout,
		kerr.UnsupportedVersion:         ErrUnsupported,
	} {
		const why = "words of the broker"
		cluster.ControlKey(int16(kmsg.CreateTopics), func(req kmsg.Request) (kmsg.Response, error, bool) {
			resp := req.ResponseKind().(*kmsg.CreateTopicsResponse)
			topic := kmsg.NewCreateTopicsResponseTopic()
			topic.Topic, topic.ErrorCode, topic.ErrorMessage = "t", code.Code, kmsg.StringPtr(why)
			resp.Topics = append(resp.Topics, topic)
			return resp, nil, true
		})
		created, err := a.Create(ctx, Topic{Name: "t", Partitions: 1, ReplicationFactor: 1})
		if created || !errors.Is(err, want) || !errors.Is(err, code) || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "topic t") {
			t.Errorf("%s: got %v, %v", code.Message, created, err)
		}
		if got := Message(err); got != why {
			t.Errorf("%s: the broker's words are %q", code.Message, got)
		}
	}
	if got := Message(kerr.InvalidConfig); got != kerr.InvalidConfig.Error() {
		t.Errorf("without words of a broker: %q", got)
	}
	ended, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
	defer cancel()
	if _, err := a.List(ended); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

func TestDescribe(t *testing.T) {
	a, cluster := admin(t)
	found, err := a.Describe(background(t), "old")
	d := found["old"]
	if err != nil || d.Partitions != 3 || len(d.Leaders) != 3 || d.ID != cluster.TopicInfo("old").TopicID {
		t.Fatalf("got %+v, %v", d, err)
	}
	for p, leader := range d.Leaders {
		if leader != cluster.LeaderFor("old", int32(p)) {
			t.Errorf("partition %d: leader %d", p, leader)
		}
	}
}

func TestDescribeErrors(t *testing.T) {
	a, cluster := admin(t)
	cluster.ControlKey(int16(kmsg.Metadata), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		r := req.(*kmsg.MetadataRequest)
		if len(r.Topics) == 0 {
			return nil, nil, false
		}
		resp := req.ResponseKind().(*kmsg.MetadataResponse)
		topic := kmsg.NewMetadataResponseTopic()
		topic.Topic, topic.ErrorCode = kmsg.StringPtr("t"), kerr.TopicAuthorizationFailed.Code
		resp.Topics = append(resp.Topics, topic)
		return resp, nil, true
	})
	if _, err := a.Describe(background(t), "t"); !errors.Is(err, ErrAuthorization) || !strings.Contains(err.Error(), "describe topic t") {
		t.Errorf("got %v", err)
	}
}
