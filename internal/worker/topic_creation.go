package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/internal/kafka/topicadmin"
)

// topicCreator creates the topics of a source task before their first record, as
// topic.creation.* says (KIP-158). Without groups it leaves everything to the
// broker.
type topicCreator struct {
	admin  *topicadmin.Admin // nil without groups
	groups []topicGroup
	known  map[string]struct{}
}

type topicGroup struct {
	connectorconfig.TopicGroup
	include, exclude []*regex.Pattern
}

func newTopicCreator(admin *topicadmin.Admin, groups []connectorconfig.TopicGroup) (*topicCreator, error) {
	c := &topicCreator{admin: admin, known: map[string]struct{}{}}
	for _, g := range groups {
		include, err := compileAll(g.Include)
		if err != nil {
			return nil, err
		}
		exclude, err := compileAll(g.Exclude)
		if err != nil {
			return nil, err
		}
		c.groups = append(c.groups, topicGroup{g, include, exclude})
	}
	return c, nil
}

func compileAll(patterns []string) ([]*regex.Pattern, error) {
	var all []*regex.Pattern
	for _, p := range patterns {
		r, err := regex.Compile(p)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// ensure makes sure that a topic exists. An error that may pass is retriable.
func (c *topicCreator) ensure(ctx context.Context, topic string) error {
	if len(c.groups) == 0 {
		return nil
	}
	if _, ok := c.known[topic]; ok {
		return nil
	}
	g := c.group(topic)
	err := createMissing(ctx, c.admin, topicadmin.Topic{
		Name: topic, Partitions: g.Partitions, ReplicationFactor: g.ReplicationFactor, Configs: g.Configs,
	}, "topic.creation."+g.Name+".replication.factor")
	if err != nil {
		err = fmt.Errorf("create topic %s with group %s: %w", topic, g.Name, err)
		var ke *kerr.Error
		if errors.As(err, &ke) && ke.Retriable {
			return connect.Retriable(err)
		}
		return err
	}
	c.known[topic] = struct{}{}
	return nil
}

// createMissing creates a topic unless it is there: who may write to a topic need not
// be allowed to create it. factorKey is the property with the replication factor.
func createMissing(ctx context.Context, admin *topicadmin.Admin, t topicadmin.Topic, factorKey string) error {
	if found, err := admin.Describe(ctx, t.Name); err == nil && len(found) > 0 {
		return nil
	}
	_, err := admin.Create(ctx, t)
	switch {
	case errors.Is(err, topicadmin.ErrReplicationFactor):
		return fmt.Errorf("%w; see %s", err, factorKey)
	case errors.Is(err, topicadmin.ErrAuthorization):
		return fmt.Errorf("%w; the admin client's principal needs Create on the topic, unless somebody creates it beforehand", err)
	}
	return err
}

// group returns the first group that includes the topic; the last is the default.
func (c *topicCreator) group(topic string) *topicGroup {
	for i := range c.groups[:len(c.groups)-1] {
		g := &c.groups[i]
		if anyMatches(g.include, topic) && !anyMatches(g.exclude, topic) {
			return g
		}
	}
	return &c.groups[len(c.groups)-1]
}

func anyMatches(patterns []*regex.Pattern, topic string) bool {
	for _, p := range patterns {
		if ok, err := p.Matches(topic); ok && err == nil {
			return true
		}
	}
	return false
}
