package source

import (
	"context"
	"log/slog"

	"github.com/millrace/millrace/connect"
)

// Task reads records. The host calls its methods from one goroutine, so a task
// needs no locks of its own for what only they touch.
type Task interface {
	// Start is called once, before any Poll. It refuses a configuration that it cannot
	// work with, by an error that names the key. props belongs to the task. ctx ends
	// when the task must stop.
	Start(ctx context.Context, rt Runtime, props map[string]string) error

	// Poll returns the next records, in the order in which Kafka shall have them.
	// It blocks until there are some or ctx ends; then it returns at once, with what
	// it has or nothing, and nil or ctx.Err(). No records and no error mean "ask again", so a task with
	// nothing to do must wait, not return. ctx ends when the task is stopped or
	// paused, or when a transaction must end meanwhile; then Poll is called again.
	//
	// The slice may be reused by the next Poll; keys, values and offsets may not be
	// written to any more. An error made by connect.Retriable is logged and Poll is
	// called again; any other fails the task.
	Poll(ctx context.Context) ([]connect.Record, error)

	// Stop releases what Start took, after the last Poll. It is safe without Start,
	// and twice.
	Stop() error
}

// Runtime is what the host gives to a task.
type Runtime struct {
	Connector   string // the connector's name
	Task        int    // the task's number, from 0
	Log         *slog.Logger
	Offsets     OffsetReader
	Transaction Transaction // nil unless the task defines transaction boundaries
}

// Transaction lets a task with transaction.boundary=connector end transactions. What
// it asks for is done when the batch has been sent up to there. To ask for commit and
// abort at one place fails the task. When a transaction is aborted, its records are
// not seen, but their offsets are stored: they do not come again.
//
// A record is named by its address in the slice that Poll returns, and only a record
// of that slice can be named. What is still open when the task stops is aborted, and
// its offsets are not stored.
type Transaction interface {
	// CommitAfterBatch ends the transaction after the batch that Poll returns next.
	CommitAfterBatch()
	// CommitAfter ends it after one record of that batch.
	CommitAfter(r *connect.Record)
	// AbortAfterBatch drops the transaction after the batch that Poll returns next.
	AbortAfterBatch()
	// AbortAfter drops it after one record of that batch.
	AbortAfter(r *connect.Record)
}

// RecordCommitter is a Task that wants to know of each record when Kafka has it,
// or when it was dropped or its transaction aborted: then m is nil. It is called one
// call at a time, from another goroutine than Poll or, when delivering exactly once,
// after the transaction, from the same. Errors are logged only.
type RecordCommitter interface {
	CommitRecord(ctx context.Context, r *connect.Record, m *Produced) error
}

// Committer is a Task that wants to know when the offsets of everything it
// returned so far and Kafka has are stored. It is called from another goroutine
// than Poll or, when delivering exactly once, from the same. Errors are logged only.
type Committer interface {
	Commit(ctx context.Context) error
}

// Produced says where Kafka put a record.
type Produced struct {
	Topic     string
	Partition int32
	Offset    int64
	Timestamp int64 // milliseconds since the epoch
}
