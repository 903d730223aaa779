package verifiable

import (
	"context"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// sinkTask prints each record when it comes and when it is flushed.
type sinkTask struct {
	events *events
	name   string
	id     int64
	open   map[connect.TopicPartition][]*event // not flushed
}

// Start reads the task's number.
func (t *sinkTask) Start(_ context.Context, _ sink.Runtime, props map[string]string) error {
	var err error
	t.id, err = number(props, "id", taskClass, 32) // Java's text has the source's name, too
	t.name, t.open = props["name"], map[connect.TopicPartition][]*event{}
	return err
}

// Put prints the records.
func (t *sinkTask) Put(_ context.Context, records []connect.Record) error {
	now := time.Now().UnixMilli()
	all := make([]*event, len(records))
	for i := range records {
		r := &records[i]
		all[i] = new(event).add("task", r.Key).add("seqno", r.Value).add("offset", r.Consumed.Offset).
			add("time_ms", now).add("name", t.name).add("topic", r.Topic).add("sinkTask", t.id)
		tp := r.Consumed.TopicPartition()
		t.open[tp] = append(t.open[tp], all[i])
	}
	return t.events.write(all...)
}

// Flush prints the records again, as flushed.
func (t *sinkTask) Flush(_ context.Context, offsets sink.Offsets) error {
	now := time.Now().UnixMilli()
	var all []*event
	for tp := range offsets {
		for _, e := range t.open[tp] {
			all = append(all, e.set("time_ms", now).add("flushed", true))
		}
		delete(t.open, tp)
	}
	return t.events.write(all...)
}

// Close forgets what was not flushed.
func (t *sinkTask) Close(_ context.Context, partitions []connect.TopicPartition) error {
	for _, tp := range partitions {
		delete(t.open, tp)
	}
	return nil
}

// Stop has nothing to release.
func (t *sinkTask) Stop() error { return nil }
