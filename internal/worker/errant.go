package worker

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/store/state"
)

// errantReporter takes records that a sink task cannot handle (KIP-610). It is used
// by the task within Put.
type errantReporter struct {
	ctx       context.Context
	tolerance *tolerance
	fatal     error // what Report returned, in case the task swallows it
}

const sinkTaskClass = "org.apache.kafka.connect.sink.SinkTask"

// Report writes to the dead letter queue and the error log.
func (e *errantReporter) Report(r *connect.Record, reason error) error {
	if r.Consumed == nil {
		return &connect.Error{Msg: "Only records that came from Kafka can be reported as errant; this one was made by the connector."}
	}
	e.tolerance.counts.failures.Add(1)
	err := e.tolerance.give(e.ctx, &failure{stage: PutStage, class: sinkTaskClass, consumed: r.Consumed, err: reason})
	if err != nil {
		e.fatal = err
	}
	return err
}

// swallowed returns an error of Report that Put did not pass on, once.
func (e *errantReporter) swallowed() error {
	if e == nil {
		return nil
	}
	err := e.fatal
	e.fatal = nil
	return err
}

// errorLog writes failures to the log.
//
// Connect: org.apache.kafka.connect.runtime.errors.LogReporter.
type errorLog struct {
	id       state.TaskID
	log      *slog.Logger
	messages bool // errors.log.include.messages
	counts   *counts
}

func (l *errorLog) report(ctx context.Context, f *failure) error {
	msg := "Error encountered in task " + l.id.String() + ". Executing stage '" + string(f.stage) + "' with class '" + f.class + "'"
	if l.messages {
		msg += recordText(f)
	}
	l.log.ErrorContext(ctx, msg+".", "err", f.err)
	l.counts.logged.Add(1)
	return nil
}

func recordText(f *failure) string {
	switch {
	case f.consumed != nil:
		return ", where consumed record is " + coordinates(f.consumed)
	case f.source != nil:
		return ", where source record is = " + f.source.String()
	}
	return ""
}

func coordinates(c *connect.Consumed) string {
	text := "{topic='" + c.Topic + "', partition=" + itoa(int64(c.Partition)) + ", offset=" + itoa(c.Offset)
	if c.TimestampType != connect.NoTimestampType {
		text += ", timestamp=" + itoa(c.Timestamp) + ", timestampType=" + c.TimestampType.String()
	}
	return text + "}"
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
