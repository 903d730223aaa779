package topiclog

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/kafka/topicadmin"
)

const (
	idleFetch       = time.Second // a partition that moves to a broker waits for the fetch under way there
	metadataWindow  = 30 * time.Second
	metadataBackoff = 100 * time.Millisecond
	longestBackoff  = time.Second
	failureBackoff  = time.Second
)

// Why a topic is read again.
const (
	wasRecreated = "it was deleted and created again"
	hasShrunk    = "it ends before what was read of it"
)

// failures remembers what was logged, until it works again. One goroutine uses it.
type failures map[string]struct{}

// first tells whether what is new.
func (f failures) first(what string) bool {
	_, known := f[what]
	f[what] = struct{}{}
	return !known
}

// follow is the reader's goroutine.
func (l *Log) follow() {
	for l.ctx.Err() == nil {
		ctx, stop := context.WithCancel(l.ctx)
		fetches := l.pollable(stop).PollFetches(ctx)
		stop()
		if l.take(fetches) {
			clear(l.failures)
		} else {
			pause(l.ctx, failureBackoff)
		}
		if why := l.takeStale(); why != "" {
			l.reopen(why)
		}
	}
}

// pollable returns the consumer; its poll ends by stop when the topic gets stale.
func (l *Log) pollable(stop context.CancelFunc) *kgo.Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.interrupt = stop
	if l.stale != "" {
		stop()
	}
	return l.consumer
}

// markStale has the topic read again from its beginning.
func (l *Log) markStale(why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stale == "" {
		l.stale = why
	}
	if l.interrupt != nil {
		l.interrupt()
	}
}

func (l *Log) takeStale() (why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	why, l.stale = l.stale, ""
	return why
}

// take tells whether fetching went well.
func (l *Log) take(fetches kgo.Fetches) (well bool) {
	well = true
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if p.Err != nil && !l.survives(p) {
			well = false
		}
		if len(p.Records) > 0 {
			l.apply(p.Partition, p.Records)
		}
	})
	return well
}

// survives tells whether the error of a partition is none to wait for.
func (l *Log) survives(p kgo.FetchTopicPartition) bool {
	var loss *kgo.ErrDataLoss
	switch {
	case errors.Is(p.Err, context.Canceled), errors.Is(p.Err, kgo.ErrClientClosed):
		return true
	case errors.As(p.Err, &loss):
		l.log.Warn("Topic lost records that were read", "partition", p.Partition, "err", p.Err)
		return true
	case errors.Is(p.Err, kerr.UnknownTopicID):
		l.markStale(wasRecreated)
		return false
	}
	if l.failures.first(p.Err.Error()) {
		l.log.Error("Error polling topic; trying again", "partition", p.Partition, "err", p.Err)
	}
	return false
}

func (l *Log) apply(partition int32, records []*kgo.Record) {
	for _, r := range records {
		if l.ctx.Err() != nil {
			return
		}
		if !r.Attrs.IsControl() {
			l.settings.Apply(r)
		}
	}
	first, next := records[0].Offset, records[len(records)-1].Offset+1
	l.mu.Lock()
	before := l.at.advance(partition, next)
	l.mu.Unlock()
	if first < before {
		l.log.Warn("Topic was truncated; it is read again", "partition", partition, "offset", first, "expected", before)
	}
}

// reopen reads the topic from its beginning with a new consumer. It blocks until
// there is such a topic or the log is closed.
func (l *Log) reopen(why string) {
	if why == wasRecreated && !l.recreated() {
		return // brokers tell so too before all of them know a new topic
	}
	l.log.Warn("Topic is read again from its beginning", "reason", why)
	for l.ctx.Err() == nil {
		old := l.client()
		err := l.openConsumer(l.ctx)
		if err == nil {
			old.Close()
			return
		}
		if l.failures.first("reopen") {
			l.log.Error("Topic cannot be read again yet; trying again", "err", err, "cause", errors.Unwrap(err))
		}
		pause(l.ctx, failureBackoff)
	}
}

func (l *Log) recreated() bool {
	l.mu.Lock()
	client, id := l.consumer, l.at.id
	l.mu.Unlock()
	d, err := l.describe(l.ctx, client)
	return err != nil || d.ID != id
}

// openConsumer begins to read all partitions from their beginning.
func (l *Log) openConsumer(ctx context.Context) error {
	client, err := l.newConsumer()
	if err != nil {
		return err
	}
	d, err := l.describe(ctx, client)
	if err != nil {
		client.Close()
		return err
	}
	l.mu.Lock()
	recreated := l.consumer != nil && l.at.id != d.ID
	l.consumer = client
	l.at.restart(d)
	l.mu.Unlock()
	if recreated && l.producer != nil {
		// The client does not write to a topic of another id until told to.
		l.producer.PurgeTopicsFromProducing(l.settings.Topic)
	}
	l.consume(client, 0, d.Partitions)
	return nil
}

// consume begins to read partitions from first on, below end.
func (l *Log) consume(client *kgo.Client, first, end int) {
	from := map[int32]kgo.Offset{}
	for p := first; p < end; p++ {
		from[int32(p)] = kgo.NewOffset().AtStart()
	}
	client.AddConsumePartitions(map[string]map[int32]kgo.Offset{l.settings.Topic: from})
}

// describe waits until the brokers know the topic, as they may not right after its
// creation.
func (l *Log) describe(ctx context.Context, client *kgo.Client) (topicadmin.Description, error) {
	limited, cancel := context.WithTimeout(ctx, metadataWindow)
	defer cancel()
	for backoff := metadataBackoff; ; backoff = min(2*backoff, longestBackoff) {
		found, err := topicadmin.New(client).Describe(limited, l.settings.Topic)
		if d := found[l.settings.Topic]; err == nil && d.Partitions > 0 {
			return d, nil
		}
		if !pause(limited, backoff) {
			return topicadmin.Description{}, &connect.Error{Msg: "Could not look up partition metadata for topic '" + l.settings.Topic +
				"' in the allotted period. This could indicate a connectivity issue, unavailable topic partitions, or if this is your first " +
				"use of the topic it may have taken too long to create.", Err: err}
		}
	}
}
