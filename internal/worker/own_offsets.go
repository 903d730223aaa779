package worker

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/store/offsetstore"
)

// ownOffsets are the offsets of a connector in a topic that the worker's own clients
// do not write: one that the connector names, or the worker's in another cluster. The
// worker's store stands behind it.
type ownOffsets struct {
	topic string
	name  string // of the connector
	props map[string]string
	task  int // -1 for the connector's instance
	w     *Worker
	log   *slog.Logger
}

// offsetsTopic is the topic that has a source connector's offsets; "" when they are in
// none (standalone).
func (w *Worker) offsetsTopic(cfg *connectorconfig.Config) string {
	if w.OffsetsTopic.Name == "" {
		return ""
	}
	return cmp.Or(cfg.Source.OffsetsTopic, w.OffsetsTopic.Name)
}

// ownOffsets returns the own offsets of a connector, nil when they are the worker's.
func (w *Worker) ownOffsets(name string, task int, cfg *connectorconfig.Config, log *slog.Logger) *ownOffsets {
	topic := w.offsetsTopic(cfg)
	if topic == "" || cfg.Source.OffsetsTopic == "" && w.ExactlyOnce == nil {
		return nil
	}
	const brokers = "bootstrap.servers"
	producer := kafka.SourceProducerProps(w.Props, cfg.Props, name, max(task, 0))
	if topic == w.OffsetsTopic.Name && slices.Equal(addresses(producer[brokers]), addresses(w.Props[brokers])) {
		return nil
	}
	return &ownOffsets{topic: topic, name: name, props: cfg.Props, task: task, w: w, log: log}
}

// addresses returns the members of a list of brokers in order.
func addresses(list string) []string {
	all := strings.Split(list, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// open creates the topic when it is missing and reads it to its end. Both results are
// nil on an error; Close of the topic must follow.
func (o *ownOffsets) open(ctx context.Context) (*offsetstore.Topic, *offsetstore.Layered, error) {
	behind, ok := o.w.Offsets.(*offsetstore.Topic)
	if !ok {
		return nil, nil, errors.New("the worker's offsets are in no topic")
	}
	exactlyOnce := o.w.ExactlyOnce != nil
	consumer, warnings := kafka.OffsetsConsumerProps(o.w.Props, o.props, o.name, o.task, exactlyOnce)
	for _, text := range warnings {
		o.log.Warn(text)
	}
	s := offsetstore.TopicSettings{
		Topic: o.topic, Property: "offsets.storage.topic",
		Partitions: o.w.OffsetsTopic.Partitions, Replication: o.w.OffsetsTopic.ReplicationFactor, Config: o.w.OffsetsTopic.Settings,
		Consumer: consumer, Admin: kafka.SourceAdminProps(o.w.Props, o.props, o.name, o.task), ClientOptions: o.w.ClientOptions, Log: o.log,
	}
	if !exactlyOnce && o.task >= 0 {
		s.Producer = kafka.SourceProducerProps(o.w.Props, o.props, o.name, o.task)
	}
	own, err := offsetstore.OpenTopic(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	return own, offsetstore.NewLayered(own, behind, o.log), nil
}

// offsets says where a source task's offsets are.
func (b *builder) offsets(s *sourceTask) error {
	own := b.w.ownOffsets(b.t.id.Connector, b.t.id.Task, b.cfg, b.t.log)
	if own == nil {
		s.openOffsets = func(context.Context) (offsetstore.Store, error) { return b.w.Offsets, nil }
		return nil
	}
	if err := b.offsetsAllowed(); err != nil {
		return err
	}
	s.openOffsets = func(ctx context.Context) (offsetstore.Store, error) {
		topic, layers, err := own.open(ctx)
		if err != nil {
			return nil, err
		}
		b.t.onAbandon(func() { go topic.Close() }) // it must not write any more
		b.taken = append(b.taken, func() error {
			topic.Close()
			return nil
		})
		s.layers = layers
		return layers, nil
	}
	return nil
}

// offsetsAllowed checks the connector's settings for the clients of its own offsets.
func (b *builder) offsetsAllowed() error {
	for _, client := range []policy.Client{policy.Consumer, policy.Admin} {
		if err := b.allowed(client); err != nil {
			return err
		}
	}
	return nil
}
