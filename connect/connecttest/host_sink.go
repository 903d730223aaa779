package connecttest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
)

// SinkTask is a running sink task of a Host.
type SinkTask struct {
	Task    sink.Task
	Context *SinkContext
	Errant  []Errant // what the task reported

	host    *Host
	cancel  context.CancelFunc
	stopped bool
	put     sink.Offsets // after the last record put
	safe    sink.Offsets // what the task said last
}

// Errant is a record that a task could not handle.
type Errant struct {
	Record *connect.Record
	Reason error
}

// Consume returns r as a sink task gets it from a partition at an offset.
func Consume(tp connect.TopicPartition, offset int64, r connect.Record) connect.Record {
	const base = 1_700_000_000_000 // some day in 2023
	r.Topic, r.Partition, r.Timestamp = tp.Topic, tp.Partition, base+offset
	r.Consumed = &connect.Consumed{
		Topic: tp.Topic, Partition: tp.Partition, Offset: offset,
		Timestamp: r.Timestamp, TimestampType: connect.CreateTime,
	}
	return r
}

// Sink starts a sink connector, asks it for one task and starts that. The task has
// no partitions yet.
func (h *Host) Sink(p plugin.Sink, props map[string]string) *SinkTask {
	h.t.Helper()
	t, err := h.trySink(p, props)
	if err != nil {
		h.t.Fatalf("start: %s", whole(err))
	}
	return t
}

func (h *Host) trySink(p plugin.Sink, props map[string]string) (*SinkTask, error) {
	c, err := h.startSink(p, props)
	if err != nil {
		return nil, errors.Join(err, call(h.t, h.limit(), "Connector.Stop", c.Stop))
	}
	configs, err := h.plan(c, 1)
	if err != nil {
		return nil, err
	}
	if len(configs) == 0 {
		return nil, errors.New("the connector has no task")
	}
	return h.sinkTask(p, configs[0])
}

func (h *Host) sinkTask(p plugin.Sink, props map[string]string) (*SinkTask, error) {
	ctx, cancel := context.WithCancel(h.t.Context())
	t := &SinkTask{
		Task: p.New().NewTask(), Context: newSinkContext(h.t), host: h, cancel: cancel,
		put: sink.Offsets{}, safe: sink.Offsets{},
	}
	h.t.Cleanup(t.Stop)
	rt := sink.Runtime{Connector: h.Connector, Log: h.Log, Context: t.Context}
	if h.DeadLetters {
		rt.Errant = reporter{t}
	}
	err := t.call("Task.Start", func() error { return t.Task.Start(ctx, rt, clone(props)) })
	if err != nil {
		t.Stop()
	}
	return t, err
}

// call calls the task, during which it may use its context.
func (t *SinkTask) call(what string, f func() error) error {
	t.host.t.Helper()
	t.Context.open.Store(true)
	defer t.Context.open.Store(false)
	return call(t.host.t, t.host.limit(), what, f)
}

type reporter struct{ t *SinkTask }

func (r reporter) Report(record *connect.Record, reason error) error {
	copied := *record
	r.t.Errant = append(r.t.Errant, Errant{&copied, reason})
	return nil
}

// Open gives partitions to the task.
func (t *SinkTask) Open(partitions ...connect.TopicPartition) {
	t.host.t.Helper()
	t.Context.assign(partitions)
	o, ok := t.Task.(sink.Opener)
	if !ok || len(partitions) == 0 {
		return
	}
	if err := t.call("Open", func() error { return o.Open(t.host.t.Context(), slices.Clone(partitions)) }); err != nil {
		t.host.t.Fatalf("Open: %s", whole(err))
	}
}

// Close takes partitions away, after the task was asked for their offsets. It returns
// those.
func (t *SinkTask) Close(partitions ...connect.TopicPartition) sink.Offsets {
	t.host.t.Helper()
	safe, err := t.commit(partitions)
	if err != nil {
		t.host.t.Errorf("offsets before Close: %s", whole(err))
	}
	t.Lose(partitions...)
	return safe
}

// Lose takes partitions away without asking for offsets before.
func (t *SinkTask) Lose(partitions ...connect.TopicPartition) {
	t.host.t.Helper()
	if c, ok := t.Task.(sink.Closer); ok && len(partitions) > 0 {
		if err := t.call("Close", func() error { return c.Close(t.host.t.Context(), slices.Clone(partitions)) }); err != nil {
			t.host.t.Errorf("Close: %s", whole(err))
		}
	}
	t.Context.revoke(partitions)
	for _, tp := range partitions {
		delete(t.put, tp)
		delete(t.safe, tp)
	}
}

