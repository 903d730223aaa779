package topiclog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/hashorder"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/topicadmin"
)

const (
	cleanupPolicy = "cleanup.policy"
	compact       = "compact"
	createBackoff = 100 * time.Millisecond
)

// prepare creates the topic unless it is there, and checks one that was there.
func (l *Log) prepare(ctx context.Context) error {
	a, err := kafka.AdminOptions(l.settings.Admin)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(slices.Concat(a.Opts, []kgo.Opt{kgo.WithLogger(kafka.Logger(l.log))}, l.settings.ClientOptions)...)
	if err != nil {
		return fmt.Errorf("open admin client of topic %s: %w", l.settings.Topic, err)
	}
	defer client.Close()
	admin := topicadmin.New(client)
	created, err := l.create(ctx, admin, a.APITimeout)
	switch {
	case err != nil:
		return l.explain(ctx, err)
	case created:
		l.log.Info("Topic was created", "partitions", l.settings.Partitions, "replication.factor", l.settings.ReplicationFactor)
		return nil
	}
	return l.checkPolicy(ctx, admin)
}

// create tries again while brokers may be missing.
func (l *Log) create(ctx context.Context, admin *topicadmin.Admin, limit time.Duration) (created bool, err error) {
	t := l.wanted()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		created, err = admin.Create(ctx, t)
		if !errors.Is(err, topicadmin.ErrReplicationFactor) && !errors.Is(err, topicadmin.ErrTimeout) {
			break
		}
		if l.failures.first("create") {
			l.log.Warn("Topic cannot be created yet; trying again", "err", err)
		}
		if !pause(ctx, createBackoff) {
			break
		}
	}
	if errors.Is(err, topicadmin.ErrAuthorization) || errors.Is(err, topicadmin.ErrUnsupported) {
		l.log.Info("Topic cannot be created by this worker; it is taken to exist", "err", err)
		return false, nil
	}
	return created, err
}

func (l *Log) wanted() topicadmin.Topic {
	t := topicadmin.Topic{
		Name:              l.settings.Topic,
		Partitions:        l.settings.Partitions,
		ReplicationFactor: l.settings.ReplicationFactor,
		Configs:           maps.Clone(l.settings.Config),
	}
	if t.Partitions == 0 {
		t.Partitions = topicadmin.BrokerDefault
	}
	if t.ReplicationFactor == 0 {
		t.ReplicationFactor = topicadmin.BrokerDefault
	}
	if t.Configs == nil {
		t.Configs = map[string]string{}
	}
	t.Configs[cleanupPolicy] = compact
	return t
}

// explain puts an error of the creation into Connect's words; the cause is behind.
func (l *Log) explain(ctx context.Context, err error) error {
	var answered *kerr.Error
	topic := l.settings.Topic
	switch {
	case context.Cause(ctx) != nil:
		return fmt.Errorf("create topic %s: %w", topic, err)
	case errors.Is(err, topicadmin.ErrInvalidConfig):
		return &connect.Error{Msg: fmt.Sprintf("Unable to create topic(s) '%s': %s", topic, topicadmin.Message(err)), Err: err}
	case errors.Is(err, topicadmin.ErrTimeout), !errors.As(err, &answered):
		return &connect.Error{Msg: fmt.Sprintf("Timed out while checking for or creating topic(s) '%s'. This could indicate a connectivity issue, "+
			"unavailable topic partitions, or if this is your first use of the topic it may have taken too long to create.", topic), Err: err}
	}
	return &connect.Error{Msg: fmt.Sprintf("Error while attempting to create/find topic(s) '%s'", topic), Err: err}
}

// checkPolicy refuses a topic from which the brokers delete records that are not
// superseded.
func (l *Log) checkPolicy(ctx context.Context, admin *topicadmin.Admin) error {
	settings, err := admin.Config(ctx, l.settings.Topic)
	hidden := errors.Is(err, topicadmin.ErrAuthorization) || errors.Is(err, topicadmin.ErrUnsupported) || errors.Is(err, topicadmin.ErrUnknownTopic)
	if err != nil && !hidden {
		return err
	}
	policies := splitPolicies(settings[cleanupPolicy])
	switch {
	case len(policies) == 0:
		l.log.Info("Cleanup policy of topic cannot be verified", "err", err)
	case len(policies) > 1 || policies[0] != compact:
		return l.wrongPolicy(policies)
	}
	return nil
}

func splitPolicies(text string) []string {
	var policies []string
	for policy := range strings.SplitSeq(text, ",") {
		policy = strings.ToLower(strings.TrimSpace(policy))
		if policy != "" && !slices.Contains(policies, policy) {
			policies = append(policies, policy)
		}
	}
	return policies
}

// wrongPolicy names the policies in the order of a Java HashSet, as Connect does.
func (l *Log) wrongPolicy(policies []string) error {
	var found []string
	for _, i := range hashorder.Default(policies) {
		found = append(found, policies[i])
	}
	s := l.settings
	return config.Errorf(s.Property, "Topic '%s' supplied via the '%s' property is required to have 'cleanup.policy=compact' to guarantee "+
		"consistency and durability of %s, but found the topic currently has 'cleanup.policy=%s'. Continuing would likely result in eventually "+
		"losing %s and problems restarting this Connect cluster in the future. Change the '%s' property in the Connect worker configurations "+
		"to use a topic with 'cleanup.policy=compact'.",
		s.Topic, s.Property, s.Purpose, strings.Join(found, ","), s.Purpose, s.Property)
}

// pause tells whether the time passed before ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
