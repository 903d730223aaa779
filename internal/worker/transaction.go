package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const transactionRetry = time.Second

// initTransactions gets the producer's epoch, which fences all others with the same
// transactional id and ends their transactions. Like Kafka's producer under Connect
// it waits for the brokers as long as it must.
func (x *exactlyOnce) initTransactions() error {
	for warned := false; ; warned = true {
		_, _, err := x.producer.ProducerID(x.ctx)
		if err == nil {
			return nil
		}
		err = fmt.Errorf("initialize transactions of task %s: %w", x.id, explainInit(err))
		if x.ctx.Err() != nil || !mayPass(err) {
			return err
		}
		if !warned {
			x.log.Warn("The task waits for the transaction coordinator", "err", err)
		}
		if !sleep(x.ctx, transactionRetry) {
			return x.ctx.Err()
		}
	}
}

func (x *exactlyOnce) begin() error {
	if x.open {
		return nil
	}
	if err := x.producer.BeginTransaction(); err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	x.open = true
	return nil
}

// explainEnd marks the errors after which nobody knows whether Kafka has committed.
func (x *exactlyOnce) explainEnd(err error) error {
	var answer *kerr.Error
	definite := errors.As(err, &answer) && !answer.Retriable && !errors.Is(err, kerr.UnknownServerError)
	err = fmt.Errorf("commit a transaction: %w", err)
	if definite || x.hard.Err() != nil || errors.Is(err, kgo.ErrClientClosed) {
		return err
	}
	return &unconfirmedError{err: err, settle: x.settle}
}

// unconfirmedError is the end of a transaction whose outcome is not known.
type unconfirmedError struct {
	err    error
	settle func() error // makes the outcome final; blocks until the brokers answer
}

func (e *unconfirmedError) Error() string { return e.err.Error() }
func (e *unconfirmedError) Unwrap() error { return e.err }

// settle ends what may still be open and forgets it.
func (x *exactlyOnce) settle() error {
	if err := x.rollBack(x.ctx); err != nil {
		return x.failed(err)
	}
	if err := x.initTransactions(); err != nil {
		return err
	}
	x.pending.clear()
	x.records = nil
	if r, ok := x.boundary.(*transactionRequests); ok {
		r.forget()
	}
	return nil
}

// rollBack aborts the open transaction. It waits for records under way, whose place
// in the sequence must be known.
func (x *exactlyOnce) rollBack(ctx context.Context) error {
	if err := x.producer.AbortBufferedRecords(ctx); err != nil {
		return fmt.Errorf("abort a transaction: %w", err)
	}
	err := x.producer.EndTransaction(ctx, kgo.TryAbort)
	for tries := 0; err != nil && mayPass(err) && sleep(ctx, transactionRetry); tries++ {
		err = x.producer.EndTransaction(ctx, kgo.TryAbort)
	}
	if err != nil {
		return fmt.Errorf("abort a transaction: %w", err)
	}
	x.open, x.size = false, 0
	return nil
}

// cutOff has the broker abort what is open, whatever state the producer is in: it asks
// for a new epoch after the producer's last, and is refused if another instance has
// one. The producer is of no use afterwards.
func (x *exactlyOnce) cutOff(ctx context.Context) error {
	id, epoch, _ := x.producer.ProducerID(ctx)
	timeout, _ := x.producer.OptValue(kgo.TransactionTimeout).(time.Duration)
	txn, _ := x.producer.OptValue(kgo.TransactionalID).(string)
	req := kmsg.NewPtrInitProducerIDRequest()
	req.TransactionalID, req.TransactionTimeoutMillis = &txn, int32(timeout.Milliseconds())
	req.ProducerID, req.ProducerEpoch = id, epoch
	resp, err := req.RequestWith(ctx, x.producer)
	if err != nil {
		return err
	}
	err = kerr.ErrorForCode(resp.ErrorCode)
	if errors.Is(err, kerr.ConcurrentTransactions) { // the broker is at it
		return nil
	}
	return err
}

// mayPass tells whether trying again can help: brokers that do not answer, or ask for
// it.
func mayPass(err error) bool {
	var answer *kerr.Error
	if errors.As(err, &answer) {
		return answer.Retriable || errors.Is(err, kerr.ConcurrentTransactions)
	}
	return !errors.Is(err, kgo.ErrClientClosed) && !loginRefused(err)
}

// explainInit adds what a user can do.
func explainInit(err error) error {
	switch {
	case errors.Is(err, kerr.TransactionalIDAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		return fmt.Errorf("%w: the producer's principal needs Write and Describe on the transactional id", err)
	case errors.Is(err, kerr.InvalidTransactionTimeout):
		return fmt.Errorf("%w: lower producer.override.transaction.timeout.ms, or raise the brokers' transaction.max.timeout.ms", err)
	}
	return err
}
