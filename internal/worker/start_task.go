package worker

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/clientmeter"
	"github.com/millrace/millrace/internal/kafka/topicadmin"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
)

// TaskStart is a task to start.
type TaskStart struct {
	ID         state.TaskID
	Connector  map[string]string // the connector's configuration, references unresolved
	Task       map[string]string // the task's own, references unresolved
	Target     state.Target
	Tasks      int // how many tasks the connector has
	Generation int // of the configurations of its tasks
}

// StartTask runs a task. It does not wait: whatever goes wrong becomes the task's
// status.
func (w *Worker) StartTask(s TaskStart) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.tasks[s.ID]; ok {
		return fmt.Errorf("start task %s: %w", s.ID, ErrRunning)
	}
	e, err := w.Plugins.Connector(s.Connector["connector.class"])
	if err != nil {
		w.taskStarts.ended(false)
		w.Listener.TaskStatus(s.ID, state.Failed, "", err)
		return err
	}
	t := w.newTaskRun(s.ID, e, s.Target == state.TargetPaused)
	w.tasks[s.ID] = t
	go t.run(func() error { return w.live(t, e, s) })
	return nil
}

// live prepares a task and lets it live, in the task's own goroutine.
func (w *Worker) live(t *taskRun, e pluginset.Entry, s TaskStart) error {
	if !t.awaitStart() {
		return nil
	}
	b, err := w.builder(t, e, s)
	if err != nil {
		return t.unmade(err)
	}
	if e.Kind == pluginset.Sink {
		s, err := b.sink()
		if err != nil {
			return t.unmade(also(err, b.undo()))
		}
		return s.life()
	}
	source, err := b.source()
	if err != nil {
		return t.unmade(also(err, b.undo()))
	}
	defer func() { _ = b.undo() }()
	return source.life()
}

// unmade is the failure of a task that could not be put together: its status has no
// version, since nothing of that version runs.
func (t *taskRun) unmade(err error) error {
	t.version = ""
	return err
}

// builder reads and checks the configuration of a task.
func (w *Worker) builder(t *taskRun, e pluginset.Entry, s TaskStart) (*builder, error) {
	connector, err := w.Resolve(t.ctx, t.id.Connector, s.Connector)
	if err != nil {
		return nil, fmt.Errorf("resolve the configuration of connector %s: %w", t.id.Connector, err)
	}
	task, err := w.Resolve(t.ctx, t.id.Connector, s.Task)
	if err != nil {
		return nil, fmt.Errorf("resolve the configuration of task %s: %w", t.id, err)
	}
	cfg, err := connectorconfig.ParseWith(connector, connectorconfig.Options{
		Sink: e.Kind == pluginset.Sink, NoTopicCreation: !w.TopicCreation,
	})
	if err != nil {
		return nil, err
	}
	if s.Tasks > cfg.TasksMax && cfg.EnforceTasksMax {
		return nil, tooManyTasks(t.id.Connector, s.Tasks, cfg.TasksMax)
	}
	return &builder{w: w, t: t, entry: e, cfg: cfg, props: task, generation: s.Generation}, nil
}

// builder puts a task together.
type builder struct {
	w     *Worker
	t     *taskRun
	entry pluginset.Entry
	cfg   *connectorconfig.Config
	props map[string]string
	taken []func() error // undo what was taken, last first

	generation int // of the configurations of the connector's tasks
}

func (b *builder) undo() error {
	var errs []error
	for i := len(b.taken) - 1; i >= 0; i-- {
		errs = append(errs, b.taken[i]())
	}
	b.taken = nil
	return errors.Join(errs...)
}

func (b *builder) converters() (converters, error) {
	own := Converters{Key: b.cfg.KeyConverter, Value: b.cfg.ValueConverter, Header: b.cfg.HeaderConverter}
	return newConverters(b.w.Plugins, own, b.w.Converters)
}

func (b *builder) outbound() (*outbound, error) {
	o := &outbound{
		topics:    &b.t.topics,
		tolerance: b.tolerance(nil),
	}
	var err error
	if o.converters, err = b.converters(); err != nil {
		return nil, err
	}
	o.chain, err = newChain(b.w.Plugins, b.cfg.Transforms)
	return o, err
}

func (b *builder) tolerance(dead *deadLetters) *tolerance {
	tol := &tolerance{errors: b.cfg.Errors, counts: &b.t.counts}
	if b.cfg.Errors.Log {
		tol.reporters = append(tol.reporters, &errorLog{
			id: b.t.id, log: b.w.taskLog(errorsLogger, b.t.id), messages: b.cfg.Errors.LogMessages, counts: &b.t.counts,
		})
	}
	if dead != nil {
		tol.reporters = append(tol.reporters, dead)
	}
	return tol
}

// take takes a producer that is given back at the task's end.
func (b *builder) take(from func(map[string]string) (*kgo.Client, func(), error), props map[string]string) (*kgo.Client, error) {
	if err := b.allowed(policy.Producer); err != nil {
		return nil, err
	}
	client, release, err := from(props)
	if err != nil {
		return nil, newClientError(noProducer, err)
	}
	b.taken = append(b.taken, func() error {
		release()
		return nil
	})
	return client, nil
}

func (b *builder) admin(props clientProps) (*topicadmin.Admin, error) {
	if err := b.allowed(policy.Admin); err != nil {
		return nil, err
	}
	opts, err := kafka.AdminOptions(b.clientProps(props))
	if err != nil {
		return nil, newClientError(noAdmin, err)
	}
	opts.Unused = nil // an admin client gets all properties of the worker
	opts.Warn(b.t.log)
	log := kgo.WithLogger(kafka.Logger(b.w.taskLog(adminLogger, b.t.id)))
	client, err := kgo.NewClient(slices.Concat(opts.Opts, []kgo.Opt{log}, b.w.ClientOptions, b.w.clients.Options(clientmeter.AdminClient))...)
	if err != nil {
		return nil, fmt.Errorf("admin client: %w", err)
	}
	b.taken = append(b.taken, func() error {
		client.Close()
		return nil
	})
	return topicadmin.New(client), nil
}

