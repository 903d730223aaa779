package workerconfig

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
)

// Cluster is what only distributed workers have.
type Cluster struct {
	Group       string
	ClientID    string // "" for connect- and the worker's id
	Protocol    string // eager, compatible or sessioned
	ExactlyOnce ExactlyOnce

	SessionTimeout, RebalanceTimeout, HeartbeatInterval time.Duration
	SyncTimeout, UnsyncBackoff                          time.Duration
	MaxRebalanceDelay                                   time.Duration
	Handover                                            bool // a planned stop gives work away at once

	Configs, Offsets, Statuses Topic
	Signing                    Signing
}

// ExactlyOnce is the state of exactly-once delivery for source connectors
// (KIP-618).
type ExactlyOnce string

// The states of exactly-once delivery.
const (
	ExactlyOnceDisabled  ExactlyOnce = "disabled"
	ExactlyOncePreparing ExactlyOnce = "preparing"
	ExactlyOnceEnabled   ExactlyOnce = "enabled"
)

// Enabled tells whether tasks can deliver exactly once.
func (e ExactlyOnce) Enabled() bool { return e == ExactlyOnceEnabled }

// TransactionalLeader tells whether the leader writes the config topic with a
// transactional producer.
func (e ExactlyOnce) TransactionalLeader() bool { return e != ExactlyOnceDisabled }

// Topic describes an internal topic.
type Topic struct {
	Name              string
	Partitions        int32
	ReplicationFactor int16
	Settings          map[string]string // for its creation
}

// Signing says how calls between workers are signed.
type Signing struct {
	KeyAlgorithm string
	KeyBits      int           // 0 for what the algorithm prefers
	KeyTTL       time.Duration // 0 for ever
	Algorithm    string
	Accepted     []string
}

// TransactionalID returns the id of the leader's transactional producer.
func (c *Cluster) TransactionalID() string { return "connect-cluster-" + c.Group }

func parseCluster(v *config.Values) *Cluster {
	ms := func(key string) time.Duration { return time.Duration(v.Int(key)) * time.Millisecond }
	return &Cluster{
		Group: v.String(keyGroup), ClientID: v.String("client.id"),
		Protocol:          strings.ToLower(v.String(keyProtocol)),
		ExactlyOnce:       ExactlyOnce(strings.ToLower(v.String(keyExactlyOnce))),
		SessionTimeout:    ms("session.timeout.ms"),
		RebalanceTimeout:  ms("rebalance.timeout.ms"),
		HeartbeatInterval: ms("heartbeat.interval.ms"),
		SyncTimeout:       ms("worker.sync.timeout.ms"),
		UnsyncBackoff:     ms("worker.unsync.backoff.ms"),
		MaxRebalanceDelay: ms("scheduled.rebalance.max.delay.ms"),
		Configs:           topicAt(v, "config.storage."),
		Offsets:           topicAt(v, "offset.storage."),
		Statuses:          topicAt(v, "status.storage."),
		Signing: Signing{
			KeyAlgorithm: v.String(keyKeyAlgorithm), KeyBits: v.Int(keyKeySize), KeyTTL: ms(keyKeyTTL),
			Algorithm: v.String(keySignature), Accepted: v.List(keyVerification),
		},
	}
}

// topicAt reads an internal topic. The config topic has one partition, whatever is
// said, and all of them are compacted.
func topicAt(v *config.Values, prefix string) Topic {
	t := Topic{
		Name: v.String(prefix + "topic"), Partitions: 1,
		ReplicationFactor: int16(v.Int(prefix + "replication.factor")),
		Settings:          v.WithPrefix(prefix),
	}
	if prefix != "config.storage." {
		t.Partitions = int32(v.Int(prefix + "partitions"))
	}
	// A file for both kinds of workers may name the offset file of the standalone one.
	own := []string{"topic", "partitions", "replication.factor", "cleanup.policy", "file.filename"}
	maps.DeleteFunc(t.Settings, func(k, _ string) bool { return slices.Contains(own, k) })
	return t
}

// Ignored returns the names of properties of internal topics that have no effect:
// the cleanup policy, which is always compact, and the partitions of the config
// topic.
func (c *Config) Ignored() []string {
	names := []string{"config.storage.partitions"}
	for _, what := range []string{"config", "offset", "status"} {
		names = append(names, what+".storage.cleanup.policy")
	}
	return slices.DeleteFunc(names, func(name string) bool {
		_, given := c.Originals()[name]
		return !given || c.Cluster == nil
	})
}
