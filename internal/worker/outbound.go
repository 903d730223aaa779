package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
)

// outbound turns a connector's records into Kafka's: transformation, then headers,
// key and value. It belongs to one task's goroutine.
type outbound struct {
	chain      chain
	converters converters
	tolerance  *tolerance
	topics     *topicLog

	out   connect.Record      // the record under conversion: reused, so that none is allocated
	extra []connect.RawHeader // its headers as key and value converters see them
}

// convert fills k from a copy of r; r stays as the connector made it. It returns
// false for a record that was dropped. The error is fatal, or retriable.
func (o *outbound) convert(ctx context.Context, r *connect.Record, k *kgo.Record) (bool, error) {
	o.out = *r
	out := &o.out
	if len(o.chain) > 0 {
		if ok, err := o.transform(ctx, r, out); !ok || err != nil {
			return false, err
		}
	}
	if ok, err := o.headers(ctx, r, out, k); !ok || err != nil {
		return false, err
	}
	if ok, err := o.keyAndValue(ctx, r, out, k); !ok || err != nil {
		return false, err
	}
	k.Topic, k.Partition = out.Topic, out.Partition
	o.topics.note(out.Topic)
	return true, setTimestamp(k, out.Timestamp)
}

func setTimestamp(k *kgo.Record, ms int64) error {
	switch {
	case ms == connect.NoTimestamp || ms == -1:
		k.Timestamp = time.Now()
	case ms < 0:
		return &connect.Error{Msg: fmt.Sprintf("Invalid record timestamp %d", ms)}
	default:
		k.Timestamp = time.UnixMilli(ms)
	}
	return nil
}

// transform applies the chain; a failed link is retried from where it failed.
func (o *outbound) transform(ctx context.Context, r, out *connect.Record) (bool, error) {
	keep, at, err := o.chain.apply(out, 0)
	if err == nil {
		return keep, nil
	}
	f := failure{stage: TransformStage, class: o.chain[at].class, source: r, err: err}
	ok, err := o.tolerance.handle(ctx, f, func() (err error) {
		keep, at, err = o.chain.apply(out, at)
		return err
	})
	return ok && keep, err
}

func (o *outbound) headers(ctx context.Context, r, out *connect.Record, k *kgo.Record) (bool, error) {
	for i := range out.Headers {
		h := &out.Headers[i]
		convert := func() error {
			raw, err := o.converters.header.FromHeader(out.Topic, h.Key, h.Schema, h.Value)
			if err == nil {
				k.Headers = append(k.Headers, kgo.RecordHeader{Key: h.Key, Value: raw})
			}
			return err
		}
		if err := convert(); err != nil {
			f := failure{stage: HeaderStage, class: o.converters.headerAs.Class, source: r, err: err}
			if ok, err := o.tolerance.handle(ctx, f, convert); !ok || err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

func (o *outbound) keyAndValue(ctx context.Context, r, out *connect.Record, k *kgo.Record) (ok bool, err error) {
	o.extra = rawHeaders(o.extra[:0], k.Headers)
	before := len(o.extra)
	k.Key, err = o.converters.key.FromConnect(out.Topic, &o.extra, out.KeySchema, out.Key)
	if err != nil {
		f := failure{stage: KeyStage, class: o.converters.keyAs.Class, source: r, err: err}
		if ok, err = o.tolerance.handle(ctx, f, func() (err error) {
			k.Key, err = o.converters.key.FromConnect(out.Topic, &o.extra, out.KeySchema, out.Key)
			return err
		}); !ok || err != nil {
			return false, err
		}
	}
	k.Value, err = o.converters.value.FromConnect(out.Topic, &o.extra, out.ValueSchema, out.Value)
	if err != nil {
		f := failure{stage: ValueStage, class: o.converters.valueAs.Class, source: r, err: err}
		if ok, err = o.tolerance.handle(ctx, f, func() (err error) {
			k.Value, err = o.converters.value.FromConnect(out.Topic, &o.extra, out.ValueSchema, out.Value)
			return err
		}); !ok || err != nil {
			return false, err
		}
	}
	for _, h := range o.extra[min(before, len(o.extra)):] {
		k.Headers = append(k.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
	}
	return true, nil
}

func rawHeaders(dst []connect.RawHeader, in []kgo.RecordHeader) []connect.RawHeader {
	for _, h := range in {
		dst = append(dst, connect.RawHeader{Key: h.Key, Value: h.Value})
	}
	return dst
}

func (o *outbound) close() error { return errors.Join(o.chain.close(), o.converters.close()) }

// ackFailure holds the first record that Kafka refused until the task's goroutine
// looks.
type ackFailure struct {
	mu  sync.Mutex
	err error
}

func (a *ackFailure) set(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = err
	}
}

func (a *ackFailure) get() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

// explainProduce adds what a user can do to the errors that users meet.
func explainProduce(k *kgo.Record, err error) error {
	advice := ""
	switch {
	case errors.Is(err, kerr.TopicAuthorizationFailed):
		advice = "the producer's principal needs Write (and, if the topic does not exist, Create) on the topic"
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		advice = "create the topic, let the broker create topics, or set topic.creation.default.partitions and topic.creation.default.replication.factor in the connector"
	case errors.Is(err, kerr.MessageTooLarge):
		advice = "raise producer.override.max.request.size and the topic's max.message.bytes, or set errors.tolerance=all to skip such records"
	case errors.Is(err, kerr.ClusterAuthorizationFailed):
		advice = "the producer's principal needs IdempotentWrite on the cluster, or set producer.override.enable.idempotence=false"
	case loginRefused(err):
		advice = "check sasl.jaas.config and sasl.mechanism, with producer.override. before them in the connector, with producer. in the worker"
	default:
		return fmt.Errorf("produce to topic %s: %w", k.Topic, err)
	}
	return fmt.Errorf("produce to topic %s: %w: %s", k.Topic, err, advice)
}
