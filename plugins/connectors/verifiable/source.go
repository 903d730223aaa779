package verifiable

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/pace"
)

// sourceTask produces one record per Poll, as fast as it may.
type sourceTask struct {
	events    *events
	name      string
	topic     string
	id        int32
	complete  bool
	seqno     int64
	partition *connect.SourcePartition
	pace      pace.Pace
}

const taskClass = "VerifiableSourceTask" // in error texts

// seqno is the offset of a record.
type seqno int64

// Fields returns the offset as it is stored.
func (s seqno) Fields() connect.Fields { return connect.Fields{"seqno": int64(s)} }

var completeSchema = data.NewStructBuilder().
	Field("name", data.StringSchema).
	Field("task", data.Int32Schema).
	Field("topic", data.StringSchema).
	Field("time_ms", data.Int64Schema).
	Field("seqno", data.Int64Schema).
	MustBuild()

// Start goes on after the stored sequence number.
func (t *sourceTask) Start(ctx context.Context, rt source.Runtime, props map[string]string) error {
	id, err := number(props, "id", taskClass, 32)
	if err != nil {
		return err
	}
	throughput, err := number(props, "throughput", taskClass, 64)
	if err != nil {
		return err
	}
	t.id = int32(id)
	t.name, t.topic = props["name"], props["topic"]
	t.complete = props["complete.record.data"] == "true"
	t.pace = pace.New(throughput)
	t.partition = connect.NewSourcePartition(connect.Fields{"id": int64(t.id)})
	offset, err := rt.Offsets.Offset(ctx, t.partition)
	if err != nil {
		return fmt.Errorf("read the stored sequence number: %w", err)
	}
	if offset == nil {
		return nil
	}
	n, ok := offset["seqno"].(int64)
	if !ok {
		return fmt.Errorf("the stored offset of task %d has no valid seqno: %s", t.id, offset)
	}
	t.seqno = n + 1
	return nil
}

// Poll returns the next record when it is due.
func (t *sourceTask) Poll(ctx context.Context) ([]connect.Record, error) {
	if !t.pace.Wait(ctx) {
		return nil, ctx.Err()
	}
	now := time.Now().UnixMilli()
	if err := t.events.write(t.event(t.seqno, now, t.topic)); err != nil {
		return nil, err
	}
	r := connect.Record{
		Topic: t.topic, Partition: connect.NoPartition, Timestamp: connect.NoTimestamp,
		KeySchema: data.Int32Schema, Key: t.id, ValueSchema: data.Int64Schema, Value: t.seqno,
		Source: t.partition, SourceOffset: seqno(t.seqno),
	}
	if t.complete {
		r.ValueSchema = completeSchema
		r.Value = data.StructOf(completeSchema, []any{t.name, t.id, t.topic, now, t.seqno})
	}
	t.seqno++
	return []connect.Record{r}, nil
}

func (t *sourceTask) event(n, now int64, topic string) *event {
	return new(event).add("task", t.id).add("seqno", n).add("time_ms", now).add("name", t.name).add("topic", topic)
}

// CommitRecord prints that Kafka has a record.
func (t *sourceTask) CommitRecord(_ context.Context, r *connect.Record, _ *source.Produced) error {
	n, _ := r.SourceOffset.(seqno)
	e := new(event).add("committed", true)
	rest := t.event(int64(n), time.Now().UnixMilli(), r.Topic)
	e.keys, e.values = append(e.keys, rest.keys...), append(e.values, rest.values...)
	return t.events.write(e)
}

// Stop has nothing to release.
func (t *sourceTask) Stop() error { return nil }
