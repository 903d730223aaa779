package topiclog

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/kafka/topicadmin"
)

const (
	probeWindow = 10 * time.Second
	probeBytes  = 1 << 20
)

// probe finds out why partitions are not read to their ends: the topic may be
// another one by now, or the cleaner took the last records and left offsets without
// records, which the client passes over without a word.
func (l *Log) probe(lagging map[int32]int64) {
	ctx, cancel := context.WithTimeout(l.ctx, probeWindow)
	defer cancel()
	l.mu.Lock()
	client, id := l.consumer, l.at.id
	l.mu.Unlock()
	found, err := topicadmin.New(client).Describe(ctx, l.settings.Topic)
	if err != nil {
		l.log.Debug("Topic cannot be described", "err", err)
		return
	}
	d, ok := found[l.settings.Topic]
	switch {
	case !ok:
		return
	case d.ID != id:
		l.markStale(wasRecreated)
		return
	}
	starts, _ := kadm.NewClient(client).ListStartOffsets(ctx, l.settings.Topic) // none is no start to skip to
	for p, from := range lagging {
		start, ok := starts.Lookup(l.settings.Topic, p)
		switch {
		case ok && start.Err == nil && start.Offset > from:
			l.skip(p, from, start.Offset)
		case int(p) < len(d.Leaders) && d.Leaders[p] >= 0:
			l.skip(p, from, l.emptyUntil(ctx, client, d, p, from))
		}
	}
}

// skip moves a position that is still at from.
func (l *Log) skip(partition int32, from, next int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if next > from && l.at.next[partition] == from {
		l.at.advance(partition, next)
	}
}

// emptyUntil returns the offset up to which there is nothing to read from an offset
// on.
func (l *Log) emptyUntil(ctx context.Context, client *kgo.Client, d topicadmin.Description, partition int32, from int64) int64 {
	req := kmsg.NewPtrFetchRequest()
	req.MaxBytes = probeBytes
	if l.committed.Load() {
		req.IsolationLevel = 1
	}
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = d.Name, d.ID
	p := kmsg.NewFetchRequestTopicPartition()
	p.Partition, p.FetchOffset, p.PartitionMaxBytes = partition, from, probeBytes
	t.Partitions = append(t.Partitions, p)
	req.Topics = append(req.Topics, t)
	answer, err := client.Broker(int(d.Leaders[partition])).RetriableRequest(ctx, req)
	resp, ok := answer.(*kmsg.FetchResponse)
	if err != nil || !ok || len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return from
	}
	return l.withoutRecords(&resp.Topics[0].Partitions[0], from)
}

// withoutRecords returns from when there are records to come, or nothing at all.
func (l *Log) withoutRecords(raw *kmsg.FetchResponseTopicPartition, from int64) int64 {
	if raw.ErrorCode != 0 || len(raw.RecordBatches) == 0 {
		return from
	}
	o := kgo.ProcessFetchPartitionOpts{Topic: l.settings.Topic, Partition: raw.Partition, Offset: from, IsolationLevel: kgo.ReadUncommitted()}
	if l.committed.Load() {
		o.IsolationLevel = kgo.ReadCommitted()
	}
	fetched, next := kgo.ProcessFetchPartition(o, raw, kgo.DefaultDecompressor(), nil)
	if fetched.Err != nil || len(fetched.Records) > 0 {
		return from
	}
	return next
}
