package configstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/kafka"
)

// ErrUnclaimed is the error of a leader's write by a worker that has not claimed the
// privilege.
var ErrUnclaimed error = data.Fail(data.BadState, "Cannot produce to config topic without claiming write privileges first")

var errNotLeader = errors.New("this worker is not the leader any more")

// PrivilegedWriteError is a leader's write that failed, most likely because another
// worker is leader by now. The privilege is lost; it can be claimed again.
type PrivilegedWriteError struct{ Err error }

// Error returns Connect's text without the cause.
func (*PrivilegedWriteError) Error() string {
	return "Failed to write to config topic; this may be due to a transient error and the request can be safely retried"
}

// Unwrap returns the cause.
func (e *PrivilegedWriteError) Unwrap() error { return e.Err }

// JavaClass returns the exception's class.
func (*PrivilegedWriteError) JavaClass() string {
	return "org.apache.kafka.connect.storage.PrivilegedWriteException"
}

// leader is the transactional producer of the worker that leads the group.
type leader struct {
	transactional bool // whether there is one

	// One transaction or claim at a time. Held while the brokers answer, so what must
	// not wait goes without it and ends that by closing the client.
	turn sync.Mutex

	mu     sync.Mutex
	client *kgo.Client // nil without the privilege
	terms  int         // how often the privilege was given up
	fenced bool
}

// Claim takes the privilege to write what only the leader may, away from the leader
// before. It does nothing when this worker has it, or when exactly.once.source.support
// is disabled. It blocks until the brokers answer or ctx ends, 30 seconds at most.
// When it fails, Fenced answers true.
func (t *Topic) Claim(ctx context.Context) error {
	if !t.leader.transactional {
		return nil
	}
	t.leader.turn.Lock()
	defer t.leader.turn.Unlock()
	client, term := t.leader.now()
	if client != nil {
		return nil
	}
	client, err := t.claim(ctx)
	if err == nil {
		return t.leader.hold(client, term)
	}
	t.leader.lose(nil)
	t.log.Error("Cannot claim the write privileges for the config topic", "err", err)
	return fmt.Errorf("claim write privileges for the config topic: %w", err)
}

// claim returns a producer that fenced all before it.
func (t *Topic) claim(ctx context.Context) (*kgo.Client, error) {
	p, err := kafka.ProducerOptions(kafka.InternalProps(t.settings.Worker, kafka.ConfigsLeader, t.settings.EOS == EOSEnabled))
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(slices.Concat(p.Opts, []kgo.Opt{kgo.WithLogger(kafka.Logger(t.log))}, t.settings.ClientOptions)...)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, writeWindow)
	defer cancel()
	// Asking for the producer's id is initTransactions in Java.
	if _, _, err = client.ProducerID(ctx); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}

// Unclaim gives the privilege up: this worker is not the leader any more. It does not
// wait for writes under way, which fail.
func (t *Topic) Unclaim() { t.leader.giveUp() }

// Fenced tells whether the privilege was lost, or could not be claimed, since the last
// Unclaim or successful Claim.
func (t *Topic) Fenced() bool {
	t.leader.mu.Lock()
	defer t.leader.mu.Unlock()
	return t.leader.fenced
}

func (l *leader) now() (client *kgo.Client, term int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.client, l.terms
}

// hold keeps what was claimed, unless the privilege was given up meanwhile.
func (l *leader) hold(client *kgo.Client, term int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.terms != term {
		client.Close()
		return errNotLeader
	}
	l.client, l.fenced = client, false
	return nil
}

// lose notes that client, nil for none, is of no use any more.
func (l *leader) lose(client *kgo.Client) {
	l.mu.Lock()
	if l.client == client {
		l.client, l.fenced = nil, true
	}
	l.mu.Unlock()
	if client != nil {
		client.Close()
	}
}

func (l *leader) giveUp() {
	l.mu.Lock()
	client := l.client
	l.client, l.fenced = nil, false
	l.terms++
	l.mu.Unlock()
	if client != nil {
		client.Close()
	}
}

// send writes records in one transaction.
func (l *leader) send(ctx context.Context, topic string, records []*kgo.Record) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	client, _ := l.now()
	if client == nil {
		return ErrUnclaimed
	}
	// What was sent cannot be called back; only closing the client ends the wait.
	defer context.AfterFunc(ctx, client.Close)()
	if err := transact(ctx, client, topic, records); err != nil {
		l.lose(client)
		return &PrivilegedWriteError{err}
	}
	return nil
}

func transact(ctx context.Context, client *kgo.Client, topic string, records []*kgo.Record) error {
	if err := client.BeginTransaction(); err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	for _, r := range records {
		r.Topic, r.Partition = topic, -1
	}
	if err := client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return fmt.Errorf("write in a transaction: %w", err)
	}
	if err := client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	return nil
}