// Put delivers records, made by Consume. Afterwards it checks that the task has not
// written into them, and overwrites the slice that it gave to the task.
func (t *SinkTask) Put(records ...connect.Record) error {
	t.host.t.Helper()
	return t.PutContext(t.host.t.Context(), records...)
}

// PutContext is Put with a context of the caller's.
func (t *SinkTask) PutContext(ctx context.Context, records ...connect.Record) error {
	t.host.t.Helper()
	given, texts := slices.Clone(records), make([]string, len(records))
	for i := range records {
		texts[i] = freezeParts(&records[i])
	}
	err := t.call("Put", func() error { return t.Task.Put(ctx, given) })
	for i := range given {
		given[i] = connect.Record{Topic: "overwritten", Value: "the task kept the slice of Put"}
		if now := freezeParts(&records[i]); now != texts[i] {
			t.host.t.Errorf("Put wrote into a record that may be shared\n was %s\n is  %s", texts[i], now)
		}
	}
	if err != nil {
		return err
	}
	for i := range records {
		c := records[i].Consumed
		t.put[c.TopicPartition()] = c.Offset + 1
	}
	return nil
}

// Commit asks the task for the offsets that are safe, by PreCommit or Flush, checks
// them and returns them.
func (t *SinkTask) Commit() (sink.Offsets, error) {
	t.host.t.Helper()
	return t.commit(t.Context.Assignment())
}

func (t *SinkTask) commit(partitions []connect.TopicPartition) (sink.Offsets, error) {
	t.host.t.Helper()
	asked := sink.Offsets{}
	for _, tp := range partitions {
		if offset, ok := t.put[tp]; ok {
			asked[tp] = offset
		}
	}
	said, err := t.ask(maps.Clone(asked))
	if err != nil {
		return nil, err
	}
	safe := sink.Offsets{}
	for tp, offset := range said {
		if t.checkSafe(tp, offset) {
			safe[tp], t.safe[tp] = offset, offset
		}
	}
	return safe, nil
}

func (t *SinkTask) ask(offsets sink.Offsets) (said sink.Offsets, err error) {
	ctx := t.host.t.Context()
	switch task := t.Task.(type) {
	case sink.PreCommitter:
		err = t.call("PreCommit", func() (err error) {
			said, err = task.PreCommit(ctx, offsets)
			return err
		})
		return said, err
	case sink.Flusher:
		err = t.call("Flush", func() error { return task.Flush(ctx, maps.Clone(offsets)) })
	}
	return offsets, err
}

func (t *SinkTask) checkSafe(tp connect.TopicPartition, offset int64) bool {
	t.host.t.Helper()
	last, known := t.put[tp]
	switch {
	case !slices.Contains(t.Context.assigned, tp):
		t.host.t.Errorf("PreCommit returned an offset of %s, which the task does not have", tp)
	case !known || offset > last:
		t.host.t.Errorf("PreCommit returned %d for %s, but the task has records only up to %d", offset, tp, last)
	case offset < t.safe[tp]:
		t.host.t.Errorf("PreCommit returned %d for %s after it had returned %d", offset, tp, t.safe[tp])
	default:
		return true
	}
	return false
}

// Rewind forgets what the task has of a partition: the test will put the records
// again, as a worker does when a commit of offsets failed.
func (t *SinkTask) Rewind(tp connect.TopicPartition) {
	delete(t.put, tp)
	delete(t.safe, tp)
}

// allSafe tells whether the task has said that everything is safe.
func (t *SinkTask) allSafe() bool {
	for tp, offset := range t.put {
		if t.safe[tp] < offset {
			return false
		}
	}
	return true
}

// Stop stops the task. Stopping twice does nothing more.
func (t *SinkTask) Stop() {
	if t.stopped {
		return
	}
	t.stopped = true
	t.cancel()
	t.host.t.Helper()
	if err := t.call("Task.Stop", t.Task.Stop); err != nil {
		t.host.t.Errorf("Task.Stop: %s", whole(err))
	}
}

func comparePartitions(a, b connect.TopicPartition) int {
	if c := strings.Compare(a.Topic, b.Topic); c != 0 {
		return c
	}
	return int(a.Partition) - int(b.Partition)
}
