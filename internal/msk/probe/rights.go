package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/msk/model"
)

// checkTopics fails when a topic that is there must not be read and written, or one that
// is not must not be created.
func checkTopics(ctx context.Context, client *kgo.Client, topics []string) error {
	described, err := describe(ctx, client, topics)
	if err != nil {
		return refused(fmt.Errorf("describe the internal topics: %w", err))
	}
	var missing []string
	for _, topic := range described {
		name := nameOf(topic)
		switch err := kerr.ErrorForCode(topic.ErrorCode); {
		case errors.Is(err, kerr.TopicAuthorizationFailed):
			return forbidden("the internal topic %s must not be described", name)
		case errors.Is(err, kerr.UnknownTopicOrPartition):
			missing = append(missing, name)
		case err == nil && !allows(topic.AuthorizedOperations, kmsg.ACLOperationRead):
			return forbidden("the internal topic %s must not be read", name)
		case err == nil && !allows(topic.AuthorizedOperations, kmsg.ACLOperationWrite):
			return forbidden("the internal topic %s must not be written", name)
		}
	}
	return checkCreation(ctx, client, missing)
}

// checkReads fails when a topic must not be read by a sink that names it. One that is not
// there yet, or cannot be described for another reason, is for the sink to wait for.
func checkReads(ctx context.Context, client *kgo.Client, topics []string) error {
	if len(topics) == 0 {
		return nil
	}
	described, err := describe(ctx, client, topics)
	if err != nil {
		return refused(fmt.Errorf("describe the topics of the sink: %w", err))
	}
	for _, topic := range described {
		switch err := kerr.ErrorForCode(topic.ErrorCode); {
		case errors.Is(err, kerr.TopicAuthorizationFailed):
			return lacks(model.ReasonTopicsForbidden, "the topic %s, which topics names, must not be described", nameOf(topic))
		case err == nil && !allows(topic.AuthorizedOperations, kmsg.ACLOperationRead):
			return lacks(model.ReasonTopicsForbidden, "the topic %s, which topics names, must not be read", nameOf(topic))
		}
	}
	return nil
}

func describe(ctx context.Context, client *kgo.Client, topics []string) ([]kmsg.MetadataResponseTopic, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.IncludeTopicAuthorizedOperations = true
	for _, name := range topics {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(name)
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return nil, err
	}
	return resp.Topics, nil
}

func nameOf(topic kmsg.MetadataResponseTopic) string {
	if topic.Topic == nil {
		return ""
	}
	return *topic.Topic
}

// allows reads a set of rights; brokers that do not tell allow everything.
func allows(rights int32, operation kmsg.ACLOperation) bool {
	return rights == math.MinInt32 || rights == 0 || rights&(1<<operation) != 0
}

// checkCreation asks what would happen if topics were created.
func checkCreation(ctx context.Context, client *kgo.Client, topics []string) error {
	if len(topics) == 0 {
		return nil
	}
	req := kmsg.NewPtrCreateTopicsRequest()
	req.ValidateOnly = true
	for _, name := range topics {
		topic := kmsg.NewCreateTopicsRequestTopic()
		topic.Topic, topic.NumPartitions, topic.ReplicationFactor = name, 1, -1
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return refused(fmt.Errorf("ask whether the internal topics may be created: %w", err))
	}
	for _, topic := range resp.Topics {
		err := kerr.ErrorForCode(topic.ErrorCode)
		if errors.Is(err, kerr.TopicAuthorizationFailed) || errors.Is(err, kerr.ClusterAuthorizationFailed) {
			return forbidden("the internal topic %s does not exist and must not be created", topic.Topic)
		}
	}
	return nil
}

// checkGroups fails when a group must not be joined.
func checkGroups(ctx context.Context, client *kgo.Client, groups []string) error {
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups, req.IncludeAuthorizedOperations = groups, true
	for _, shard := range client.RequestSharded(ctx, req) {
		switch asked := shard.Req.(*kmsg.DescribeGroupsRequest).Groups; {
		case errors.Is(shard.Err, kerr.GroupAuthorizationFailed):
			return forbidden("the groups %s must not be described", strings.Join(asked, ", "))
		case kerr.IsRetriable(shard.Err):
			continue // no coordinator yet, as in a cluster that never had a group: the workers wait for it
		case shard.Err != nil:
			return refused(fmt.Errorf("describe the groups of the workers: %w", shard.Err))
		}
		for _, group := range shard.Resp.(*kmsg.DescribeGroupsResponse).Groups {
			switch err := kerr.ErrorForCode(group.ErrorCode); {
			case errors.Is(err, kerr.GroupAuthorizationFailed):
				return forbidden("the group %s must not be described", group.Group)
			case err == nil && !allows(group.AuthorizedOperations, kmsg.ACLOperationRead):
				return forbidden("the group %s must not be joined", group.Group)
			}
		}
	}
	return nil
}
