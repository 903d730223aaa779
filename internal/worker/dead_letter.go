package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/store/state"
)

// deadLetters writes records that could not be handled to a topic, as they were
// consumed. It is safe for concurrent use.
//
// Other than in Java, the offset of such a record is committed only after Kafka has
// it in the dead letter topic: await is called before every commit.
//
// Connect: org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter.
type deadLetters struct {
	id      state.TaskID
	topic   string
	headers bool // errors.deadletterqueue.context.headers.enable
	client  *kgo.Client
	release func() error
	log     *slog.Logger
	counts  *counts

	mu       sync.Mutex
	underWay int
	idle     chan struct{} // closed when underWay is 0
	err      error         // the first record that Kafka refused
}

func (d *deadLetters) report(_ context.Context, f *failure) error {
	d.counts.dlq.Add(1)
	if f.consumed == nil {
		d.counts.dlqLost.Add(1)
		return nil
	}
	c := f.consumed
	k := &kgo.Record{Topic: d.topic, Partition: connect.NoPartition, Key: c.Key, Value: c.Value}
	if c.Timestamp >= 0 {
		k.Timestamp = time.UnixMilli(c.Timestamp)
	}
	for _, h := range c.Headers {
		k.Headers = append(k.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
	}
	if d.headers {
		k.Headers = append(k.Headers, d.contextHeaders(f)...)
	}
	d.start()
	// Its own context: a task that stops still writes its last dead letters.
	d.client.Produce(context.Background(), k, func(_ *kgo.Record, err error) { d.finish(err) })
	return nil
}

func (d *deadLetters) start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.underWay == 0 {
		d.idle = make(chan struct{})
	}
	d.underWay++
}

func (d *deadLetters) finish(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.counts.dlqLost.Add(1)
		d.log.Error("Could not produce message to dead letter queue", "topic", d.topic, "err", err)
		d.err = errors.Join(d.err, err)
	}
	if d.underWay--; d.underWay == 0 {
		close(d.idle)
	}
}

// await returns when Kafka has all dead letters so far, or false when it does not
// have them in time: then nothing may be committed. The error is fatal: records would
// be lost.
func (d *deadLetters) await(timeout time.Duration) (bool, error) {
	d.mu.Lock()
	idle, n := d.idle, d.underWay
	d.mu.Unlock()
	if n > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		select {
		case <-idle:
		case <-timer.C:
			return false, nil
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return false, &connect.Error{
			Msg: fmt.Sprintf("Could not produce message to dead letter queue. topic=%s", d.topic),
			Err: explainProduce(&kgo.Record{Topic: d.topic}, d.err),
		}
	}
	return true, nil
}

// Names of the context headers (KIP-298).
const headerPrefix = "__connect.errors."

func (d *deadLetters) contextHeaders(f *failure) []kgo.RecordHeader {
	c := f.consumed
	text := func(key, value string) kgo.RecordHeader {
		return kgo.RecordHeader{Key: headerPrefix + key, Value: []byte(value)}
	}
	headers := []kgo.RecordHeader{
		text("topic", c.Topic),
		text("partition", strconv.Itoa(int(c.Partition))),
		text("offset", strconv.FormatInt(c.Offset, 10)),
		text("connector.name", d.id.Connector),
		text("task.id", strconv.Itoa(d.id.Task)),
		text("stage", string(f.stage)),
		text("class.name", f.class),
	}
	if f.err == nil {
		return headers
	}
	return append(headers,
		text("exception.class.name", javaerr.Class(f.err)),
		text("exception.message", f.err.Error()),
		text("exception.stacktrace", javaerr.Trace(f.err)))
}

func (d *deadLetters) close() error { return d.release() }
