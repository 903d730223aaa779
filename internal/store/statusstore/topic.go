package statusstore

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/topiclog"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/topicjson"
)

const topicProperty = "status.storage.topic"

// closeWindow is how long Close tries to write what was put.
const closeWindow = 5 * time.Second

// TopicSettings are what the host gives a Topic.
type TopicSettings struct {
	Worker      map[string]string // all properties of the worker
	Topic       string
	Partitions  int32             // of a topic that has to be created, as the two below
	Replication int16             // 0 and -1, here as above, let the brokers choose
	TopicConfig map[string]string // settings of the topic
	Log         *slog.Logger      // nil for none

	// Heard is told of every status that is read, with its key, one call at a time. It
	// must not block. nil for nobody.
	Heard func(key string, s state.Status)
	// ClientOptions are added to those of every Kafka client: a dialer, hooks.
	ClientOptions []kgo.Opt
}

// Topic is the status topic: what its records add up to, and the way to write it. It
// is safe for concurrent use.
//
// Puts do not block and count when they were read back. A put that fails for a reason
// that may pass is tried again until it does not matter any more.
type Topic struct {
	shared  *Shared
	log     *slog.Logger
	heard   func(key string, s state.Status)
	topic   *topiclog.Log
	queue   *queue
	running sync.WaitGroup
	cancel  context.CancelFunc
	closing sync.Once

	mu        sync.Mutex
	announced map[string]struct{} // keys of topics' uses put and not read back yet
}

// OpenTopic creates the topic or verifies it, and reads it to its end.
func OpenTopic(ctx context.Context, s TopicSettings) (*Topic, error) {
	if s.Topic == "" {
		return nil, config.Errorf(topicProperty, "Must specify topic for connector status.")
	}
	t := &Topic{shared: NewShared(), log: s.Log, heard: s.Heard, queue: newQueue(), announced: map[string]struct{}{}}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	clients := kafka.InternalProps(s.Worker, kafka.Statuses, false)
	var err error
	t.topic, err = topiclog.Open(ctx, topiclog.Settings{
		Topic: s.Topic, Property: topicProperty, Purpose: "connector and task statuses",
		Partitions: s.Partitions, ReplicationFactor: s.Replication, Config: s.TopicConfig,
		Producer: clients, Consumer: clients, Admin: kafka.InternalProps(s.Worker, kafka.SharedAdmin, false),
		ClientOptions: s.ClientOptions, Apply: t.apply, Log: t.log,
	})
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	t.running.Go(func() { t.send(running) })
	return t, nil
}

func (t *Topic) apply(r *kgo.Record) {
	if why := t.shared.Apply(Record{Key: r.Key, Value: r.Value}); why != "" {
		level := slog.LevelWarn
		if why == overtaken {
			level = slog.LevelDebug // two workers wrote at the same time
		}
		t.log.Log(context.Background(), level, "Status record has no effect", "partition", r.Partition, "offset", r.Offset, "key", topicjson.Shown(r.Key), "reason", why)
	}
	key := string(r.Key)
	if r.Value == nil {
		t.queue.forget(key, r.Timestamp)
	}
	t.mu.Lock()
	delete(t.announced, key)
	t.mu.Unlock()
	if t.heard == nil {
		return
	}
	if s, ok := decodeStatus(r.Value); ok {
		t.heard(key, s)
	}
}

// PutConnector writes a connector's status; Destroyed deletes it.
func (t *Topic) PutConnector(name string, s state.Status) {
	r, err := t.shared.PutConnector(name, s)
	t.put(item{record: r, status: s}, err)
}

// PutConnectorSafe is PutConnector unless another worker wrote a status of a later
// generation: then this one has lost the connector.
func (t *Topic) PutConnectorSafe(name string, s state.Status) {
	r, safe, err := t.shared.PutConnectorSafe(name, s)
	if safe {
		t.put(item{record: r, status: s, safe: func() bool { return t.shared.connectorSafe(name, s) }}, err)
	}
}

// PutTask is to a task what PutConnector is to a connector.
func (t *Topic) PutTask(id state.TaskID, s state.Status) {
	r, err := t.shared.PutTask(id, s)
	t.put(item{record: r, status: s}, err)
}

