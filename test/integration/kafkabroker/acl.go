package kafkabroker

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const aclWindow = 15 * time.Second

// DenyTopic forbids a user every operation on a topic that need not exist yet.
// The broker must have been started WithAuthorizer.
func (b *Broker) DenyTopic(t testing.TB, user, topic string) {
	t.Helper()
	acl := kadm.NewACLs().Deny("User:" + user).DenyHosts("*").
		Topics(topic).ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpAll)
	if err := b.createACL(acl); err != nil {
		t.Fatalf("deny topic %s to %s: %v", topic, user, err)
	}
}

// DenyTopics is DenyTopic for all topics that begin with a prefix.
func (b *Broker) DenyTopics(t testing.TB, user, prefix string) {
	t.Helper()
	acl := kadm.NewACLs().Deny("User:" + user).DenyHosts("*").
		Topics(prefix).ResourcePatternType(kadm.ACLPatternPrefixed).Operations(kadm.OpAll)
	if err := b.createACL(acl); err != nil {
		t.Fatalf("deny topics %s… to %s: %v", prefix, user, err)
	}
}

// DenyGroup forbids a user to join a group.
func (b *Broker) DenyGroup(t testing.TB, user, group string) {
	t.Helper()
	acl := kadm.NewACLs().Deny("User:" + user).DenyHosts("*").
		Groups(group).ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpRead)
	if err := b.createACL(acl); err != nil {
		t.Fatalf("deny group %s to %s: %v", group, user, err)
	}
}

func (b *Broker) createACL(acl *kadm.ACLBuilder) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Bootstrap()))
	if err != nil {
		return fmt.Errorf("make a kafka client: %w", err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), aclWindow)
	defer cancel()
	results, err := kadm.NewClient(client).CreateACLs(ctx, acl)
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Err != nil {
			return r.Err
		}
	}
	return nil
}
