package sink

import (
	"context"
	"log/slog"
	"time"

	"github.com/millrace/millrace/connect"
)

// Task takes records. The host calls its methods from one goroutine, so a task
// needs no locks of its own for what only they touch.
type Task interface {
	// Start is called once, before any Put. It refuses a configuration that it cannot
	// work with, by an error that names the key. props belongs to the task. ctx ends
	// when the task must stop.
	Start(ctx context.Context, rt Runtime, props map[string]string) error

	// Put delivers records, in order for each partition. It is called regularly,
	// with no records when there are none. Put may buffer: what it took is safe only
	// when Flush or PreCommit says so.
	//
	// The slice is reused after Put returns; the records in it may be copied, and
	// what they refer to may be kept. An error made by connect.Retriable makes the
	// host pause and deliver the same records again; any other fails the task.
	Put(ctx context.Context, records []connect.Record) error

	// Stop releases what Start took, after the last Put. It is safe without Start,
	// and twice.
	Stop() error
}

// Opener is a Task that prepares for newly assigned partitions. It is called
// before the first record of them, never with an empty list.
type Opener interface {
	Open(ctx context.Context, partitions []connect.TopicPartition) error
}

// Closer is a Task that releases partitions which it loses. After a normal loss
// its offsets were asked for just before.
type Closer interface {
	Close(ctx context.Context, partitions []connect.TopicPartition) error
}

// Offsets are the next offsets to consume, by partition.
type Offsets map[connect.TopicPartition]int64

// Flusher is a Task that makes everything put so far safe. When it returns nil the
// host commits the given offsets, those after the last record put. On an error the
// records since the last commit are delivered again.
type Flusher interface {
	Flush(ctx context.Context, offsets Offsets) error
}

// PreCommitter is a Task that says which offsets are safe, at most the given ones and
// only of the given partitions, which may be some of the task's. Partitions that it
// leaves out are not committed. It takes the place of Flush.
type PreCommitter interface {
	PreCommit(ctx context.Context, offsets Offsets) (Offsets, error)
}

// Runtime is what the host gives to a task.
type Runtime struct {
	Connector string // the connector's name
	Task      int    // the task's number, from 0
	Log       *slog.Logger
	Context   Context
	Errant    ErrantReporter // nil when no dead letter queue and no error log is configured
}

// Context lets a task steer its consumer. It may be used only within the calls of
// the host.
type Context interface {
	// Rewind makes the consumer go on at these offsets after the current call.
	Rewind(offsets Offsets)
	// RetryAfter bounds the time until the next Put; with a retriable error it is
	// the time until redelivery.
	RetryAfter(d time.Duration)
	// Assignment returns the partitions that the task has.
	Assignment() []connect.TopicPartition
	// Pause stops the delivery of partitions, Resume continues it. It is an error to
	// name a partition that is not assigned.
	Pause(partitions ...connect.TopicPartition) error
	Resume(partitions ...connect.TopicPartition) error
	// RequestCommit asks for a commit of offsets soon.
	RequestCommit()
}

// ErrantReporter takes records that a task cannot handle (KIP-610).
type ErrantReporter interface {
	// Report writes the record to the dead letter queue and the error log, as
	// configured. It returns an error when errors.tolerance does not allow to go on,
	// which the task must return from Put. The offset of the record is committed
	// only after the dead letter queue has it.
	Report(r *connect.Record, reason error) error
}
