package worker

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// heldRun is a run that was fetched but may not be delivered yet, because the task
// paused its partition.
type heldRun struct {
	run
	records []connect.Record
}

// holdPaused moves the runs of paused partitions out of the pending batch.
func (t *sinkTask) holdPaused() {
	if len(t.context.paused) > 0 || len(t.held) > 0 {
		t.hold(t.pending, func(r *run) bool { return t.context.paused[r.tp] || t.holds(r.tp) })
	}
}

// holds tells whether earlier records of a partition wait.
func (t *sinkTask) holds(tp connect.TopicPartition) bool {
	for i := range t.held {
		if t.held[i].tp == tp {
			return true
		}
	}
	return false
}

func (t *sinkTask) hold(b *batch, which func(*run) bool) {
	b.keep(func(r *run) bool {
		if !which(r) {
			return true
		}
		t.held = append(t.held, heldRun{*r, append([]connect.Record(nil), b.records[r.start:r.end]...)})
		return false
	})
}

// releaseHeld puts what waits and is not paused any more in front of the pending
// batch.
func (t *sinkTask) releaseHeld() {
	if len(t.held) == 0 {
		return
	}
	out, still := &batch{}, t.held[:0]
	for _, h := range t.held {
		switch {
		case !t.fetch.current(&h.run):
		case t.context.paused[h.tp]:
			still = append(still, h)
		default:
			out.append(&h.run, h.records)
		}
	}
	t.held = still
	if t.pending != nil {
		for i := range t.pending.runs {
			r := &t.pending.runs[i]
			out.append(r, t.pending.records[r.start:r.end])
		}
		t.spare = t.pending
	}
	t.pending = out
}

func (b *batch) append(r *run, records []connect.Record) {
	moved := *r
	moved.start = len(b.records)
	b.records = append(b.records, records...)
	moved.end = len(b.records)
	b.runs = append(b.runs, moved)
}

// forget drops what was read ahead of a partition.
func (t *sinkTask) forget(tp connect.TopicPartition) {
	still := t.held[:0]
	for _, h := range t.held {
		if h.tp != tp {
			still = append(still, h)
		}
	}
	t.held = still
	if t.pending != nil {
		t.pending.keep(func(r *run) bool { return r.tp != tp })
	}
}

// startAt notes where consumption of a partition began: that is as good as a
// committed offset when there is none.
func (t *sinkTask) startAt(b *batch) {
	for i := range b.runs {
		r := &b.runs[i]
		if _, known := t.committed[r.tp]; !known {
			t.committed[r.tp] = r.first
		}
	}
}

// rewind makes the consumer go on at the offsets that the task asked for.
func (t *sinkTask) rewind() error {
	for len(t.context.rewinds) > 0 {
		if err := t.quiesce(); err != nil {
			return err
		}
		offsets := t.context.rewinds
		t.context.rewinds = sink.Offsets{}
		t.seek(offsets)
	}
	return nil
}

func (t *sinkTask) seek(offsets sink.Offsets) {
	assigned := t.fetch.assigned.Load()
	target := map[string]map[int32]kgo.EpochOffset{}
	for tp, offset := range offsets {
		if _, ok := assigned.epoch(tp); !ok {
			t.log.Warn("A task rewound a partition that it does not have", "topic", tp.Topic, "partition", tp.Partition)
			continue
		}
		if target[tp.Topic] == nil {
			target[tp.Topic] = map[int32]kgo.EpochOffset{}
		}
		target[tp.Topic][tp.Partition] = kgo.EpochOffset{Epoch: -1, Offset: offset}
		t.current[tp], t.committed[tp] = offset, offset
		delete(t.unsaved, tp)
		t.forget(tp)
	}
	t.recount()
	t.client.SetOffsets(target)
}

// quiesce ends a fetch that is under way and holds back what it brought, so that the
// consumer's position can be changed. A rebalance may be what the fetch waits for.
func (t *sinkTask) quiesce() error {
	if !t.asked {
		return nil
	}
	t.stopFetch()
	for {
		select {
		case b := <-t.fetch.ready:
			t.taken()
			if b.err != nil {
				return b.err
			}
			b.keep(t.fetch.current)
			t.startAt(b)
			t.hold(b, func(*run) bool { return true })
			t.spare = b
			return nil
		case r := <-t.rebalances:
			if err := t.onRebalance(r); err != nil {
				return err
			}
		}
	}
}

// applyPauses tells the client which partitions to fetch, when that has changed.
func (t *sinkTask) applyPauses() {
	pause, resume := map[string][]int32{}, map[string][]int32{}
	for tp := range t.fetch.assigned.Load().epochs {
		want := t.paused.Load() || t.context.paused[tp]
		switch {
		case want && !t.applied[tp]:
			t.applied[tp] = true
			pause[tp.Topic] = append(pause[tp.Topic], tp.Partition)
		case !want && t.applied[tp]:
			delete(t.applied, tp)
			resume[tp.Topic] = append(resume[tp.Topic], tp.Partition)
		}
	}
	if len(pause) > 0 {
		t.client.PauseFetchPartitions(pause)
	}
	if len(resume) > 0 {
		t.client.ResumeFetchPartitions(resume)
	}
}

// unpause takes back what applyPauses told the client of partitions that go away. The
// client would remember it, and not fetch them when they come again.
func (t *sinkTask) unpause(tps []connect.TopicPartition) {
	resume := map[string][]int32{}
	for _, tp := range tps {
		if t.applied[tp] {
			delete(t.applied, tp)
			resume[tp.Topic] = append(resume[tp.Topic], tp.Partition)
		}
	}
	if len(resume) > 0 {
		t.client.ResumeFetchPartitions(resume)
	}
}
