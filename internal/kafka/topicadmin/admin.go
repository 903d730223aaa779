package topicadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// BrokerDefault as number of partitions or replication factor lets the brokers
// choose.
const BrokerDefault = -1

// Topic is a topic to create.
type Topic struct {
	Name              string
	Partitions        int32 // or BrokerDefault
	ReplicationFactor int16 // or BrokerDefault
	Configs           map[string]string
}

// Description is what the brokers say of a topic.
type Description struct {
	Name              string
	ID                [16]byte // zero from brokers before Kafka 2.8
	Partitions        int
	Leaders           []int32 // by partition, -1 for none
	ReplicationFactor int     // of the first partition
	Internal          bool
}

// Admin asks a cluster about topics. It is safe for concurrent use. Its methods
// block until the brokers answer, the client gives up or the context ends.
type Admin struct {
	client *kgo.Client
	kadm   *kadm.Client
}

// New returns an Admin that uses client, which stays the caller's to close.
func New(client *kgo.Client) *Admin { return &Admin{client: client, kadm: kadm.NewClient(client)} }

// Create creates a topic and tells whether it did: false without error means that
// the topic was already there.
func (a *Admin) Create(ctx context.Context, t Topic) (created bool, err error) {
	configs := make(map[string]*string, len(t.Configs))
	for name, value := range t.Configs {
		configs[name] = &value
	}
	doing := fmt.Sprintf("create topic %s", t.Name)
	answers, err := a.kadm.CreateTopics(ctx, t.Partitions, t.ReplicationFactor, configs, t.Name)
	if err != nil {
		return false, classify(doing, err)
	}
	answer, err := answers.On(t.Name, nil)
	if err == nil {
		err = answer.Err
	}
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, kerr.TopicAlreadyExists):
		return false, nil
	case errors.Is(err, kerr.InvalidReplicationFactor):
		err = a.explainFactor(ctx, t, err)
	}
	if answer.ErrMessage != "" {
		err = &brokerError{err, answer.ErrMessage}
	}
	return false, classify(doing, err)
}

// explainFactor says how many brokers there are, when the cluster tells.
func (a *Admin) explainFactor(ctx context.Context, t Topic, cause error) error {
	brokers, err := a.kadm.ListBrokers(ctx)
	if err != nil || len(brokers) >= int(t.ReplicationFactor) {
		return cause
	}
	return fmt.Errorf("replication factor %d larger than available brokers %d; lower the factor or start more brokers: %w",
		t.ReplicationFactor, len(brokers), cause)
}

// Describe describes topics. Those that do not exist are missing in the answer; any
// other error of one topic is the error of the call.
func (a *Admin) Describe(ctx context.Context, names ...string) (map[string]Description, error) {
	found := make(map[string]Description, len(names))
	if len(names) == 0 {
		return found, nil
	}
	topics, err := a.metadata(ctx, names)
	if err != nil {
		return nil, classify("describe topics "+strings.Join(names, ", "), err)
	}
	for _, t := range topics {
		err := kerr.ErrorForCode(t.ErrorCode)
		switch {
		case t.Topic == nil, errors.Is(err, kerr.UnknownTopicOrPartition):
			continue
		case err != nil && !kerr.IsRetriable(err):
			return nil, classify("describe topic "+*t.Topic, err)
		}
		found[*t.Topic] = describe(t)
	}
	return found, nil
}

func describe(t kmsg.MetadataResponseTopic) Description {
	d := Description{Name: *t.Topic, ID: t.TopicID, Partitions: len(t.Partitions), Internal: t.IsInternal}
	d.Leaders = slices.Repeat([]int32{-1}, d.Partitions)
	for _, p := range t.Partitions {
		if p.Partition == 0 {
			d.ReplicationFactor = len(p.Replicas)
		}
		if p.Partition >= 0 && int(p.Partition) < d.Partitions {
			d.Leaders[p.Partition] = p.Leader
		}
	}
	return d
}

// List returns the names of all topics that the client may see, sorted, internal
// ones included.
func (a *Admin) List(ctx context.Context) ([]string, error) {
	topics, err := a.metadata(ctx, nil)
	if err != nil {
		return nil, classify("list topics", err)
	}
	var names []string
	for _, t := range topics {
		if t.Topic != nil {
			names = append(names, *t.Topic)
		}
	}
	slices.Sort(names)
	return names, nil
}

// metadata asks for topics, all of them when names is nil. Unlike kadm it never
// answers from memory: a topic that was just created must be seen. It does not
// create topics.
func (a *Admin) metadata(ctx context.Context, names []string) ([]kmsg.MetadataResponseTopic, error) {
	req := kmsg.NewPtrMetadataRequest()
	for _, name := range names {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = kmsg.StringPtr(name)
		req.Topics = append(req.Topics, t)
	}
	resp, err := req.RequestWith(ctx, a.client)
	if err != nil {
		return nil, err
	}
	return resp.Topics, nil
}

// Config returns the effective settings of a topic, sensitive ones left out.
func (a *Admin) Config(ctx context.Context, topic string) (map[string]string, error) {
	doing := "describe the configuration of topic " + topic
	answers, err := a.kadm.DescribeTopicConfigs(ctx, topic)
	if err != nil {
		return nil, classify(doing, err)
	}
	answer, err := answers.On(topic, nil)
	if err == nil {
		err = answer.Err
	}
	if err != nil {
		return nil, classify(doing, err)
	}
	settings := make(map[string]string, len(answer.Configs))
	for _, c := range answer.Configs {
		if c.Value != nil {
			settings[c.Key] = *c.Value
		}
	}
	return settings, nil
}
