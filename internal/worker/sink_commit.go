package worker

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// commitUnderWay is a commit that Kafka has not answered.
type commitUnderWay struct {
	sequence int
	offsets  sink.Offsets
	deadline time.Time
	began    time.Time
}

// commitResult is the answer.
type commitResult struct {
	sequence int
	err      error
}

// commitWhenDue starts a commit every offset.flush.interval.ms, or when the task
// asked for one.
func (t *sinkTask) commitWhenDue() error {
	select {
	case c := <-t.commits: // a long Put may have kept the answer waiting
		t.onCommitted(c)
	default:
	}
	now := time.Now()
	if c := t.inCommit; c != nil && now.After(c.deadline) {
		t.log.Warn("Commit of offsets timed out", "sequence", c.sequence)
		t.commitFailed()
		t.again(c.offsets)
	}
	if t.inCommit != nil || !t.context.commitNow && now.Before(t.nextFlush) {
		return nil
	}
	t.context.commitNow = false
	t.nextFlush = now.Add(t.interval)
	offsets, err := t.safeOffsets(sortedPartitions(t.current))
	if err != nil {
		return err
	}
	if len(offsets) == 0 {
		if offsets != nil {
			t.commitDone(now)
		}
		return t.rewind()
	}
	t.sequence++
	t.inCommit = &commitUnderWay{t.sequence, offsets, now.Add(t.flush), now}
	sequence := t.sequence
	t.client.CommitOffsets(t.hard, epochOffsets(offsets), func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
		select {
		case t.commits <- commitResult{sequence, commitError(resp, err)}:
		case <-t.released:
		}
	})
	return t.rewind()
}

// onCommitted notes Kafka's answer; late answers are ignored.
func (t *sinkTask) onCommitted(c commitResult) {
	if t.inCommit == nil || t.inCommit.sequence != c.sequence {
		t.meters.sink.skips.Add(1)
		return
	}
	offsets, began := t.inCommit.offsets, t.inCommit.began
	if c.err != nil {
		t.again(offsets)
		t.commitFailed()
		t.log.Error("Commit of offsets failed; will try again", "err", c.err)
		return
	}
	t.inCommit = nil
	maps.Copy(t.committed, offsets)
	t.counts.commits.Add(1)
	t.commitDone(began)
}

// commitDone records a commit that succeeded, if only because there was nothing new.
func (t *sinkTask) commitDone(began time.Time) {
	t.meters.committed(began)
	t.meters.sink.completions.Add(1)
	t.recount()
}

func (t *sinkTask) commitFailed() {
	t.counts.failed.Add(1)
	t.meters.notCommitted()
}

// again keeps the offsets of a commit that came to nothing for the next one: a task
// may say only once that they are safe.
func (t *sinkTask) again(offsets sink.Offsets) {
	t.inCommit = nil
	maps.Copy(t.unsaved, offsets)
}

// safeOffsets asks the task up to where its records are safe, and returns what is
// worth committing; nil when there was nothing to ask about. When the task cannot tell, the records since the last commit are
// consumed again.
func (t *sinkTask) safeOffsets(tps []connect.TopicPartition) (sink.Offsets, error) {
	if t.dead != nil {
		if ok, err := t.dead.await(t.flush); !ok || err != nil {
			return nil, err
		}
	}
	asked := t.offsetsOf(tps)
	if len(asked) == 0 {
		return nil, nil
	}
	t.meters.sink.sequence.Add(1)
	said, err := t.preCommit(maps.Clone(asked))
	if err != nil {
		t.log.Error("Offset commit failed; the records since the last commit will be delivered again", "err", err)
		t.commitFailed()
		t.context.Rewind(t.committedOf(tps))
		return nil, nil
	}
	offsets := t.accepted(asked, said)
	for _, tp := range tps {
		if offset, ok := t.unsaved[tp]; ok && offset > offsets[tp] {
			offsets[tp] = offset
		}
		delete(t.unsaved, tp)
	}
	return offsets, nil
}

