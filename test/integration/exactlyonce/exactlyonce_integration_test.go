//go:build integration

package exactlyonce

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

const never = "3600000"

// TestRestarts stops and starts the task again and again: every number is committed
// once.
func TestRestarts(t *testing.T) {
	n := &numbers{batch: 7}
	h := start(t, broker.Broker(t), n)
	for _, end := range []int64{100, 200, 1000} {
		n.end.Store(end)
		h.run()
		h.awaitCommitted(end)
		h.worker.StopTasks(id)
		if err := h.await(state.Unassigned); err != nil {
			t.Fatal(err)
		}
		if stored := h.stored(); stored != end {
			t.Fatalf("offset %d is stored, want %d", stored, end)
		}
	}
}

// TestFencing has another producer take the task's transactional id: the task fails,
// nothing of its open transaction is seen, and the other producer is not harmed.
func TestFencing(t *testing.T) {
	n := &numbers{batch: 5}
	b := broker.Broker(t)
	h := start(t, b, n)
	n.end.Store(5)
	h.run("transaction.boundary", "interval", "transaction.boundary.interval.ms", never)
	millrace.Await(t, window, "the batch to be in Kafka", func() error {
		if end := h.end(); end < 5 {
			return fmt.Errorf("the topic ends at %d", end)
		}
		return nil
	})
	rival := h.connect(b, kgo.TransactionalID(kafka.TransactionalID(h.group, name, 0)))
	if _, _, err := rival.ProducerID(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.end.Store(10)
	err := h.await(state.Failed)
	t.Logf("the failure is %v, because of %v", err, unwrap(err))
	if err := rival.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := rival.ProduceSync(t.Context(), &kgo.Record{Topic: h.topic, Value: []byte("1")}).FirstErr(); err != nil {
		t.Fatalf("the rival was fenced: %v", err)
	}
	if err := rival.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatalf("the rival was fenced: %v", err)
	}
	h.awaitCommitted(1) // the rival's
	if stored := h.stored(); stored != 0 {
		t.Errorf("offset %d is stored", stored)
	}
}

func unwrap(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = u.Unwrap()
	}
}

// TestSuccessor has a task that hangs, is abandoned, and comes back to life when
// another instance has taken over.
func TestSuccessor(t *testing.T) {
	gate, hangs := make(chan struct{}), make(chan struct{})
	n := &numbers{batch: 5}
	first := true
	n.ask = func(_ source.Transaction, batch []connect.Record) {
		if first && batch[0].Value == "6" {
			first = false
			close(hangs)
			<-gate
		}
	}
	h := start(t, broker.Broker(t), n)
	h.worker.GracefulTimeout = 50 * time.Millisecond
	n.end.Store(20)
	h.run("transaction.boundary", "interval", "transaction.boundary.interval.ms", never)
	<-hangs
	h.worker.StopTasks(id)
	h.worker.GracefulTimeout = 10 * time.Second
	h.run()
	h.awaitCommitted(20)
	close(gate)
	n.end.Store(40)
	h.awaitCommitted(40)
}

// TestExpiry has a transaction that lasts longer than it may.
func TestExpiry(t *testing.T) {
	n := &numbers{batch: 5}
	b := kafkabroker.Start(t, kafkabroker.WithProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500"))
	h := start(t, b, n)
	n.end.Store(5)
	h.run("transaction.boundary", "interval", "transaction.boundary.interval.ms", never, "producer.override.transaction.timeout.ms", "1000")
	millrace.Await(t, window, "the transaction to expire", func() error {
		// A marker of the broker follows the records.
		if end := h.end(); end < 6 {
			return fmt.Errorf("the topic ends at %d", end)
		}
		return nil
	})
	n.end.Store(10)
	err := h.await(state.Failed)
	if err == nil || !strings.HasPrefix(err.Error(), "The task numbers-0 was unable to finish writing records to Kafka before its producer transaction expired.") {
		t.Errorf("the failure is %v, because of %v", err, unwrap(err))
	}
	h.requireCommitted(0)
	h.worker.StopTasks(id)
	h.run()
	h.awaitCommitted(10)
}

// TestAbort drops the transaction of every second batch; offsets go on.
func TestAbort(t *testing.T) {
	n := &numbers{batch: 2}
	n.ask = func(tx source.Transaction, batch []connect.Record) {
		if batch[0].Value == "3" || batch[0].Value == "7" {
			tx.AbortAfter(&batch[1])
			return
		}
		tx.CommitAfterBatch()
	}
	h := start(t, broker.Broker(t), n)
	n.end.Store(10)
	h.run("transaction.boundary", "connector")
	want := "1 2 5 6 9 10"
	millrace.Await(t, window, "the batches that are not aborted", func() error {
		got, err := h.committed()
		if err == nil && strings.Join(got, " ") != want {
			err = fmt.Errorf("committed are %v", got)
		}
		return err
	})
	if stored := h.stored(); stored != 10 {
		t.Errorf("offset %d is stored, want 10", stored)
	}
}

// TestBrokerKilled kills the only broker in the middle of transactions and starts it
// again: the task goes on by itself, and every number is committed once.
func TestBrokerKilled(t *testing.T) {
	const kills = 3
	n := &numbers{batch: 3}
	b := kafkabroker.Start(t)
	h := start(t, b, n)
	n.end.Store(1 << 40)
	h.run()
	for range kills {
		until := h.end() + 200 + rand.N[int64](50) // at any point of a transaction
		millrace.Await(t, window, "progress", func() error {
			if end := h.end(); end < until {
				return fmt.Errorf("the topic ends at %d", end)
			}
			return nil
		})
		b.Kill(t)
		b.Restart(t)
	}
	from := h.end()
	millrace.Await(t, window, "progress after the last kill", func() error {
		if end := h.end(); end < from+50 {
			return fmt.Errorf("the topic ends at %d", end)
		}
		return nil
	})
	h.worker.StopTasks(id)
	if err := h.await(state.Unassigned); err != nil {
		t.Fatal(err)
	}
	stored := h.stored()
	h.requireCommitted(stored)
	t.Logf("%d numbers are committed over %d kills", stored, kills)
}
