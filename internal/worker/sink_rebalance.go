package worker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// rebalance is a change of the task's partitions that the group tells. The client
// waits for done before it goes on.
type rebalance struct {
	kind       rebalanceKind
	partitions []connect.TopicPartition
	done       chan struct{}
}

type rebalanceKind uint8

const (
	assigned rebalanceKind = iota
	revoked                // to be given up: there is time to commit
	lost                   // somebody else may have them already
)

// rebalanceOptions make the client tell the task's owner of changes.
func (t *sinkTask) rebalanceOptions() []kgo.Opt {
	tell := func(kind rebalanceKind) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, m map[string][]int32) { t.tell(kind, m) }
	}
	return []kgo.Opt{
		kgo.OnPartitionsAssigned(tell(assigned)),
		kgo.OnPartitionsRevoked(tell(revoked)),
		kgo.OnPartitionsLost(tell(lost)),
		kgo.BlockRebalanceOnPoll(),
		kgo.DisableAutoCommit(),
	}
}

// tell runs in the client's goroutine. It waits for the owner, unless that has
// ended.
func (t *sinkTask) tell(kind rebalanceKind, m map[string][]int32) {
	r := rebalance{kind: kind, done: make(chan struct{})}
	for topic, partitions := range m {
		for _, p := range partitions {
			r.partitions = append(r.partitions, connect.TopicPartition{Topic: topic, Partition: p})
		}
	}
	if len(r.partitions) == 0 {
		return
	}
	select {
	case t.rebalances <- r:
	case <-t.released:
		return
	}
	select {
	case <-r.done:
	case <-t.released:
	}
}

func (t *sinkTask) onRebalance(r rebalance) error {
	defer close(r.done)
	switch r.kind {
	case assigned:
		return t.onAssigned(r.partitions)
	case revoked:
		return t.onRevoked(r.partitions)
	default:
		return t.onLost(r.partitions)
	}
}

func (t *sinkTask) onAssigned(tps []connect.TopicPartition) error {
	t.log.Info("Assigned partitions", "partitions", len(tps))
	t.fetch.assign(tps)
	t.countPartitions()
	t.applyPauses()
	if o, ok := t.task.(sink.Opener); ok {
		if err := t.watch.do("Open", func() error { return o.Open(t.hard, tps) }); err != nil {
			return err
		}
	}
	return nil
}

func (t *sinkTask) onRevoked(tps []connect.TopicPartition) error {
	t.log.Info("Revoked partitions", "partitions", len(tps))
	err := t.commitClosing(tps)
	t.drop(tps)
	return err
}

func (t *sinkTask) onLost(tps []connect.TopicPartition) error {
	t.log.Warn("Lost partitions without warning; others may have consumed them already", "partitions", len(tps))
	var err error
	if c, ok := t.task.(sink.Closer); ok {
		err = t.watch.do("Close", func() error { return c.Close(t.hard, tps) })
	}
	t.drop(tps)
	return err
}

// drop forgets everything about partitions that are the task's no more.
func (t *sinkTask) drop(tps []connect.TopicPartition) {
	t.fetch.revoke(tps)
	t.unpause(tps)
	for _, tp := range tps {
		t.forget(tp)
		delete(t.current, tp)
		delete(t.committed, tp)
		delete(t.unsaved, tp)
		delete(t.context.paused, tp)
		delete(t.context.rewinds, tp)
		t.fetch.meter.Forget(tp.Topic, tp.Partition)
	}
	t.countPartitions()
	t.recount()
}

func kerrOf(code int16) error { return kerr.ErrorForCode(code) }
