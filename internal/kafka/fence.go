package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"golang.org/x/sync/errgroup"
)

// FenceProducers makes the producers with these transactional ids unable to write:
// open transactions of theirs are aborted. props are those of an admin client, and more
// is added to its options. It blocks until all are fenced, one could not be, or ctx
// ends.
//
// Kafka: Admin.fenceProducers.
func FenceProducers(ctx context.Context, props map[string]string, log *slog.Logger, more []kgo.Opt, ids ...string) error {
	opts, err := AdminOptions(props)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(slices.Concat(opts.Opts, []kgo.Opt{kgo.WithLogger(Logger(log))}, more)...)
	if err != nil {
		return err
	}
	defer client.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(fencedAtOnce)
	for _, id := range ids {
		g.Go(func() error {
			if err := fence(ctx, client, id); err != nil {
				return fmt.Errorf("fence producer %s: %w", id, err)
			}
			return nil
		})
	}
	return g.Wait()
}

const (
	fencedAtOnce  = 16
	fenceAgain    = 100 * time.Millisecond
	fencedTimeout = 90 * time.Second // of transactions: of no use, but must be valid
)

// fence takes the transactional id over, and with it a new epoch.
func fence(ctx context.Context, client *kgo.Client, id string) error {
	for {
		r := kmsg.NewPtrInitProducerIDRequest()
		r.TransactionalID = &id
		r.TransactionTimeoutMillis = int32(fencedTimeout.Milliseconds())
		r.ProducerID, r.ProducerEpoch = -1, -1
		answer, err := r.RequestWith(ctx, client)
		if err == nil {
			err = kerr.ErrorForCode(answer.ErrorCode)
		}
		// The coordinator ends the old transaction first, or has only just been elected.
		var known *kerr.Error
		if err == nil || !errors.Is(err, kerr.ConcurrentTransactions) && !(errors.As(err, &known) && known.Retriable) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(fenceAgain):
		}
	}
}
