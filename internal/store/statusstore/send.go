package statusstore

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka/topiclog"
	"github.com/millrace/millrace/internal/store/topicjson"
)

const (
	sendTogether = 500 // puts
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = time.Second
)

// send writes what is in the queue, in order, until it is closed and empty or ctx
// ends.
func (t *Topic) send(ctx context.Context) {
	backoff := firstBackoff
	for ctx.Err() == nil {
		items, open := t.queue.take(sendTogether)
		switch {
		case !open:
			return
		case len(items) == 0:
			select {
			case <-ctx.Done():
			case <-t.queue.arrived:
			}
			continue
		}
		failed := t.attempt(ctx, items)
		if len(failed) == 0 {
			backoff = firstBackoff
			continue
		}
		t.queue.back(failed)
		select {
		case <-ctx.Done():
		case <-time.After(backoff):
		}
		backoff = min(2*backoff, lastBackoff)
	}
}

// attempt writes items once and returns those that may be tried again.
func (t *Topic) attempt(ctx context.Context, items []item) (failed []item) {
	var records []*kgo.Record
	var puts []item
	for _, i := range items {
		if i.done == nil {
			records = append(records, &kgo.Record{Key: i.record.Key, Value: i.record.Value})
			puts = append(puts, i)
		}
	}
	for n, err := range t.topic.SendEach(ctx, records...) {
		switch {
		case topiclog.Retriable(err):
			t.log.Debug("Status update was not written; trying again", "key", topicjson.Shown(puts[n].record.Key), "err", err)
			failed = append(failed, puts[n])
		case err != nil:
			t.log.Error("Failed to write status update", "key", topicjson.Shown(puts[n].record.Key), "err", err)
		}
	}
	for _, i := range items {
		if i.done != nil {
			close(i.done)
		}
	}
	return failed
}
