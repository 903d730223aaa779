package offsetstore

import (
	"context"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/kafka/topiclog"
)

// Rewriter is a Store that keeps several keys of equal meaning, because Java's workers
// may have written the members of a source partition in another order.
type Rewriter interface {
	// Rewrite returns entries with the keys that are to be written in their place.
	Rewrite(entries []Entry) []Entry
}

// TopicSettings are what the host gives a Topic.
type TopicSettings struct {
	Topic       string
	Property    string            // key that names the topic: offset.storage.topic or offsets.storage.topic
	Partitions  int32             // of a topic that has to be created, as the two below
	Replication int16             // 0 and -1, here as above, let the brokers choose
	Config      map[string]string // settings of the topic

	// Complete properties of the clients. Without those of a producer, offsets can only
	// be read.
	Producer, Consumer, Admin map[string]string
	// ClientOptions are added to those of every Kafka client: a dialer, hooks.
	ClientOptions []kgo.Opt

	Log *slog.Logger // nil for none
}

// Topic is a Store in a compacted topic.
type Topic struct {
	log   *slog.Logger
	topic *topiclog.Log
	index *index
}

// OpenTopic creates the topic or verifies it, and reads it to its end.
func OpenTopic(ctx context.Context, s TopicSettings) (*Topic, error) {
	if s.Topic == "" {
		return nil, config.Errorf(s.Property, "Offset storage topic must be specified")
	}
	t := &Topic{log: s.Log, index: newIndex()}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	var err error
	t.topic, err = topiclog.Open(ctx, topiclog.Settings{
		Topic: s.Topic, Property: s.Property, Purpose: "source connector offsets",
		Partitions: s.Partitions, ReplicationFactor: s.Replication, Config: s.Config,
		Producer: s.Producer, Consumer: s.Consumer, Admin: s.Admin,
		ClientOptions: s.ClientOptions, Apply: t.apply, Log: t.log,
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Topic) apply(r *kgo.Record) {
	if why := t.index.apply(r.Key, r.Value, r.Timestamp); why != "" {
		t.log.Warn("Offset record cannot be listed", "partition", r.Partition, "offset", r.Offset, "reason", why)
	}
}

// ReadToEnd returns when all was read that was in the topic when it was called. It
// blocks while the brokers cannot be reached.
func (t *Topic) ReadToEnd(ctx context.Context) error { return t.topic.ReadToEnd(ctx) }

// Get reads the topic to its end and returns the value of a key, or of the key of
// equal meaning that was written last.
func (t *Topic) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := t.ReadToEnd(ctx); err != nil {
		return nil, err
	}
	return t.Cached(key), nil
}

// Cached is Get without reading what is new. It does not block.
func (t *Topic) Cached(key []byte) []byte { return t.index.value(key) }

// All reads the topic to its end and returns every key that has a value; of those of
// equal meaning, that which was written last.
func (t *Topic) All(ctx context.Context) ([]Entry, error) {
	if err := t.ReadToEnd(ctx); err != nil {
		return nil, err
	}
	return t.index.all(), nil
}

// Set writes entries and waits until all replicas have them. Keys are rewritten.
func (t *Topic) Set(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return t.topic.Send(ctx, t.records(entries)...)
}

// post is Set that does not wait: done is called in the end, and must not block.
func (t *Topic) post(entries []Entry, done func(error)) {
	t.topic.Post(t.records(entries), done)
}

func (t *Topic) records(entries []Entry) []*kgo.Record {
	entries = t.Rewrite(entries)
	records := make([]*kgo.Record, len(entries))
	for i, e := range entries {
		records[i] = &kgo.Record{Key: e.Key, Value: e.Value}
	}
	return records
}

// Rewrite returns entries with the keys that the topic has for them: a value goes to
// the key written last, a nil value to all.
func (t *Topic) Rewrite(entries []Entry) []Entry { return t.index.rewrite(entries) }

// Partitions returns the source partitions of a connector that have an offset, as far
// as the topic was read. Nobody may change them.
func (t *Topic) Partitions(connector string) []*data.Map { return t.index.partitions.Of(connector) }

// Close ends reading. Writes under way fail.
func (t *Topic) Close() { t.topic.Close() }
