// Package lag tells how many seconds the sink of a managed connector is behind: how old
// the oldest record is that its group has not committed. Before its first commit that is
// 0; from then on the partitions of its topics of which nothing is committed count, too,
// when the sink reads them from their beginning.
//
// Floor 6. Connect: none (a signal that Amazon MSK Connect does not have).
package lag

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/msk/operate"
)

// fetchBytes is read of a partition: one record is needed.
const fetchBytes = 64 << 10

var _ operate.Lags = (*Lags)(nil)

// Lags asks the brokers of connectors.
type Lags struct{ log *slog.Logger }

// New returns a Lags; log may be nil.
func New(log *slog.Logger) *Lags {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Lags{log}
}

// Lag implements [operate.Lags].
func (l *Lags) Lag(ctx context.Context, worker map[string]string, group string) (time.Duration, error) {
	options, err := kafka.AdminOptions(kafka.WorkerAdminProps(worker, nil, "lag"))
	if err != nil {
		return 0, err
	}
	opts := append(options.Opts, kgo.WithLogger(kafka.Logger(l.log)))
	begin := worker["consumer.auto.offset.reset"]
	behind, err := uncommitted(ctx, opts, group, begin == "" || begin == "earliest")
	if err != nil || len(behind) == 0 {
		return 0, err
	}
	return oldest(ctx, opts, behind)
}

// Rebalances implements [operate.Lags].
func (l *Lags) Rebalances(ctx context.Context, worker map[string]string, group string) (bool, error) {
	options, err := kafka.AdminOptions(kafka.WorkerAdminProps(worker, nil, "lag"))
	if err != nil {
		return false, err
	}
	client, err := kgo.NewClient(append(options.Opts, kgo.WithLogger(kafka.Logger(l.log)))...)
	if err != nil {
		return false, err
	}
	defer client.Close()
	groups, err := kadm.NewClient(client).DescribeGroups(ctx, group)
	if err == nil {
		err = groups[group].Err
	}
	if errors.Is(err, kerr.GroupIDNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask how the group %s is: %w", group, err)
	}
	state := groups[group].State
	return state == "PreparingRebalance" || state == "CompletingRebalance", nil
}

// partitions are offsets from which to read, by topic and partition.
type partitions = map[string]map[int32]kgo.Offset

// uncommitted returns where a group goes on in the partitions that it has not read to
// their end. Those of which it has committed nothing are among them when whole says so.
func uncommitted(ctx context.Context, opts []kgo.Opt, group string, whole bool) (partitions, error) {
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	committed, err := admin.FetchOffsets(ctx, group)
	if err == nil {
		err = committed.Error()
	}
	if errors.Is(err, kerr.GroupIDNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the group %s has committed: %w", group, err)
	}
	topics := committed.Offsets().TopicsSet().Topics()
	if len(topics) == 0 {
		return nil, nil
	}
	ends, err := admin.ListEndOffsets(ctx, topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("read the ends of the topics of %s: %w", group, err)
	}
	begins := kadm.ListedOffsets{}
	if whole {
		if begins, err = admin.ListStartOffsets(ctx, topics...); err == nil {
			err = begins.Error()
		}
		if err != nil {
			return nil, fmt.Errorf("read the beginnings of the topics of %s: %w", group, err)
		}
	}
	return between(committed, begins, ends), nil
}

// between returns the offsets where there are records to read: from what was committed
// or, where nothing was, from the beginning, if that is known, to the end.
func between(committed kadm.OffsetResponses, begins, ends kadm.ListedOffsets) partitions {
	behind := partitions{}
	ends.Each(func(end kadm.ListedOffset) {
		from := int64(-1)
		if o, ok := committed.Lookup(end.Topic, end.Partition); ok && o.At >= 0 {
			from = o.At
		} else if begin, ok := begins.Lookup(end.Topic, end.Partition); ok {
			from = begin.Offset
		}
		if from < 0 || from >= end.Offset {
			return
		}
		if behind[end.Topic] == nil {
			behind[end.Topic] = map[int32]kgo.Offset{}
		}
		behind[end.Topic][end.Partition] = kgo.NewOffset().At(from)
	})
	return behind
}

// oldest returns the age of the oldest of the records at the offsets. Partitions that
// have none, of which only markers of transactions are left, do not count.
func oldest(ctx context.Context, opts []kgo.Opt, behind partitions) (age time.Duration, err error) {
	client, err := kgo.NewClient(append(opts, kgo.ConsumePartitions(behind), kgo.FetchMaxPartitionBytes(fetchBytes))...)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	for wait := count(behind); wait > 0; {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			break
		}
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			if len(p.Records) == 0 {
				return
			}
			age = max(age, time.Since(p.Records[0].Timestamp))
			client.PauseFetchPartitions(map[string][]int32{p.Topic: {p.Partition}})
			wait--
		})
	}
	return age, nil
}

func count(behind partitions) (n int) {
	for _, p := range behind {
		n += len(p)
	}
	return n
}
