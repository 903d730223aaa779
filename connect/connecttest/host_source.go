package connecttest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
)

// SourceTask is a running source task of a Host.
type SourceTask struct {
	Task source.Task

	host    *Host
	cancel  context.CancelFunc
	stopped bool
	kafka   int64 // records that "Kafka" has

	partitions map[string]*connect.SourcePartition // by their text: one value for each
	given      []givenBatch
}

// givenBatch is what a task may not change any more.
type givenBatch struct {
	records []connect.Record
	texts   []string
}

// Source starts a source connector, asks it for one task and starts that.
func (h *Host) Source(p plugin.Source, props map[string]string) *SourceTask {
	h.t.Helper()
	t, err := h.trySource(p, props)
	if err != nil {
		h.t.Fatalf("start: %s", whole(err))
	}
	return t
}

func (h *Host) trySource(p plugin.Source, props map[string]string) (*SourceTask, error) {
	c, err := h.startSource(p, props)
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
	// Workers run tasks of connectors that they have not started.
	return h.sourceTask(p, configs[0])
}

func (h *Host) sourceTask(p plugin.Source, props map[string]string) (*SourceTask, error) {
	ctx, cancel := context.WithCancel(h.t.Context())
	t := &SourceTask{Task: p.New().NewTask(), host: h, cancel: cancel, partitions: map[string]*connect.SourcePartition{}}
	h.t.Cleanup(t.Stop)
	rt := source.Runtime{Connector: h.Connector, Log: h.Log, Offsets: h}
	err := call(h.t, h.limit(), "Task.Start", func() error { return t.Task.Start(ctx, rt, clone(props)) })
	if err != nil {
		t.Stop()
	}
	return t, err
}

// Poll calls Poll once. The records are copies that stay as they are. ctx.Err() is
// not returned as an error.
func (t *SourceTask) Poll(ctx context.Context) (records []connect.Record, err error) {
	t.host.t.Helper()
	if ctx.Err() != nil {
		return t.poll(ctx, t.host.soon())
	}
	return t.poll(ctx, t.host.limit()+t.host.soon())
}

func (t *SourceTask) poll(ctx context.Context, limit time.Duration) (records []connect.Record, err error) {
	t.host.t.Helper()
	what := "Poll"
	if _, ends := ctx.Deadline(); ends {
		what = "Poll with a context that ends"
	}
	err = call(t.host.t, limit, what, func() (err error) {
		records, err = t.Task.Poll(ctx)
		return err
	})
	records = slices.Clone(records)
	t.receive(records)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil
	}
	return records, err
}

// Read polls until there are at least n records. The test ends when they do not come.
func (t *SourceTask) Read(n int) []connect.Record {
	t.host.t.Helper()
	return t.readUntil(fmt.Sprintf("%d records", n), func(all []connect.Record) bool { return len(all) >= n })
}

func (t *SourceTask) readUntil(what string, enough func([]connect.Record) bool) []connect.Record {
	t.host.t.Helper()
	ctx, cancel := context.WithTimeout(t.host.t.Context(), t.host.limit())
	defer cancel()
	var all []connect.Record
	for !enough(all) {
		records, err := t.Poll(ctx)
		if err != nil && !connect.IsRetriable(err) {
			t.host.t.Fatalf("Poll: %s", whole(err))
		}
		all = append(all, records...)
		if ctx.Err() != nil && !enough(all) {
			t.host.t.Fatalf("waited %s for %s, and got %d records", t.host.limit(), what, len(all))
		}
	}
	return all
}

// receive checks records as they come and notes what they are.
func (t *SourceTask) receive(records []connect.Record) {
	t.host.t.Helper()
	b := givenBatch{records: records}
	for i := range records {
		r := &records[i]
		if err := errors.Join(validateRecord(r), t.validatePosition(r)); err != nil {
			t.host.t.Errorf("Poll returned a record that is not valid: %v\n%s", err, r)
		}
		b.texts = append(b.texts, freeze(r))
	}
	if t.given = append(t.given, b); len(t.given) > 16 {
		t.given = t.given[1:]
	}
}

func (t *SourceTask) validatePosition(r *connect.Record) error {
	switch {
	case r.Consumed != nil:
		return errors.New("Consumed is set, which is for sink records")
	case r.Timestamp == 0:
		return errors.New("timestamp is 0; a record without has NoTimestamp")
	case r.Source == nil && r.SourceOffset != nil:
		return errors.New("SourceOffset is set without Source: it would not be stored")
	case r.Source == nil:
		return nil
	case r.SourceOffset == nil:
		return errors.New("Source is set without SourceOffset")
	}
	_, key, err := stored(r.Source.Fields())
	if err != nil {
		return fmt.Errorf("source partition: %w", err)
	}
	if _, _, err := stored(r.SourceOffset.Fields()); err != nil {
		return fmt.Errorf("source offset: %w", err)
	}
	if known, ok := t.partitions[key]; ok && known != r.Source {
		return fmt.Errorf("a second SourcePartition was made for %s: make one and share it", r.Source)
	}
	t.partitions[key] = r.Source
	return nil
}

// checkGiven checks that what was returned is as it was.
func (t *SourceTask) checkGiven() {
	t.host.t.Helper()
	for _, b := range t.given {
		for i := range b.records {
			if now := freeze(&b.records[i]); now != b.texts[i] {
				t.host.t.Errorf("a record was written into after Poll had returned it\n was %s\n is  %s", b.texts[i], now)
				return
			}
		}
	}
}

// Commit does what a worker does when Kafka has the records: it confirms each and
// stores the last offset of each source partition.
func (t *SourceTask) Commit(records []connect.Record) {
	t.host.t.Helper()
	must(t.host.t, t.host.limit(), "CommitRecord", func() error { return t.confirm(records) })
	for i := range records {
		if r := &records[i]; r.Source != nil {
			if err := t.host.StoreOffset(r.Source.Fields(), r.SourceOffset.Fields()); err != nil {
				t.host.t.Fatal(err)
			}
		}
	}
	if c, ok := t.Task.(source.Committer); ok {
		must(t.host.t, t.host.limit(), "Commit", func() error { return c.Commit(t.host.t.Context()) })
	}
}

func (t *SourceTask) confirm(records []connect.Record) error {
	c, ok := t.Task.(source.RecordCommitter)
	if !ok {
		return nil
	}
	for i := range records {
		r := &records[i]
		m := &source.Produced{Topic: r.Topic, Partition: max(0, r.Partition), Offset: t.kafka, Timestamp: max(0, r.Timestamp)}
		t.kafka++
		if err := c.CommitRecord(t.host.t.Context(), r, m); err != nil {
			return err
		}
	}
	return nil
}

// Stop stops the task. Stopping twice does nothing more.
func (t *SourceTask) Stop() {
	if t.stopped {
		return
	}
	t.stopped = true
	t.cancel()
	t.host.t.Helper()
	if err := call(t.host.t, t.host.limit(), "Task.Stop", t.Task.Stop); err != nil {
		t.host.t.Errorf("Task.Stop: %s", whole(err))
	}
	t.checkGiven()
}