// PutTaskSafe is to a task what PutConnectorSafe is to a connector.
func (t *Topic) PutTaskSafe(id state.TaskID, s state.Status) {
	r, safe, err := t.shared.PutTaskSafe(id, s)
	if safe {
		t.put(item{record: r, status: s, safe: func() bool { return t.shared.taskSafe(id, s) }}, err)
	}
}

// ConnectorStuck adds a call that does not return to the status that this worker last put
// of a connector, or takes it out with the zero value. It does nothing when there is no
// such status, or it says so already.
func (t *Topic) ConnectorStuck(name string, stuck state.Stuck) {
	t.amend(connectorPrefix+name, stuck, func(s state.Status) bool { return t.shared.connectorSafe(name, s) })
}

// TaskStuck is to a task what ConnectorStuck is to a connector.
func (t *Topic) TaskStuck(id state.TaskID, stuck state.Stuck) {
	t.amend(taskKey(id), stuck, func(s state.Status) bool { return t.shared.taskSafe(id, s) })
}

func (t *Topic) amend(key string, stuck state.Stuck, mayReplace func(state.Status) bool) {
	t.queue.amend(key, func(s state.Status) (item, bool) {
		if s.Stuck == stuck || s.State == state.Destroyed {
			return item{}, false
		}
		s.Stuck = stuck
		safe := func() bool { return mayReplace(s) }
		r, err := encodeStatus(key, s)
		return item{record: r, status: s, safe: safe}, err == nil && safe()
	})
}

// AddTopic notes that a task of a connector uses a topic, unless that is known
// (KIP-558). It may be called for every batch.
func (t *Topic) AddTopic(connector, topic string, task int) {
	if t.shared.Uses(connector, topic) || !t.announce(topicKey(connector, topic)) {
		return
	}
	r, err := t.shared.PutTopic(TopicUse{Name: topic, Connector: connector, Task: task, Discovered: time.Now().UnixMilli()})
	t.put(item{record: r, unconditional: true}, err)
}

func (t *Topic) announce(key string) (first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, known := t.announced[key]
	t.announced[key] = struct{}{}
	return !known
}

// DeleteTopic forgets that a connector used a topic.
func (t *Topic) DeleteTopic(connector, topic string) {
	t.put(item{record: t.shared.DeleteTopic(connector, topic), unconditional: true}, nil)
}

func (t *Topic) put(i item, err error) {
	if err != nil {
		t.log.Error("Status cannot be written", "key", topicjson.Shown(i.record.Key), "err", err)
		return
	}
	t.queue.put(i)
}

// Connector returns a connector's status.
func (t *Topic) Connector(name string) (state.Status, bool) { return t.shared.Connector(name) }

// Connectors returns the names of the connectors that have a status or were given one
// by this worker, in order.
func (t *Topic) Connectors() []string { return t.shared.Connectors() }

// Task returns a task's status.
func (t *Topic) Task(id state.TaskID) (state.Status, bool) { return t.shared.Task(id) }

// Tasks returns the numbers of a connector's tasks that have a status, in order.
func (t *Topic) Tasks(connector string) []int { return t.shared.Tasks(connector) }

// Topics returns the topics that a connector used, in order of their names.
func (t *Topic) Topics(connector string) []TopicUse { return t.shared.Topics(connector) }

// ReadToEnd returns when all was read that was in the topic when it was called. It
// blocks while the brokers cannot be reached.
func (t *Topic) ReadToEnd(ctx context.Context) error { return t.topic.ReadToEnd(ctx) }

// Flush returns when everything that was put before was written, or has failed once
// and will be tried again. It blocks while the brokers do not answer.
func (t *Topic) Flush(ctx context.Context) error {
	select {
	case <-t.queue.mark():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("write statuses: %w", context.Cause(ctx))
	}
}

// Close writes what was put, for five seconds at most, and ends reading.
func (t *Topic) Close() { t.closing.Do(t.close) }

func (t *Topic) close() {
	t.queue.close()
	timer := time.AfterFunc(closeWindow, t.cancel)
	t.running.Wait()
	timer.Stop()
	t.cancel()
	t.topic.Close()
}