// clientProps assembles the properties of one of a task's clients.
type clientProps func(worker, connector map[string]string, name string, task int) map[string]string

func (b *builder) clientProps(assemble clientProps) map[string]string {
	return assemble(b.w.Props, b.cfg.Props, b.t.id.Connector, b.t.id.Task)
}

// allowed checks the connector's settings for a kind of client against the worker's
// policy.
func (b *builder) allowed(client policy.Client) error {
	prefix := string(client) + ".override."
	var refused []string
	for key := range b.cfg.Props {
		name, ok := strings.CutPrefix(key, prefix)
		r := policy.Request{
			Connector: b.t.id.Connector, Class: b.entry.Class, Sink: b.entry.Kind == pluginset.Sink, Client: client, Key: name,
		}
		if ok && !b.w.Policy.Allows(r) {
			refused = append(refused, key)
		}
	}
	if len(refused) == 0 {
		return nil
	}
	slices.Sort(refused)
	return &connect.Error{Msg: "Client Config Overrides not allowed [" + strings.Join(refused, ", ") +
		"]; remove them from the connector or change connector.client.config.override.policy of the worker"}
}

func (b *builder) sink() (*sinkTask, error) {
	dead, err := b.deadLetters()
	if err != nil {
		return nil, err
	}
	tol := b.tolerance(dead)
	in := &inbound{tolerance: tol, counts: &b.t.counts, meters: b.t.meters.sink}
	if in.converters, err = b.converters(); err != nil {
		return nil, err
	}
	if in.chain, err = newChain(b.w.Plugins, b.cfg.Transforms); err != nil {
		return nil, err
	}
	b.compose(&in.converters, in.chain)
	s := &sinkTask{
		taskRun: b.t, task: b.entry.Plugin.(plugin.Sink).New().NewTask(), props: b.props, in: in, dead: dead,
		interval: b.w.OffsetFlushInterval, flush: b.w.OffsetFlushTimeout,
		refused: make(chan error, 1), rebalances: make(chan rebalance), commits: make(chan commitResult, 1), released: make(chan struct{}),
		current: map[connect.TopicPartition]int64{}, committed: map[connect.TopicPartition]int64{}, unsaved: map[connect.TopicPartition]int64{},
		applied: map[connect.TopicPartition]bool{},
	}
	s.release = sync.OnceFunc(func() { close(s.released) })
	if dead != nil || b.cfg.Errors.Log {
		s.errant = &errantReporter{ctx: b.t.hard, tolerance: tol}
	}
	s.context = newSinkContext(func() map[connect.TopicPartition]int { return s.fetch.assigned.Load().epochs })
	return s, b.consumer(s)
}

// consumer makes the task's consumer and fetcher.
func (b *builder) consumer(s *sinkTask) error {
	if err := b.allowed(policy.Consumer); err != nil {
		return err
	}
	opts, err := kafka.ConsumerOptions(b.clientProps(kafka.SinkConsumerProps))
	if err != nil {
		return newClientError(noConsumer, err)
	}
	opts.Warn(b.t.log)
	meter := b.w.clients.Meter(clientmeter.Consumer)
	log := kgo.WithLogger(kafka.Logger(b.w.taskLog(consumerLogger, b.t.id)))
	all := slices.Concat(opts.Opts, opts.GroupOpts, s.rebalanceOptions(), []kgo.Opt{log}, b.w.ClientOptions, meter.Options())
	topics, err := subscription(b.cfg.Sink)
	if err != nil {
		return err
	}
	s.fetch = newFetcher(s.in, opts.MaxPollRecords)
	if s.client, err = kgo.NewClient(append(all, topics...)...); err != nil {
		return fmt.Errorf("consumer: %w", err)
	}
	s.fetch.client, s.fetch.meter = s.client, meter
	s.fetch.committed = s.client.OptValue(kgo.FetchIsolationLevel) == kgo.ReadCommitted()
	w := &topicWatch{ctx: b.t.ctx, client: s.client, log: b.t.log, explain: explainConsume, refused: s.refuse}
	w.expectAll(b.cfg.Sink.Topics)
	b.t.onAbandon(func() {
		s.release()
		s.leave()
	})
	return nil
}

// deadLetters makes the dead letter queue and its topic; nil when none is
// configured.
func (b *builder) deadLetters() (*deadLetters, error) {
	e := b.cfg.Errors
	if e.DeadLetterTopic == "" {
		return nil, nil
	}
	failed := func(err error) error {
		return &connect.Error{Msg: "Could not initialize dead letter queue with topic=" + e.DeadLetterTopic, Err: err}
	}
	admin, err := b.admin(kafka.DLQAdminProps)
	if err != nil {
		return nil, failed(err)
	}
	topic := topicadmin.Topic{Name: e.DeadLetterTopic, Partitions: 1, ReplicationFactor: e.DeadLetterRF}
	if err := createMissing(b.t.ctx, admin, topic, "errors.deadletterqueue.topic.replication.factor"); err != nil {
		return nil, failed(err)
	}
	client, err := b.take(b.w.producers.Acquire, b.clientProps(kafka.DLQProducerProps))
	if err != nil {
		return nil, failed(err)
	}
	return &deadLetters{
		id: b.t.id, topic: e.DeadLetterTopic, headers: e.ContextHeaders, client: client,
		release: b.undo, log: b.w.taskLog(deadLogger, b.t.id), counts: &b.t.counts,
	}, nil
}
