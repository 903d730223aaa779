package connecttest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

func (r *sinkRun) stopsUnused(t testing.TB) {
	task := r.open(t)
	task.Stop()
	must(t, task.host.limit(), "second Task.Stop", task.Task.Stop)
}

// takesNothing puts no records before there are partitions, and after.
func (r *sinkRun) takesNothing(t testing.TB) {
	task := r.open(t)
	for range 2 {
		r.put(t, task)
		r.commit(t, task)
		task.Open(r.partition(int32(len(task.Context.Assignment()))))
	}
	task.Close(task.Context.Assignment()...)
	task.Stop()
}

func (r *sinkRun) delivers(t testing.TB) {
	p0, p1 := r.partition(0), r.partition(1)
	task := r.open(t, p0, p1)
	var all []connect.Record
	for n := range 4 {
		batch := r.records(n, p0, p1)
		r.put(t, task, batch...)
		all = append(all, batch...)
	}
	r.settle(t, task, all)
	task.Close(p0, p1)
	task.Stop()
	r.arrived(t, all)
}

// takesAgain puts records twice, as after the crash of a worker.
func (r *sinkRun) takesAgain(t testing.TB) {
	p0 := r.partition(0)
	batch := r.records(5, p0)
	crashed := r.open(t, p0)
	r.put(t, crashed, batch[:3]...)
	crashed.Stop()
	task := r.open(t, p0)
	r.put(t, task, batch...)
	r.settle(t, task, batch)
	task.Stop()
	r.arrived(t, batch)
}

// givesBack takes one of two partitions away, in which the other may not suffer, and
// gives it again.
func (r *sinkRun) givesBack(t testing.TB) {
	p0, p1 := r.partition(0), r.partition(1)
	task := r.open(t, p0, p1)
	batch := r.records(3, p0, p1)
	r.put(t, task, batch...)
	safe := task.Close(p0)
	again := after(batch, p0, safe[p0])
	more := r.records(2, p1)
	r.put(t, task, more...)
	r.commit(t, task)
	task.Open(p0)
	r.put(t, task, again...)
	last := r.records(1, p0)
	r.put(t, task, last...)
	all := slices.Concat(batch, more, last)
	r.settle(t, task, all)
	task.Stop()
	r.arrived(t, all)
}

// loses takes one of two partitions away without asking for its offsets, in which the
// other may not suffer, and gives it again from what was safe.
func (r *sinkRun) loses(t testing.TB) {
	p0, p1 := r.partition(0), r.partition(1)
	task := r.open(t, p0, p1)
	all := r.records(2, p0, p1)
	r.put(t, task, all...)
	safe := r.commit(t, task)[p0]
	more := r.records(1, p0, p1)
	r.put(t, task, more...)
	all = append(all, more...)
	task.Lose(p0)
	r.put(t, task)
	task.Open(p0)
	r.put(t, task, after(all, p0, safe)...)
	last := r.records(2, p0)
	r.put(t, task, last...)
	all = append(all, last...)
	r.settle(t, task, all)
	task.Stop()
	r.arrived(t, all)
}

func (r *sinkRun) stopsUnsafe(t testing.TB) {
	p0 := r.partition(0)
	task := r.open(t, p0)
	r.put(t, task, r.records(3, p0)...)
	task.Stop()
	must(t, task.host.limit(), "second Task.Stop", task.Task.Stop)
}

