package worker

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/kafka"
)

func (b *builder) source() (*sourceTask, error) {
	out, err := b.outbound()
	if err != nil {
		return nil, err
	}
	creator, err := b.topicCreator()
	if err != nil {
		return nil, err
	}
	fresh := func() source.Task { return b.entry.Plugin.(plugin.Source).New().NewTask() }
	s := &sourceTask{
		taskRun: b.t, fresh: fresh, task: fresh(), props: b.props, out: out, creator: creator,
	}
	b.compose(&out.converters, out.chain)
	s.told = toldOf(s.task, s.log)
	if b.w.ExactlyOnce != nil {
		err = b.exactlyOnce(s)
	} else {
		err = b.atLeastOnce(s)
	}
	if err != nil {
		return nil, err
	}
	b.watchTopics(s)
	return s, nil
}

// atLeastOnce takes a producer from the pool of those that are configured alike. One
// whose acknowledgements call into the task is its own: a task that hangs there holds
// up nobody else's.
func (b *builder) atLeastOnce(s *sourceTask) (err error) {
	from := b.w.producers.Acquire
	if s.told.record != nil {
		from = b.w.producers.Own
	}
	if s.producer, err = b.take(from, b.clientProps(kafka.SourceProducerProps)); err != nil {
		return err
	}
	s.sending, s.stopSending = outlive(b.t, b.w.OffsetFlushTimeout)
	s.delivery = &atLeastOnce{
		sourceTask: s, flights: newFlights(), pairs: map[*connect.SourcePartition]*flight{},
		flush: b.w.OffsetFlushTimeout, schedule: b.w.committer,
	}
	return b.offsets(s)
}

// exactlyOnce makes the task's transactional producer, which is never shared.
func (b *builder) exactlyOnce(s *sourceTask) (err error) {
	props, warnings := kafka.TransactionalProducerProps(b.w.Props, b.cfg.Props, b.t.id.Connector, b.t.id.Task)
	for _, text := range warnings {
		b.t.log.Warn(text)
	}
	if s.producer, err = b.take(b.w.producers.Own, props); err != nil {
		return err
	}
	b.t.onAbandon(func() { go s.producer.Close() }) // it must not commit any more
	s.sending, s.stopSending = context.WithCancel(b.t.hard)
	b.t.meters.source.exactlyOnce.Store(true)
	x := &exactlyOnce{
		sourceTask: s, herder: b.w.ExactlyOnce, generation: b.generation, topic: b.w.offsetsTopic(b.cfg),
		boundary: newBoundary(b.cfg.Source, b.w.OffsetFlushInterval),
	}
	if b.cfg.Source.Boundary == connectorconfig.BoundaryConnector {
		s.transaction = x.boundary.(*transactionRequests)
	}
	s.delivery = x
	return b.offsets(s)
}

// outlive returns a context that ends some time after the task was told to stop, or
// at once when it is abandoned.
func outlive(t *taskRun, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.hard)
	context.AfterFunc(t.ctx, func() { time.AfterFunc(d, cancel) })
	return ctx, cancel
}

// watchTopics has the topics of a source task looked after from its first record on.
func (b *builder) watchTopics(s *sourceTask) {
	w := &topicWatch{ctx: b.t.ctx, client: s.producer, log: b.t.log, refused: s.giveUpSending}
	w.explain = func(topic string, err error) error { return explainProduce(&kgo.Record{Topic: topic}, err) }
	tell := b.t.topics.tell
	b.t.topics.tell = func(topic string) {
		tell(topic)
		w.expect(topic)
	}
}

func (b *builder) topicCreator() (*topicCreator, error) {
	groups := b.cfg.Source.TopicGroups
	if len(groups) == 0 {
		return newTopicCreator(nil, nil)
	}
	admin, err := b.admin(kafka.SourceAdminProps)
	if err != nil {
		return nil, err
	}
	return newTopicCreator(admin, groups)
}
