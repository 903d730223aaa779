package worker

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/store/offsetstore"
)

// sourcePlace is where the offsets of a source are.
type sourcePlace struct {
	store   offsetstore.Store
	layers  *offsetstore.Layered // nil unless the connector has a topic of its own
	release func()

	// What follows is for changes of a topic that store does not write; producer is nil
	// when it does.
	topic    string
	producer *kgo.Client
	atomic   bool // the producer has transactions
}

// sourceAllowed checks the connector's settings for the clients of its offsets.
func (r *offsetsRequest) sourceAllowed() error {
	if r.own() == nil {
		return nil
	}
	return r.allowed(policy.Consumer, policy.Admin)
}

func (r *offsetsRequest) own() *ownOffsets {
	return r.w.ownOffsets(r.name, -1, r.cfg, r.w.Log.With("connector", r.name))
}

// open reads the topic of the offsets to its end, where there is one.
func (r *offsetsRequest) open(ctx context.Context) (*sourcePlace, error) {
	own := r.own()
	if own == nil {
		return &sourcePlace{store: r.w.Offsets, release: func() {}}, nil
	}
	topic, layers, err := own.open(ctx)
	if err != nil {
		return nil, err
	}
	return &sourcePlace{store: layers, layers: layers, release: topic.Close}, nil
}

func (r *offsetsRequest) openToAlter(ctx context.Context) (*sourcePlace, error) {
	at, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	at.atomic = r.w.ExactlyOnce != nil
	if at.layers == nil && !at.atomic {
		return at, nil
	}
	producer, closeProducer, err := r.offsetProducer()
	if err != nil {
		at.release()
		return nil, err
	}
	// Some requests of the client outlast their context, but none its end.
	stop := context.AfterFunc(ctx, closeProducer)
	release := at.release
	at.topic, at.producer = r.w.offsetsTopic(r.cfg), producer
	at.release = func() {
		stop()
		closeProducer()
		release()
	}
	return at, nil
}

// offsetProducer makes the producer of a change: under exactly-once support that of
// task 0, so that no such task can write any more.
func (r *offsetsRequest) offsetProducer() (*kgo.Client, func(), error) {
	if err := r.allowed(policy.Producer); err != nil {
		return nil, nil, err
	}
	if r.w.ExactlyOnce == nil {
		return r.w.producers.Own(kafka.OffsetProducerProps(r.w.Props, r.cfg.Props, r.name))
	}
	props, warnings := kafka.TransactionalProducerProps(r.w.Props, r.cfg.Props, r.name, 0)
	for _, text := range warnings {
		r.w.Log.Warn(text, "connector", r.name)
	}
	return r.w.producers.Own(props)
}

// write stores entries and returns when they are safe. What is forgotten is forgotten
// in the worker's topic first: otherwise it would come back.
func (p *sourcePlace) write(ctx context.Context, entries []offsetstore.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if p.producer == nil {
		return p.store.Set(ctx, entries)
	}
	if rewriter, ok := p.store.(offsetstore.Rewriter); ok {
		entries = rewriter.Rewrite(entries)
	}
	if p.layers != nil {
		if err := p.layers.Forget(ctx, entries); err != nil {
			return err
		}
	}
	if err := p.produce(ctx, entries); err != nil {
		return err
	}
	if p.layers != nil {
		p.layers.Mirror(entries)
	}
	return nil
}

// produce sends entries to the topic, in one transaction where there are such.
func (p *sourcePlace) produce(ctx context.Context, entries []offsetstore.Entry) error {
	records := make([]*kgo.Record, len(entries))
	for i, e := range entries {
		records[i] = &kgo.Record{Topic: p.topic, Partition: connect.NoPartition, Key: e.Key, Value: e.Value}
	}
	if !p.atomic {
		return p.producer.ProduceSync(ctx, records...).FirstErr()
	}
	if err := p.producer.BeginTransaction(); err != nil {
		return err
	}
	err := p.producer.ProduceSync(ctx, records...).FirstErr()
	return errors.Join(err, p.producer.EndTransaction(ctx, kgo.TransactionEndTry(err == nil)))
}