// putEnds lets a task fail or not as it likes, but not hang.
func (r *sinkRun) putEnds(t testing.TB) {
	p0 := r.partition(0)
	task := r.open(t, p0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = task.PutContext(ctx, r.records(2, p0)...)
	task.Stop()
}

// nulls lets a task refuse null values, but not panic.
func (r *sinkRun) nulls(t testing.TB) {
	p0 := r.partition(0)
	task := r.open(t, p0)
	tombstone := r.record()
	tombstone.ValueSchema, tombstone.Value = nil, nil
	batch := []connect.Record{Consume(p0, int64(r.next), tombstone), Consume(p0, int64(r.next+1), connect.Record{})}
	r.next += 2
	if err := task.Put(batch...); err == nil {
		_, _ = task.Commit()
	}
	task.Stop()
}

// outlasts puts records while the world is broken, until it is healed.
func (r *sinkRun) outlasts(t testing.TB) {
	p0 := r.partition(0)
	task := r.open(t, p0)
	batch := r.records(3, p0)
	t.Cleanup(func() { r.Break(t, false) })
	r.Break(t, true)
	err := task.Put(batch...)
	if err != nil && !connect.IsRetriable(err) {
		t.Fatalf("Put while the world is broken: the error is not retriable: %s", whole(err))
	}
	put := err == nil
	if put {
		offsets, err := task.Commit()
		if err == nil && offsets[p0] > batch[0].Consumed.Offset {
			t.Errorf("the task says that records are safe while the world is broken")
		}
		put = err == nil // else the host goes back to what was safe
	}
	r.Break(t, false)
	if !put {
		task.Rewind(p0)
		r.put(t, task, batch...)
	}
	r.settle(t, task, batch)
	task.Stop()
	r.arrived(t, batch)
}

// reports puts a record that the task cannot handle, without and with a reporter.
func (r *sinkRun) reports(t testing.TB) {
	p0 := r.partition(0)
	batch := r.records(2, p0)
	poison := Consume(p0, int64(r.next), r.Poison())
	r.next++
	batch = append(batch, poison)
	alone := r.open(t, p0)
	err := alone.Put(batch...)
	if err == nil {
		_, err = alone.Commit()
	}
	if err == nil || connect.IsRetriable(err) {
		t.Errorf("a record that cannot be handled, and no reporter: want an error that is not retriable, got %s", whole(err))
	}
	h := r.host(t)
	h.DeadLetters = true
	task := h.Sink(r.Plugin, r.Config)
	task.Open(p0)
	r.put(t, task, batch...)
	r.settle(t, task, batch)
	if len(task.Errant) != 1 || task.Errant[0].Reason == nil || task.Errant[0].Record.Consumed != poison.Consumed {
		t.Errorf("%d records were reported, want the one that cannot be handled, with a reason", len(task.Errant))
	}
	task.Stop()
	r.arrived(t, batch[:2])
}

// put delivers records as often as the task asks for it.
func (r *sinkRun) put(t testing.TB, task *SinkTask, records ...connect.Record) {
	t.Helper()
	deadline := time.Now().Add(task.host.limit())
	for {
		err := task.Put(records...)
		if err == nil {
			return
		}
		if !connect.IsRetriable(err) || time.Now().After(deadline) {
			t.Fatalf("Put: %s", whole(err))
		}
		pause(t, 5*time.Millisecond)
	}
}

func (r *sinkRun) commit(t testing.TB, task *SinkTask) sink.Offsets {
	t.Helper()
	safe, err := task.Commit()
	if err != nil {
		t.Fatalf("Flush or PreCommit: %s", whole(err))
	}
	return safe
}

// settle asks the task until all records are safe, and puts again what it rewinds to.
func (r *sinkRun) settle(t testing.TB, task *SinkTask, records []connect.Record) {
	t.Helper()
	deadline := time.Now().Add(task.host.limit())
	for {
		r.commit(t, task)
		for tp, offset := range task.Context.takeRewound() {
			r.put(t, task, after(records, tp, offset)...)
		}
		if task.allSafe() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("records are not safe after %s: the task has %v, and says %v", task.host.limit(), task.put, task.safe)
		}
		r.put(t, task)
		pause(t, 5*time.Millisecond)
	}
}

func (r *sinkRun) arrived(t testing.TB, records []connect.Record) {
	t.Helper()
	if r.Arrived != nil {
		r.Arrived(t, records)
	}
}

// after returns the records of a partition from an offset on.
func after(records []connect.Record, tp connect.TopicPartition, offset int64) []connect.Record {
	var rest []connect.Record
	for _, x := range records {
		if x.Consumed.TopicPartition() == tp && x.Consumed.Offset >= offset {
			rest = append(rest, x)
		}
	}
	return rest
}

// pause waits, unless the test ends.
func pause(t testing.TB, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}
