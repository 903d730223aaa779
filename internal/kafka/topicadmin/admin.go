package topicadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
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
	Partitions        int
	ReplicationFactor int // of the first partition
	Internal          bool
}

// Admin asks a cluster about topics. It is safe for concurrent use. Its methods
// block until the brokers answer, the client gives up or the context ends.
type Admin struct{ client *kadm.Client }

// New returns an Admin that uses client, which stays the caller's to close.
func New(client *kgo.Client) *Admin { return &Admin{client: kadm.NewClient(client)} }

// Create creates a topic and tells whether it did: false without error means that
// the topic was already there.
func (a *Admin) Create(ctx context.Context, t Topic) (created bool, err error) {
	configs := make(map[string]*string, len(t.Configs))
	for name, value := range t.Configs {
		configs[name] = &value
	}
	doing := fmt.Sprintf("create topic %s", t.Name)
	answers, err := a.client.CreateTopics(ctx, t.Partitions, t.ReplicationFactor, configs, t.Name)
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
		err = fmt.Errorf("%w (%s)", err, answer.ErrMessage)
	}
	return false, classify(doing, err)
}

// explainFactor says how many brokers there are, when the cluster tells.
func (a *Admin) explainFactor(ctx context.Context, t Topic, cause error) error {
	brokers, err := a.client.ListBrokers(ctx)
	if err != nil || len(brokers) >= int(t.ReplicationFactor) {
		return cause
	}
	return fmt.Errorf("replication factor %d larger than available brokers %d; lower the factor or start more brokers: %w",
		t.ReplicationFactor, len(brokers), cause)
}

// Describe describes topics. Those that do not exist are missing in the answer; any
// other error of one topic is the error of the call.
func (a *Admin) Describe(ctx context.Context, names ...string) (map[string]Description, error) {
	if len(names) == 0 {
		return map[string]Description{}, nil
	}
	details, err := a.client.ListTopicsWithInternal(ctx, names...)
	if err != nil {
		return nil, classify("describe topics", err)
	}
	found := make(map[string]Description, len(details))
	for _, d := range details {
		switch {
		case errors.Is(d.Err, kerr.UnknownTopicOrPartition):
			continue
		case d.Err != nil:
			return nil, classify("describe topic "+d.Topic, d.Err)
		}
		found[d.Topic] = describe(d)
	}
	return found, nil
}

func describe(d kadm.TopicDetail) Description {
	return Description{
		Name:              d.Topic,
		Partitions:        len(d.Partitions),
		ReplicationFactor: d.Partitions.NumReplicas(),
		Internal:          d.IsInternal,
	}
}

// List returns the names of all topics that the client may see, sorted, internal
// ones included.
func (a *Admin) List(ctx context.Context) ([]string, error) {
	details, err := a.client.ListTopicsWithInternal(ctx)
	if err != nil {
		return nil, classify("list topics", err)
	}
	names := details.Names()
	slices.Sort(names)
	return names, nil
}

// Config returns the effective settings of a topic, sensitive ones left out.
func (a *Admin) Config(ctx context.Context, topic string) (map[string]string, error) {
	doing := "describe the configuration of topic " + topic
	answers, err := a.client.DescribeTopicConfigs(ctx, topic)
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
