package connecttest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
)

func (s Source) stopsUnused(t testing.TB) {
	task := s.start(t)
	task.Stop()
	must(t, task.host.limit(), "second Task.Stop", task.Task.Stop)
}

// pollEnds polls with contexts that have ended or end after a moment, until there is
// nothing more to read or it is clear that the source has no end.
func (s Source) pollEnds(t testing.TB) {
	task := s.start(t)
	for i := range 30 {
		d := time.Duration(i%3) * 20 * time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), d)
		records, err := task.poll(ctx, d+task.host.soon())
		cancel()
		if err != nil {
			t.Errorf("Poll with a context that ends after %s: %s", d, whole(err))
		}
		if d > 0 && len(records) == 0 {
			return
		}
	}
}

// pollWaits looks for sources that return at once although they have nothing, which
// would keep a processor busy.
func (s Source) pollWaits(t testing.TB) {
	const (
		long  = 200 * time.Millisecond
		often = 50
	)
	task := s.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	empty := 0
	for ctx.Err() == nil {
		records, err := task.poll(ctx, task.host.limit())
		if err != nil {
			t.Fatalf("Poll: %s", whole(err))
		}
		if len(records) == 0 && ctx.Err() == nil {
			empty++
		}
		if len(records) > 0 && s.Feed == nil {
			return
		}
	}
	if empty > often {
		t.Errorf("Poll returned nothing %d times in %s: it must wait for records or the end of its context", empty, long)
	}
}

// recordsStay reads several batches; Stop looks whether the first are as they were.
func (s Source) recordsStay(t testing.TB) {
	task := s.start(t)
	for range 5 {
		s.feed(t, 4)
		task.Read(4)
	}
	task.Stop()
}

// pause ends the context of a Poll that waits, as a worker does to pause a task.
func (s Source) pause(t testing.TB) {
	task := s.start(t)
	s.feed(t, 3)
	all := task.Read(3)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		records, err := task.Poll(ctx)
		cancel()
		if err != nil {
			t.Fatalf("Poll: %s", whole(err))
		}
		all = append(all, records...)
		s.feed(t, 2)
		all = append(all, task.Read(2)...)
	}
	s.checkTwice(t, all)
}

// checkTwice looks for records that came more than once.
func (s Source) checkTwice(t testing.TB, records []connect.Record) {
	t.Helper()
	seen := map[string]bool{}
	for i := range records {
		if records[i].Source == nil {
			return
		}
		id := records[i].Source.String() + s.identity(&records[i])
		if seen[id] {
			t.Errorf("a record came twice although the task was not restarted: %s", id)
			return
		}
		seen[id] = true
	}
}

// resume restarts the task after one record was stored, after half of them and after
// all.
func (s Source) resume(t testing.TB) {
	h := s.host(t)
	task := h.Source(s.Plugin, s.Config)
	s.feed(t, 20)
	records := task.Read(20)
	for _, share := range []func(n int) int{
		func(int) int { return 1 },
		func(n int) int { return n / 2 },
		func(n int) int { return n },
	} {
		if records[0].Source == nil {
			return // keeps no offsets
		}
		safe := share(len(records))
		task.Commit(records[:safe])
		task.Stop()
		task = h.Source(s.Plugin, s.Config)
		s.feed(t, 3)
		records = s.checkGoesOn(t, task, records[:safe], records[safe:])
	}
}

// checkGoesOn reads what comes after a restart: the rest of what was read before, and
// nothing that was stored.
func (s Source) checkGoesOn(t testing.TB, task *SourceTask, safe, rest []connect.Record) []connect.Record {
	t.Helper()
	want, old := s.sequences(rest), s.sequences(safe)
	what := fmt.Sprintf("the %d records that were read before, but not stored, and one more", len(rest))
	got := task.readUntil(what, func(all []connect.Record) bool { return len(all) > len(rest) && covers(s.sequences(all), want) })
	for partition, ids := range s.sequences(got) {
		if n := len(want[partition]); !slices.Equal(ids[:min(n, len(ids))], want[partition]) {
			t.Errorf("partition %s does not go on at the stored offset\n want %q\n got  %q", partition, want[partition], ids)
		}
		for _, id := range ids {
			if slices.Contains(old[partition], id) {
				t.Errorf("partition %s: a record came again although its offset was stored: %s", partition, id)
				break
			}
		}
	}
	return got
}

// sequences returns the identities of records in order, by source partition.
func (s Source) sequences(records []connect.Record) map[string][]string {
	by := map[string][]string{}
	for i := range records {
		if p := records[i].Source; p != nil {
			by[p.String()] = append(by[p.String()], s.identity(&records[i]))
		}
	}
	return by
}

func covers(got, want map[string][]string) bool {
	for partition, ids := range want {
		if len(got[partition]) < len(ids) {
			return false
		}
	}
	return true
}

// confirmations tells the task what Kafka has while it polls, as a worker does; the
// race detector sees what the task does about it.
func (s Source) confirmations(t testing.TB) {
	task := s.start(t)
	for range 3 {
		s.feed(t, 4)
		records := task.Read(4)
		var wg sync.WaitGroup
		var err error
		wg.Go(func() {
			err = try(task.host.limit(), "CommitRecord or Commit", func() error { return task.confirmSome(records) })
		})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, pollErr := task.Poll(ctx)
		cancel()
		wg.Wait()
		if err != nil || pollErr != nil {
			t.Errorf("CommitRecord and Commit: %s; Poll: %s", whole(err), whole(pollErr))
		}
	}
}

// confirmSome confirms records, as though the last had been dropped.
func (t *SourceTask) confirmSome(records []connect.Record) error {
	last := len(records) - 1
	if err := t.confirm(records[:last]); err != nil {
		return err
	}
	ctx := t.host.t.Context()
	if c, ok := t.Task.(source.RecordCommitter); ok {
		if err := c.CommitRecord(ctx, &records[last], nil); err != nil {
			return err
		}
	}
	if c, ok := t.Task.(source.Committer); ok {
		return c.Commit(ctx)
	}
	return nil
}
