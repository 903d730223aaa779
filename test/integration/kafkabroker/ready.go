package kafkabroker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

var (
	errPortTaken = errors.New("port taken by another process")
	errExited    = errors.New("broker ended before it was ready")
)

const (
	askEvery  = 25 * time.Millisecond
	askWindow = 2 * time.Second

	startedLine = "Kafka Server started"
	takenLine   = "Address already in use"
)

// awaitReady returns when the broker answers clients, is in its own metadata and
// has logged, after from, that all its listeners are open, or with an error when
// it has ended or window has passed.
func (b *Broker) awaitReady(from int64, window time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), window)
	defer cancel()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		last := b.ask(ctx, from)
		if last == nil {
			return nil
		}
		select {
		case <-b.process.Exited():
			return fmt.Errorf("%w: %w", errExited, b.process.Err())
		case <-ctx.Done():
			return fmt.Errorf("wait %s for the broker: %w", window, last)
		case <-tick.C:
		}
	}
}

// ask asks for versions and metadata over a new connection.
func (b *Broker) ask(ctx context.Context, from int64) error {
	// One listener may answer while another one's port proves to be taken.
	if !bytes.Contains(b.logSince(from), []byte(startedLine)) {
		return errors.New("broker has not logged that it has started")
	}
	ctx, cancel := context.WithTimeout(ctx, askWindow)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Bootstrap()), kgo.RequestRetries(0))
	if err != nil {
		return fmt.Errorf("make a kafka client: %w", err)
	}
	defer client.Close()
	seed := client.SeedBrokers()[0]
	if _, err := seed.Request(ctx, kmsg.NewPtrApiVersionsRequest()); err != nil {
		return fmt.Errorf("ask the broker for its versions: %w", err)
	}
	answer, err := seed.Request(ctx, kmsg.NewPtrMetadataRequest())
	if err != nil {
		return fmt.Errorf("ask the broker for metadata: %w", err)
	}
	metadata, ok := answer.(*kmsg.MetadataResponse)
	if !ok || len(metadata.Brokers) == 0 || metadata.ControllerID < 0 {
		return errors.New("broker is not yet in its own metadata")
	}
	return nil
}

// explain adds to err that a port was taken, when the log says so.
func (b *Broker) explain(err error, from int64) error {
	if errors.Is(err, errExited) && bytes.Contains(b.logSince(from), []byte(takenLine)) {
		return fmt.Errorf("%w: %w", errPortTaken, err)
	}
	return err
}
