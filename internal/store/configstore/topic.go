package configstore

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/topiclog"
	"github.com/millrace/millrace/internal/store/topicjson"
)

// Values of exactly.once.source.support.
const (
	EOSDisabled  = "disabled"
	EOSPreparing = "preparing"
	EOSEnabled   = "enabled"
)

const topicProperty = "config.storage.topic"

// TopicSettings are what the host gives a Topic.
type TopicSettings struct {
	Worker      map[string]string // all properties of the worker
	GroupID     string            // of the Connect cluster; that of Worker when ""
	EOS         string            // one of the constants above; disabled when ""
	Topic       string
	Replication int16             // 0 and -1 let the brokers choose
	TopicConfig map[string]string // of a topic that has to be created
	Log         *slog.Logger      // nil for none

	// ClientOptions are added to those of every Kafka client: a dialer, hooks.
	ClientOptions []kgo.Opt

	// Events is told what a record changed, in order, from the goroutine that reads the
	// topic and after the change can be seen in Snapshot. It must not block. Records
	// that were read at the start are not told. A topic that is created again is told
	// from its beginning. nil for nobody.
	Events func(Event)
}

// Topic is the config topic: the state that its records add up to, and the way to
// write it. It is safe for concurrent use.
//
// A write returns when its record was read back, except those of target states and
// logger levels, which return when the brokers have them. A write takes 30 seconds at
// most. Its error is a *connect.Error in Connect's words, a *PrivilegedWriteError or
// ErrUnclaimed; the cause is behind it.
type Topic struct {
	settings TopicSettings
	log      *slog.Logger
	topic    *topiclog.Log
	leader   leader

	mu     sync.Mutex // makes store and cached one
	store  *Store
	cached atomic.Pointer[Snapshot] // nil when a record came since
}

// OpenTopic creates the topic or verifies it, and reads it to its end.
func OpenTopic(ctx context.Context, s TopicSettings) (*Topic, error) {
	if s.Topic == "" {
		return nil, config.Errorf(topicProperty, "Must specify topic for connector configuration.")
	}
	if s.GroupID != "" {
		worker := map[string]string{}
		maps.Copy(worker, s.Worker)
		worker["group.id"] = s.GroupID
		s.Worker = worker
	}
	t := &Topic{settings: s, log: s.Log, store: New()}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	t.leader.transactional = s.EOS == EOSPreparing || s.EOS == EOSEnabled
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Topic) open(ctx context.Context) (err error) {
	s := t.settings
	clients := kafka.InternalProps(s.Worker, kafka.Configs, s.EOS == EOSEnabled)
	t.topic, err = topiclog.Open(ctx, topiclog.Settings{
		Topic: s.Topic, Property: topicProperty, Purpose: "connector configurations",
		Partitions: 1, ReplicationFactor: s.Replication, Config: s.TopicConfig,
		Producer: clients, Consumer: clients, Admin: kafka.InternalProps(s.Worker, kafka.SharedAdmin, false),
		ClientOptions: s.ClientOptions, Apply: t.apply, Log: t.log,
	})
	if err != nil {
		return err
	}
	if n := t.topic.Partitions(); n > 1 {
		t.topic.Close()
		return config.Errorf(topicProperty, "Topic '%s' supplied via the '%s' property is required to have a single partition in order to "+
			"guarantee consistency of connector configurations, but found %d partitions.", s.Topic, topicProperty, n)
	}
	t.store.Start()
	return nil
}

// apply takes in a record. Java's workers stop reading at some records; that would
// let one record of another worker end this one.
func (t *Topic) apply(r *kgo.Record) {
	t.mu.Lock()
	e, err := t.store.Apply(Record{Offset: r.Offset, Key: r.Key, Value: r.Value})
	t.cached.Store(nil)
	t.mu.Unlock()
	switch {
	case err != nil:
		t.log.Error("Config record cannot be used; it is left out", "offset", r.Offset, "key", topicjson.Shown(r.Key), "err", err)
	case e.Discarded != "":
		t.log.Error("Discarding config update record", "offset", r.Offset, "key", topicjson.Shown(r.Key), "reason", e.Discarded)
	}
	if e.Kind != None && t.settings.Events != nil {
		t.settings.Events(e)
	}
}

// Snapshot returns the state as it was read. It does not block.
func (t *Topic) Snapshot() *Snapshot {
	if s := t.cached.Load(); s != nil {
		return s
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.store.Snapshot()
	t.cached.Store(s)
	return s
}

// ReadToEnd returns when all was read that was in the topic when it was called. It
// blocks while the brokers cannot be reached.
func (t *Topic) ReadToEnd(ctx context.Context) error { return t.topic.ReadToEnd(ctx) }

// Close gives up the leader's privileges and ends reading. Writes under way fail.
func (t *Topic) Close() {
	t.leader.giveUp()
	t.topic.Close()
}
