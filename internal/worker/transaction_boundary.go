package worker

import (
	"sync"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/connectorconfig"
)

// verdict is what becomes of the open transaction.
type verdict int

const (
	keepOpen verdict = iota
	commitIt
	abortIt // and store the offsets, so that the records do not come again
)

// boundary says where transactions end.
//
// Connect: ExactlyOnceWorkerSourceTask.TransactionBoundaryManager.
type boundary interface {
	enter(now time.Time)
	afterRecord(r *connect.Record) (verdict, error)
	afterBatch(now time.Time) (verdict, error)
	// last is asked before a pause and at the task's end.
	last() (verdict, error)
	// due is when an open transaction must end; zero for no particular time.
	due() time.Time
}

// newBoundary returns the boundary of a connector. flush is the worker's
// offset.flush.interval.ms.
func newBoundary(s connectorconfig.Source, flush time.Duration) boundary {
	switch s.Boundary {
	case connectorconfig.BoundaryInterval:
		if s.BoundaryInterval >= 0 {
			flush = s.BoundaryInterval
		}
		return &intervalBoundary{interval: flush}
	case connectorconfig.BoundaryConnector:
		return newTransactionRequests()
	}
	return pollBoundary{}
}

// pollBoundary ends a transaction with each batch.
type pollBoundary struct{}

func (pollBoundary) enter(time.Time)                              {}
func (pollBoundary) afterRecord(*connect.Record) (verdict, error) { return keepOpen, nil }
func (pollBoundary) afterBatch(time.Time) (verdict, error)        { return commitIt, nil }
func (pollBoundary) last() (verdict, error)                       { return commitIt, nil }
func (pollBoundary) due() time.Time                               { return time.Time{} }

// intervalBoundary ends a transaction with the first batch after some time.
type intervalBoundary struct {
	interval time.Duration
	lastly   time.Time
}

func (b *intervalBoundary) enter(now time.Time) { b.lastly = now }

func (b *intervalBoundary) afterRecord(*connect.Record) (verdict, error) { return keepOpen, nil }

func (b *intervalBoundary) afterBatch(now time.Time) (verdict, error) {
	if now.Before(b.due()) {
		return keepOpen, nil
	}
	b.lastly = now
	return commitIt, nil
}

func (b *intervalBoundary) last() (verdict, error) { return commitIt, nil }
func (b *intervalBoundary) due() time.Time         { return b.lastly.Add(b.interval) }

// transactionRequests are what a task with boundaries of its own has asked for. Its
// exported methods are for the task.
//
// Connect: org.apache.kafka.connect.runtime.WorkerTransactionContext.
type transactionRequests struct {
	mu      sync.Mutex
	batch   requests
	records map[*connect.Record]requests
	any     bool // whether the batch has records
}

// requests are what was asked for at one place.
type requests struct{ commit, abort bool }

func newTransactionRequests() *transactionRequests {
	return &transactionRequests{records: map[*connect.Record]requests{}}
}

// CommitAfterBatch asks for a commit after the next batch.
func (t *transactionRequests) CommitAfterBatch() { t.askBatch(requests{commit: true}) }

// CommitAfter asks for a commit after a record.
func (t *transactionRequests) CommitAfter(r *connect.Record) { t.ask(r, requests{commit: true}) }

// AbortAfterBatch asks for an abort after the next batch.
func (t *transactionRequests) AbortAfterBatch() { t.askBatch(requests{abort: true}) }

// AbortAfter asks for an abort after a record.
func (t *transactionRequests) AbortAfter(r *connect.Record) { t.ask(r, requests{abort: true}) }

func (t *transactionRequests) ask(r *connect.Record, more requests) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records[r] = t.records[r].and(more)
}

func (t *transactionRequests) askBatch(more requests) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.batch = t.batch.and(more)
}

func (q requests) and(more requests) requests {
	return requests{q.commit || more.commit, q.abort || more.abort}
}

func (q requests) verdict() verdict {
	switch {
	case q.abort:
		return abortIt
	case q.commit:
		return commitIt
	}
	return keepOpen
}

func (t *transactionRequests) enter(time.Time) {}
func (t *transactionRequests) due() time.Time  { return time.Time{} }

func (t *transactionRequests) afterRecord(r *connect.Record) (verdict, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.any = true
	q, asked := t.records[r]
	if !asked {
		return keepOpen, nil
	}
	delete(t.records, r)
	if q.commit && q.abort {
		return keepOpen, illegalState("Connector requested both commit and abort of same record against topic/partition %s/%s",
			r.Topic, partitionText(r.Partition))
	}
	return q.verdict(), nil
}

func (t *transactionRequests) afterBatch(time.Time) (verdict, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.any && len(t.records) > 0 {
		// To go on would let a transaction grow that the task believes has ended.
		return keepOpen, illegalState("Connector requested the end of a transaction at %d records that are not in the batch it returned; "+
			"a request must name a record by its address in the slice that Poll returns", len(t.records))
	}
	t.any = false
	return t.take()
}

func (t *transactionRequests) last() (verdict, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.take()
}

// take returns what is asked for after the batch, once.
func (t *transactionRequests) take() (verdict, error) {
	q := t.batch
	t.batch = requests{}
	if q.commit && q.abort {
		return keepOpen, illegalState("Connector requested both commit and abort of same transaction")
	}
	return q.verdict(), nil
}

// forget drops all requests: the task that made them is gone.
func (t *transactionRequests) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.batch = requests{}
	clear(t.records)
}

// illegalState is what Java throws as IllegalStateException.
func illegalState(format string, args ...any) error {
	return data.Fail(data.BadState, format, args...)
}

func partitionText(p int32) string {
	if p < 0 {
		return "null"
	}
	return itoa(int64(p))
}
