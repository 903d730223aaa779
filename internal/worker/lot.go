package worker

import (
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
)

// lot is a batch that a source task sends, or what could be sent of it in one attempt.
// Metrics move once, when nothing of it is under way any more.
//
// Connect: org.apache.kafka.connect.runtime.AbstractWorkerSourceTask's
// SourceRecordWriteCounter.
type lot struct {
	task     *taskRun
	underWay atomic.Int32 // flights or records, and one more while the sender adds to it
	lost     atomic.Int32 // records that were sent and are not in Kafka
	n        int          // records, of the sender
	dropped  int          // of them not sent, of the sender
	promise  func(*kgo.Record, error)
}

func newLot(t *taskRun) *lot {
	l := &lot{task: t}
	l.underWay.Store(1)
	return l
}

// add counts a record; sent is false for one that was dropped.
func (l *lot) add(sent bool) {
	l.n++
	if !sent {
		l.dropped++
	}
}

// land says that one flight or record needs nothing more, or that the sender adds no
// more.
func (l *lot) land() {
	if l.underWay.Add(-1) > 0 {
		return
	}
	written := l.n - l.dropped - int(l.lost.Load())
	l.task.counts.written.Add(int64(written))
	l.task.meters.source.finished(l.n, written)
}
