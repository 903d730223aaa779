package clientpool

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/kafka"
)

// Settings are what the host gives a pool.
type Settings struct {
	Logger *slog.Logger // nil for none
	Opts   []kgo.Opt    // added to those of each producer: hooks, a dialer
	// Each returns more for one producer: hooks that are for one client only. nil for
	// none.
	Each func() []kgo.Opt
}

// Pool holds the shared producers. It is safe for concurrent use.
type Pool struct {
	settings Settings

	mu     sync.Mutex
	shared map[[sha256.Size]byte]*member
}

// member is a client and the number of its users, which the pool's lock guards.
type member struct {
	client *kgo.Client
	users  int
}

// New returns an empty pool.
func New(settings Settings) *Pool {
	return &Pool{settings: settings, shared: map[[sha256.Size]byte]*member{}}
}

// Acquire returns a producer with the properties props. The caller must call
// release once it has no records under way any more, and must not close the client;
// calling release again does nothing. The last release closes the client, which
// fails records that are still buffered.
//
// A shared client has the client id of the task that came first, and its buffer,
// like Flush, is for all its users: a user waits for its own records by their
// promises. Acquire does not connect.
func (p *Pool) Acquire(props map[string]string) (client *kgo.Client, release func(), err error) {
	producer, err := kafka.ProducerOptions(props)
	if err != nil {
		return nil, nil, err
	}
	if producer.TransactionalID != "" {
		return p.own(producer)
	}
	key := producer.Fingerprint()
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.shared[key]
	if m == nil {
		if client, err = p.open(producer); err != nil {
			return nil, nil, err
		}
		m = &member{client: client}
		p.shared[key] = m
	}
	m.users++
	return m.client, sync.OnceFunc(func() { p.release(key, m) }), nil
}

// Own is Acquire for a producer that is not shared.
func (p *Pool) Own(props map[string]string) (client *kgo.Client, release func(), err error) {
	producer, err := kafka.ProducerOptions(props)
	if err != nil {
		return nil, nil, err
	}
	return p.own(producer)
}

func (p *Pool) own(producer *kafka.Producer) (client *kgo.Client, release func(), err error) {
	if client, err = p.open(producer); err != nil {
		return nil, nil, err
	}
	return client, sync.OnceFunc(client.Close), nil
}

func (p *Pool) release(key [sha256.Size]byte, m *member) {
	p.mu.Lock()
	m.users--
	last := m.users == 0
	if last {
		delete(p.shared, key)
	}
	p.mu.Unlock()
	if last {
		m.client.Close() // outside the lock: it waits for requests under way
	}
}

// Len returns the number of shared clients.
func (p *Pool) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.shared)
}

func (p *Pool) open(producer *kafka.Producer) (*kgo.Client, error) {
	opts := append([]kgo.Opt{}, producer.Opts...)
	if producer.TransactionalID != "" {
		opts = append(opts, patience()...)
	}
	if p.settings.Logger != nil {
		opts = append(opts, kgo.WithLogger(kafka.Logger(p.settings.Logger)))
		producer.Warn(p.settings.Logger)
	}
	opts = append(opts, p.settings.Opts...)
	if p.settings.Each != nil {
		opts = append(opts, p.settings.Each()...)
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("open producer %s: %w", producer.ClientID, err)
	}
	return client, nil
}

// patience makes a transactional producer try to end a transaction as long as its user
// waits: by default the client gives up after half a minute, when nobody knows whether
// the transaction was committed. For a producer's start, which can be tried again, it
// gives up sooner, so that the user hears why.
func patience() []kgo.Opt {
	const start, others = 3 * time.Second, 30 * time.Second
	return []kgo.Opt{
		kgo.RequestRetries(math.MaxInt32),
		kgo.RetryTimeoutFn(func(key int16) time.Duration {
			switch kmsg.Key(key) {
			case kmsg.AddPartitionsToTxn, kmsg.EndTxn:
				return 0 // for ever
			case kmsg.InitProducerID, kmsg.FindCoordinator:
				return start
			}
			return others
		}),
	}
}
