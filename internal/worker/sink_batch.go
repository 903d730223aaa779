package worker

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
)

// batch is what one poll gave, converted. Its runs are in the order of the records.
type batch struct {
	records []connect.Record
	runs    []run
	err     error // fatal: nothing of the batch may be delivered
}

// run is a stretch of records of one partition, as consumed: dropped records are
// counted in next only.
type run struct {
	tp         connect.TopicPartition
	epoch      int // of the assignment under which it was polled
	start, end int // records[start:end]
	first      int64
	next       int64
}

func (b *batch) reset() {
	clear(b.records)
	b.records, b.runs, b.err = b.records[:0], b.runs[:0], nil
}

// empty tells whether the batch moves nothing forward.
func (b *batch) empty() bool { return len(b.runs) == 0 }

// keep drops the runs for which keep is false, with their records.
func (b *batch) keep(keep func(*run) bool) {
	kept := b.runs[:0]
	n := 0
	for _, r := range b.runs {
		if !keep(&r) {
			continue
		}
		m := copy(b.records[n:], b.records[r.start:r.end])
		r.start, r.end = n, n+m
		n += m
		kept = append(kept, r)
	}
	b.runs = kept
	clear(b.records[n:])
	b.records = b.records[:n]
}

// inbound turns Kafka's records into a connector's: key, value and headers, then
// transformation. It belongs to the goroutine that fetches.
type inbound struct {
	chain      chain
	converters converters
	tolerance  *tolerance
	counts     *counts
	meters     *sinkMeters
}

// fill converts what was fetched into b.
func (in *inbound) fill(ctx context.Context, b *batch, fetches kgo.Fetches, epoch func(connect.TopicPartition) (int, bool)) {
	n := fetches.NumRecords()
	consumed := make([]connect.Consumed, 0, n) // not reused: connectors may keep records
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if b.err != nil || len(p.Records) == 0 {
			return
		}
		tp := connect.TopicPartition{Topic: p.Topic, Partition: p.Partition}
		e, assigned := epoch(tp)
		if !assigned {
			return
		}
		start := len(b.records)
		for _, k := range p.Records {
			consumed = append(consumed, consumedOf(k))
			if b.err = in.add(ctx, b, &consumed[len(consumed)-1]); b.err != nil {
				return
			}
		}
		first, next := p.Records[0].Offset, p.Records[len(p.Records)-1].Offset+1
		b.runs = append(b.runs, run{tp, e, start, len(b.records), first, next})
	})
	if n > 0 {
		in.counts.records.Add(int64(n))
		in.meters.read.Add(int64(n))
	}
}

func consumedOf(k *kgo.Record) connect.Consumed {
	c := connect.Consumed{
		Topic: k.Topic, Partition: k.Partition, Offset: k.Offset,
		Timestamp: k.Timestamp.UnixMilli(), Key: k.Key, Value: k.Value,
		TimestampType: connect.TimestampType(k.Attrs.TimestampType()),
	}
	if len(k.Headers) > 0 {
		c.Headers = rawHeaders(make([]connect.RawHeader, 0, len(k.Headers)), k.Headers)
	}
	return c
}

// add appends one record to b, unless it is dropped. The error is fatal.
func (in *inbound) add(ctx context.Context, b *batch, c *connect.Consumed) error {
	b.records = append(b.records, connect.Record{Topic: c.Topic, Partition: c.Partition, Consumed: c})
	r := &b.records[len(b.records)-1]
	ok, err := in.convert(ctx, r, c)
	if !ok || err != nil {
		*r = connect.Record{}
		b.records = b.records[:len(b.records)-1]
	}
	return err
}

func (in *inbound) convert(ctx context.Context, r *connect.Record, c *connect.Consumed) (ok bool, err error) {
	switch {
	case c.Timestamp >= 0:
		r.Timestamp = c.Timestamp
	case c.Timestamp == -1:
		r.Timestamp = connect.NoTimestamp
	default:
		return false, &connect.Error{Msg: fmt.Sprintf("Invalid record timestamp %d", c.Timestamp)}
	}
	if r.KeySchema, r.Key, err = in.converters.key.ToConnect(c.Topic, c.Headers, c.Key); err != nil {
		f := failure{stage: KeyStage, class: in.converters.keyAs.Class, consumed: c, err: err}
		if ok, err = in.tolerance.handle(ctx, f, func() (err error) {
			r.KeySchema, r.Key, err = in.converters.key.ToConnect(c.Topic, c.Headers, c.Key)
			return err
		}); !ok || err != nil {
			return false, err
		}
	}
	if r.ValueSchema, r.Value, err = in.converters.value.ToConnect(c.Topic, c.Headers, c.Value); err != nil {
		f := failure{stage: ValueStage, class: in.converters.valueAs.Class, consumed: c, err: err}
		if ok, err = in.tolerance.handle(ctx, f, func() (err error) {
			r.ValueSchema, r.Value, err = in.converters.value.ToConnect(c.Topic, c.Headers, c.Value)
			return err
		}); !ok || err != nil {
			return false, err
		}
	}
	if ok, err := in.headers(ctx, r, c); !ok || err != nil {
		return false, err
	}
	return in.transform(ctx, r, c)
}

func (in *inbound) headers(ctx context.Context, r *connect.Record, c *connect.Consumed) (bool, error) {
	if len(c.Headers) == 0 {
		return true, nil
	}
	r.Headers = make(connect.Headers, 0, len(c.Headers))
	for i := range c.Headers {
		h := &c.Headers[i]
		convert := func() error {
			schema, value, err := in.converters.header.ToHeader(c.Topic, h.Key, h.Value)
			if err == nil {
				r.Headers = append(r.Headers, connect.Header{Key: h.Key, Schema: schema, Value: value})
			}
			return err
		}
		if err := convert(); err != nil {
			f := failure{stage: HeaderStage, class: in.converters.headerAs.Class, consumed: c, err: err}
			if ok, err := in.tolerance.handle(ctx, f, convert); !ok || err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

func (in *inbound) transform(ctx context.Context, r *connect.Record, c *connect.Consumed) (bool, error) {
	if len(in.chain) == 0 {
		return true, nil
	}
	keep, at, err := in.apply(r, 0)
	if err == nil {
		return keep, nil
	}
	f := failure{stage: TransformStage, class: in.chain[at].class, consumed: c, err: err}
	ok, err := in.tolerance.handle(ctx, f, func() (err error) {
		keep, at, err = in.apply(r, at)
		return err
	})
	return ok && keep, err
}

// apply runs the links from number first on.
func (in *inbound) apply(r *connect.Record, first int) (keep bool, failed int, err error) {
	if in.converters.fresh {
		return in.chain.applyOwn(r, first)
	}
	return in.chain.apply(r, first)
}
