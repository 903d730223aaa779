package topiclog

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
)

// closeWindow is how long Close waits for a reader that is busy with a record.
const closeWindow = 5 * time.Second

// Settings are what the host gives a log.
type Settings struct {
	Topic    string
	Property string // key of the worker's configuration that names the topic, for errors
	Purpose  string // what the topic holds, for errors: connector configurations

	// Of a topic that has to be created. 0 and -1 let the brokers choose.
	Partitions        int32
	ReplicationFactor int16
	Config            map[string]string // cleanup.policy is always compact

	// Complete properties of the clients. Without those of a producer, the log cannot
	// be written.
	Producer, Consumer, Admin map[string]string
	// ClientOptions are added to those of every Kafka client: a dialer, hooks.
	ClientOptions []kgo.Opt

	// Apply takes in the next record of a partition. It is called by one goroutine at a
	// time and must neither block nor keep the record's bytes, which belong to a much
	// larger buffer.
	Apply func(*kgo.Record)

	Log *slog.Logger // nil for none
}

// Log is an open topic. It is safe for concurrent use.
type Log struct {
	settings Settings
	log      *slog.Logger
	producer *kgo.Client // nil when the log cannot be written

	committed atomic.Bool     // whether only committed records are read
	ctx       context.Context // ends with Close
	cancel    context.CancelFunc
	running   sync.WaitGroup
	closing   sync.Once
	flights   flights
	failures  failures // of the reader's goroutine

	mu        sync.Mutex
	closed    bool
	consumer  *kgo.Client        // replaced when the topic was created again
	interrupt context.CancelFunc // ends the poll under way
	stale     string             // why the topic must be read again, "" when it need not
	at        positions
	queued    *round // readers to the end that wait for the next look-up
	reading   bool   // whether a goroutine works on rounds
}

// Open creates the topic or verifies it, reads it to its end and follows it until
// Close. Errors are a *config.Error for a topic that must not be used and a
// *connect.Error for one that cannot be.
func Open(ctx context.Context, s Settings) (*Log, error) {
	l := &Log{settings: s, log: s.Log, failures: failures{}}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	l.log = l.log.With("topic", s.Topic)
	if err := l.prepare(ctx); err != nil {
		return nil, err
	}
	if err := l.openClients(ctx); err != nil {
		return nil, err
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.running.Go(l.follow)
	if err := l.ReadToEnd(ctx); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// openClients leaves nothing open when it fails.
func (l *Log) openClients(ctx context.Context) (err error) {
	if l.settings.Producer != nil {
		if l.producer, err = l.openProducer(); err != nil {
			return err
		}
	}
	if err = l.openConsumer(ctx); err != nil && l.producer != nil {
		l.producer.Close()
	}
	return err
}

func (l *Log) openProducer() (*kgo.Client, error) {
	p, err := kafka.ProducerOptions(l.settings.Producer)
	if err != nil {
		return nil, err
	}
	opts := append(p.Opts, kgo.WithLogger(kafka.Logger(l.log)))
	if _, chosen := l.settings.Producer["linger.ms"]; !chosen {
		opts = append(opts, kgo.ProducerLinger(0)) // somebody waits for each write
	}
	client, err := kgo.NewClient(append(opts, l.settings.ClientOptions...)...)
	if err != nil {
		return nil, fmt.Errorf("open producer of topic %s: %w", l.settings.Topic, err)
	}
	return client, nil
}

// newConsumer returns a consumer that has no partitions yet.
func (l *Log) newConsumer() (*kgo.Client, error) {
	props := maps.Clone(l.settings.Consumer)
	if props == nil {
		props = map[string]string{}
	}
	// A topic that was deleted must not come back with the brokers' defaults.
	props["allow.auto.create.topics"] = "false"
	props["auto.offset.reset"] = "earliest"
	c, err := kafka.ConsumerOptions(props)
	if err != nil {
		return nil, err
	}
	l.committed.Store(c.ReadCommitted)
	opts := append(c.Opts, kgo.WithLogger(kafka.Logger(l.log)), kgo.KeepControlRecords())
	if props["fetch.max.wait.ms"] == "" {
		opts = append(opts, kgo.FetchMaxWait(idleFetch))
	}
	client, err := kgo.NewClient(append(opts, l.settings.ClientOptions...)...)
	if err != nil {
		return nil, fmt.Errorf("open consumer of topic %s: %w", l.settings.Topic, err)
	}
	return client, nil
}

// Partitions returns the number of the topic's partitions.
func (l *Log) Partitions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.at.next)
}

// Close ends following and fails what waits. It returns once no record is handed
// over any more, or after five seconds when Apply does not return. Closing twice is
// harmless.
func (l *Log) Close() {
	l.closing.Do(l.close)
}

func (l *Log) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.cancel()
	if l.producer != nil {
		l.producer.Close()
	}
	done := make(chan struct{})
	go func() {
		l.running.Wait()
		l.client().Close()
		close(done)
	}()
	timer := time.NewTimer(closeWindow)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		l.log.Error("Reader of topic does not end; it is abandoned")
	}
}

// client returns the consumer of now.
func (l *Log) client() *kgo.Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.consumer
}
