package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/kafka/clientmeter"
)

// fetcher polls and converts the next batch while the task's owner puts the last
// one. It works on demand: the owner asks with want, and gets the batch from ready.
// So there is never more than one batch ahead.
type fetcher struct {
	client *kgo.Client
	in     *inbound
	max    int // max.poll.records
	meter  *clientmeter.Meter

	committed bool // only what is committed is consumed

	assigned atomic.Pointer[assignment] // written by the rebalance callbacks
	want     chan request               // capacity 1
	ready    chan *batch                // capacity 1: it, filled
}

// request asks to fill a batch; ctx ends the wait for records.
type request struct {
	ctx context.Context
	b   *batch
}

// assignment is immutable: the partitions of the task and the epoch in which each
// was given. A partition that is lost and given again has a new epoch, so what was
// polled before cannot be taken for what was polled after.
type assignment struct {
	epochs map[connect.TopicPartition]int
	last   int
}

func newFetcher(in *inbound, maxPollRecords int) *fetcher {
	f := &fetcher{in: in, max: maxPollRecords, want: make(chan request, 1), ready: make(chan *batch, 1)}
	f.assigned.Store(&assignment{})
	return f
}

// assign adds partitions, or gives a new epoch to those that are there.
func (f *fetcher) assign(tps []connect.TopicPartition) {
	old := f.assigned.Load()
	next := &assignment{epochs: maps.Clone(old.epochs), last: old.last + 1}
	if next.epochs == nil {
		next.epochs = map[connect.TopicPartition]int{}
	}
	for _, tp := range tps {
		next.epochs[tp] = next.last
	}
	f.assigned.Store(next)
}

func (f *fetcher) revoke(tps []connect.TopicPartition) {
	old := f.assigned.Load()
	next := &assignment{epochs: maps.Clone(old.epochs), last: old.last}
	for _, tp := range tps {
		delete(next.epochs, tp)
	}
	f.assigned.Store(next)
}

func (a *assignment) epoch(tp connect.TopicPartition) (int, bool) {
	e, ok := a.epochs[tp]
	return e, ok
}

// current tells whether a run was polled under today's assignment.
func (f *fetcher) current(r *run) bool {
	e, ok := f.assigned.Load().epoch(r.tp)
	return ok && e == r.epoch
}

// run fills batches until ctx ends.
func (f *fetcher) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-f.want:
			f.fill(r.ctx, r.b)
			f.ready <- r.b
		}
	}
}

// fill blocks until there are records or ctx ends.
func (f *fetcher) fill(ctx context.Context, b *batch) {
	defer recoverInto(&b.err, "conversion")
	for ctx.Err() == nil && b.empty() && b.err == nil {
		fetches := f.client.PollRecords(ctx, f.max)
		// Rebalances wait from here, so that the assignment is that of the records.
		assigned := f.assigned.Load()
		f.client.AllowRebalance()
		f.meter.Lags(fetches, f.committed)
		b.err = fetchError(fetches)
		if b.err == nil {
			f.in.fill(ctx, b, fetches, assigned.epoch)
		}
	}
}

// fetchError returns what the client cannot get over by itself: what Kafka refuses
// for good. A broker that cannot be reached is logged by the client and tried again.
func fetchError(fetches kgo.Fetches) error {
	for _, e := range fetches.Errors() {
		var refused *kerr.Error
		switch {
		case errors.Is(e.Err, kgo.ErrClientClosed):
			return e.Err
		case errors.As(e.Err, &refused) && !refused.Retriable && !groupPasses(refused):
			return explainConsume(e.Topic, e.Err)
		}
	}
	return nil
}

// groupPasses tells the errors of group membership that a new join heals.
func groupPasses(err *kerr.Error) bool {
	switch err {
	case kerr.UnknownMemberID, kerr.IllegalGeneration, kerr.RebalanceInProgress, kerr.MemberIDRequired:
		return true
	}
	return false
}

// explainConsume adds what a user can do to the errors that users meet.
func explainConsume(topic string, err error) error {
	switch {
	case errors.Is(err, kerr.TopicAuthorizationFailed):
		return fmt.Errorf("consume from topic %s: %w: the consumer's principal needs Read and Describe on the topic", topic, err)
	case errors.Is(err, kerr.GroupAuthorizationFailed):
		return fmt.Errorf("join the consumer group: %w: the consumer's principal needs Read on the group connect-NAME (or consumer.override.group.id)", err)
	case loginRefused(err):
		return fmt.Errorf("consume: %w: check sasl.jaas.config and sasl.mechanism, with consumer.override. before them in the connector, with consumer. in the worker", err)
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return fmt.Errorf("consume from topic %s: %w: create the topic, or correct topics in the connector", topic, err)
	case topic == "":
		return fmt.Errorf("consume: %w", err)
	}
	return fmt.Errorf("consume from topic %s: %w", topic, err)
}
