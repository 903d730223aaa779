package worker

import "time"

// The number of records that a sink task has consumed and not committed moves with
// each batch that is put for the first time, and is counted anew with each commit and
// whenever partitions or positions change.

// consumed adds the batch that is about to be put.
func (t *sinkTask) consumed() {
	if n := t.pending.span(); n > 0 {
		t.meters.sink.active.move(time.Now(), n)
	}
}

// span is the number of offsets that a batch covers.
func (b *batch) span() int64 {
	if b == nil {
		return 0
	}
	n := int64(0)
	for i := range b.runs {
		n += b.runs[i].next - b.runs[i].first
	}
	return n
}

// recount counts what is not committed. What is put again is not accepted yet.
func (t *sinkTask) recount() {
	n := int64(0)
	if t.redeliver {
		n = t.pending.span()
	}
	for tp, offset := range t.current {
		n += max(offset-t.committed[tp], 0)
	}
	t.meters.sink.active.set(n)
}

func (t *sinkTask) countPartitions() {
	t.meters.sink.partitions.Store(int64(len(t.fetch.assigned.Load().epochs)))
}