func (t *sinkTask) offsetsOf(tps []connect.TopicPartition) sink.Offsets {
	offsets := sink.Offsets{}
	for _, tp := range tps {
		if offset, ok := t.current[tp]; ok {
			offsets[tp] = offset
		}
	}
	return offsets
}

func (t *sinkTask) committedOf(tps []connect.TopicPartition) sink.Offsets {
	offsets := sink.Offsets{}
	for _, tp := range tps {
		if offset, ok := t.committed[tp]; ok {
			offsets[tp] = offset
		}
	}
	return offsets
}

// preCommit asks a task in the way that it knows; one that knows none keeps nothing
// back.
func (t *sinkTask) preCommit(offsets sink.Offsets) (said sink.Offsets, err error) {
	ctx := t.hard
	switch task := t.task.(type) {
	case sink.PreCommitter:
		err = t.watch.do("PreCommit", func() error {
			said, err = task.PreCommit(ctx, offsets)
			return err
		})
		return said, err
	case sink.Flusher:
		err = t.watch.do("Flush", func() error { return task.Flush(ctx, maps.Clone(offsets)) })
	}
	return offsets, err
}

// accepted drops what a task may not say and what Kafka has already.
func (t *sinkTask) accepted(asked, said sink.Offsets) sink.Offsets {
	out := sink.Offsets{}
	for tp, offset := range said {
		limit, ok := asked[tp]
		switch {
		case !ok:
			t.log.Warn("Ignoring invalid task provided offset: the partition was not asked for", "topic", tp.Topic, "partition", tp.Partition, "offset", offset)
		case offset > limit:
			t.log.Warn("Ignoring invalid task provided offset: it is not yet consumed", "topic", tp.Topic, "partition", tp.Partition, "offset", offset, "consumed", limit)
		default:
			if last, ok := t.committed[tp]; !ok || last != offset {
				out[tp] = offset
			}
		}
	}
	return out
}

// commitClosing is the last commit of partitions that go away: the task is asked,
// then closed, then Kafka is told.
func (t *sinkTask) commitClosing(tps []connect.TopicPartition) error {
	began := time.Now()
	offsets, err := t.safeOffsets(tps)
	t.context.rewinds = sink.Offsets{} // nothing to rewind: they are consumed again by whoever gets them
	if c, ok := t.task.(sink.Closer); ok {
		closing := t.watch.do("Close", func() error { return c.Close(t.hard, tps) })
		if err == nil {
			err = closing
		}
	}
	if err != nil || len(offsets) == 0 || t.abandoned.Load() {
		return err
	}
	ctx, cancel := context.WithTimeout(t.hard, t.flush)
	defer cancel()
	t.client.CommitOffsetsSync(ctx, epochOffsets(offsets), func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
		if err = commitError(resp, err); err != nil {
			t.commitFailed()
			t.log.Error("Commit of offsets failed; records since the last commit will be delivered again", "err", err)
			return
		}
		maps.Copy(t.committed, offsets)
		t.counts.commits.Add(1)
		t.commitDone(began)
	})
	return nil
}

func epochOffsets(offsets sink.Offsets) map[string]map[int32]kgo.EpochOffset {
	out := map[string]map[int32]kgo.EpochOffset{}
	for tp, offset := range offsets {
		if out[tp.Topic] == nil {
			out[tp.Topic] = map[int32]kgo.EpochOffset{}
		}
		out[tp.Topic][tp.Partition] = kgo.EpochOffset{Epoch: -1, Offset: offset}
	}
	return out
}

// commitError returns the first error of a commit's answer.
func commitError(resp *kmsg.OffsetCommitResponse, err error) error {
	if err != nil || resp == nil {
		return err
	}
	for _, topic := range resp.Topics {
		for _, p := range topic.Partitions {
			if err := kerrOf(p.ErrorCode); err != nil {
				return fmt.Errorf("partition %s-%d: %w", topic.Topic, p.Partition, err)
			}
		}
	}
	return nil
}
