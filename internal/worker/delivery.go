package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
)

// delivery is how the records of a source task get to Kafka and their offsets get
// stored: at least once (flights), or exactly once (transactions). Its methods are
// called by the task's owner.
type delivery interface {
	// prepare does what must be done before the task starts.
	prepare() error
	// enter is called when the task begins to poll: at first, and after each pause.
	enter()
	// leave is called before a pause.
	leave() error
	// broken returns why nothing more can be delivered.
	broken() error
	// pollUntil is when a Poll must return at the latest; zero for never.
	pollUntil() time.Time
	// deliver sends the next record of a batch; k is nil for one that was dropped.
	deliver(r *connect.Record, k *kgo.Record) error
	// endBatch is called after the last record of what Poll returned, which may be
	// nothing, or after some when the others must wait.
	endBatch(whole bool) error
	// end sends and stores what is left; after a failure, only what may be.
	end(failed bool) error
}

// told are the abilities of a task to be told what became of its records.
type told struct {
	record source.RecordCommitter // nil when the task does not ask for it
	commit source.Committer       // nil when the task does not ask for it
	log    *slog.Logger
}

func toldOf(task source.Task, log *slog.Logger) told {
	t := told{log: log}
	t.record, _ = task.(source.RecordCommitter)
	t.commit, _ = task.(source.Committer)
	return t
}

// recordDone tells of one record; k is nil when it was dropped.
func (t *told) recordDone(ctx context.Context, r *connect.Record, k *kgo.Record) {
	if t.record == nil || r == nil {
		return
	}
	var m *source.Produced
	if k != nil {
		m = &source.Produced{Topic: k.Topic, Partition: k.Partition, Offset: k.Offset, Timestamp: k.Timestamp.UnixMilli()}
	}
	err := func() (err error) {
		defer recoverInto(&err, "CommitRecord")
		return t.record.CommitRecord(ctx, r, m)
	}()
	if err != nil {
		t.log.Error("Exception thrown while calling task.commitRecord()", "err", err)
	}
}

// stored tells that the offsets of all that Kafka has are stored.
func (t *told) stored(ctx context.Context) {
	if t.commit == nil {
		return
	}
	err := func() (err error) {
		defer recoverInto(&err, "Commit")
		return t.commit.Commit(ctx)
	}()
	if err != nil {
		t.log.Error("Exception thrown while calling task.commit()", "err", err)
	}
}
