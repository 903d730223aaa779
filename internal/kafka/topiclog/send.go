package topiclog

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Send writes records and waits until all replicas have them. Their topic is set, and
// their partition chosen by the key as Java's producer does. It blocks while the
// brokers cannot be reached; when ctx ends first, the records may still be written.
// Of several errors it returns the first.
func (l *Log) Send(ctx context.Context, records ...*kgo.Record) error {
	for _, err := range l.SendEach(ctx, records...) {
		if err != nil {
			return fmt.Errorf("write to topic %s: %w", l.settings.Topic, err)
		}
	}
	return nil
}

// SendEach is Send with an error, or nil, for each record.
func (l *Log) SendEach(ctx context.Context, records ...*kgo.Record) []error {
	b := newBatch(len(records), func([]error) {})
	if l.producer != nil {
		l.produce(ctx, l.producer.Produce, b, records)
	} else {
		b.refuse(ErrReadOnly)
	}
	select {
	case <-b.done:
	case <-ctx.Done():
	}
	return b.result(context.Cause(ctx))
}

// Post writes records and does not wait: it calls done with the first error, or nil,
// once all are settled, at once when too many wait already. done must not block.
func (l *Log) Post(records []*kgo.Record, done func(error)) {
	b := newBatch(len(records), func(errs []error) {
		for _, err := range errs {
			if err != nil {
				done(fmt.Errorf("write to topic %s: %w", l.settings.Topic, err))
				return
			}
		}
		done(nil)
	})
	if l.producer == nil {
		b.refuse(ErrReadOnly)
		return
	}
	l.produce(l.ctx, l.producer.TryProduce, b, records)
}

type produceFunc func(context.Context, *kgo.Record, func(*kgo.Record, error))

func (l *Log) produce(ctx context.Context, produce produceFunc, b *batch, records []*kgo.Record) {
	if len(records) == 0 {
		return
	}
	l.flights.begin(b)
	for i, r := range records {
		r.Topic, r.Partition = l.settings.Topic, -1
		produce(ctx, r, func(_ *kgo.Record, err error) { b.settle(i, l.sent(err)) })
	}
}

// sent looks at the outcome of one record.
func (l *Log) sent(err error) error {
	switch {
	case errors.Is(err, kerr.UnknownTopicID):
		l.markStale(wasRecreated)
	case errors.Is(err, kgo.ErrClientClosed):
		return ErrClosed
	}
	return err
}
