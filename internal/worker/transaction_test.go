package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/state"
)

func TestFencedTask(t *testing.T) {
	gate := make(chan struct{})
	x := newExactHost(t, batches(plain(1, 3), func(source.Transaction) []connect.Record {
		<-gate
		return span(4, 5)
	}).plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(withBoundary("interval", "transaction.boundary.interval.ms", never))
	x.eventually("the first batch is in Kafka", func() bool { return x.endOf("out") == 3 })
	rival, err := kgo.NewClient(kgo.SeedBrokers(x.broker.Addrs()...), kgo.TransactionalID(sourceTxnID), kgo.DisableClientMetrics())
	if err != nil {
		t.Fatal(err)
	}
	defer rival.Close()
	if _, _, err := rival.ProducerID(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(gate)
	err = x.await(sourceID, state.Failed)
	if err == nil || !strings.HasPrefix(err.Error(), "The task src-0 was unable to finish writing records to Kafka before its producer transaction expired.") ||
		!errors.Is(err, kerr.InvalidProducerEpoch) {
		t.Errorf("the failure is %v", err)
	}
	if err := rival.BeginTransaction(); err != nil {
		t.Fatalf("the rival has been fenced: %v", err)
	}
	if err := rival.ProduceSync(t.Context(), &kgo.Record{Topic: "out", Value: []byte("rival")}).FirstErr(); err != nil {
		t.Fatalf("the rival has been fenced: %v", err)
	}
	if err := rival.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatalf("the rival has been fenced: %v", err)
	}
	if got := x.committedValues("out"); !slices.Equal(got, []string{"rival"}) {
		t.Errorf("committed are %v", got)
	}
	if n := x.stored(); n != 0 {
		t.Errorf("offset %d is stored", n)
	}
}

func TestRefusedCommit(t *testing.T) {
	x := newExactHost(t, counting("out", 5, 20).plugin(sourceClass))
	x.createTopic("out", 1)
	x.broker.Cluster().Fault(kfake.Fault{
		Keys: []kmsg.Key{kmsg.EndTxn}, TopLevel: true, Err: kerr.InvalidTxnState,
		When: func(req kmsg.Request) bool { return req.(*kmsg.EndTxnRequest).Commit },
	})
	x.startSource(nil)
	err := x.await(sourceID, state.Failed)
	if err == nil || err.Error() != "Failed to flush offsets and/or records for task src-0" || !errors.Is(err, kerr.InvalidTxnState) {
		t.Errorf("the failure is %v", err)
	}
	if got, n := x.committedValues("out"), x.stored(); len(got) > 0 || n != 0 {
		t.Errorf("committed are %v, offset %d", got, n)
	}
	x.worker.StopTasks(sourceID)
	x.startSource(nil)
	x.awaitCommitted("out", sequence(1, 20))
}

func TestRefusedRecordInTransaction(t *testing.T) {
	x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
	x.createTopic("out", 1)
	x.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "out", Err: kerr.TopicAuthorizationFailed})
	x.startSource(map[string]string{"errors.tolerance": "all"})
	err := x.await(sourceID, state.Failed)
	if err == nil || err.Error() != "Failed to flush offsets and/or records for task src-0" || !strings.Contains(errors.Unwrap(err).Error(), "needs Write") {
		t.Errorf("the failure is %v, because of %v", err, errors.Unwrap(err))
	}
	if got, n := x.committedValues("out"), x.stored(); len(got) > 0 || n != 0 {
		t.Errorf("committed are %v, offset %d", got, n)
	}
}

func TestUnknownOutcome(t *testing.T) {
	for _, committed := range []bool{false, true} {
		t.Run(fmt.Sprintf("committed %v", committed), func(t *testing.T) {
			x := newExactHost(t, counting("out", 5, 20).plugin(sourceClass))
			x.createTopic("out", 1)
			raw, err := kgo.NewClient(kgo.SeedBrokers(x.broker.Addrs()...), kgo.DisableClientMetrics())
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			var once atomic.Bool
			cluster := x.broker.Cluster()
			cluster.ControlKey(int16(kmsg.EndTxn), func(req kmsg.Request) (kmsg.Response, error, bool) {
				cluster.KeepControl()
				end := req.(*kmsg.EndTxnRequest)
				if !end.Commit || once.Swap(true) {
					return nil, nil, false
				}
				if committed {
					cluster.SleepControl(func() { // as if the answer were lost
						again := *end
						if _, err := again.RequestWith(context.Background(), raw); err != nil {
							t.Error(err)
						}
					})
				}
				resp := end.ResponseKind().(*kmsg.EndTxnResponse)
				resp.ErrorCode = kerr.UnknownServerError.Code
				return resp, nil, true
			})
			x.startSource(nil)
			x.awaitCommitted("out", sequence(1, 20))
			x.eventually("the last offset is stored", func() bool { return x.stored() == 20 })
			if !strings.Contains(x.log.String(), "the task starts again from the stored offsets") {
				t.Error("the log does not say so")
			}
			x.worker.StopTasks(sourceID)
			if err := x.await(sourceID, state.Unassigned); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAbandonedCannotCommit(t *testing.T) {
	gate := make(chan struct{})
	x := newExactHost(t, batches(plain(1, 3), func(source.Transaction) []connect.Record {
		<-gate
		return span(4, 5)
	}).plugin(sourceClass))
	x.createTopic("out", 1)
	x.worker.GracefulTimeout = 50 * time.Millisecond
	x.startSource(withBoundary("interval", "transaction.boundary.interval.ms", never))
	x.eventually("the first batch is in Kafka", func() bool { return x.endOf("out") == 3 })
	x.worker.StopTasks(sourceID)
	close(gate)
	x.eventually("the abandoned task has ended", func() bool { return strings.Contains(x.log.String(), "abandoned has ended") })
	if got := x.committedValues("out"); len(got) > 0 {
		t.Errorf("committed are %v", got)
	}
	if end := x.endOf("out"); end != 3 {
		t.Errorf("the topic ends at %d, want 3", end)
	}
	if n := x.stored(); n != 0 {
		t.Errorf("offset %d is stored", n)
	}
}

func TestNoEmptyTransactions(t *testing.T) {
	var polls atomic.Int32
	s := &scriptSource{poll: func(ctx context.Context) ([]connect.Record, error) {
		if polls.Add(1) > 20 {
			return idle(ctx)
		}
		return nil, nil
	}}
	x := newExactHost(t, s.plugin(sourceClass))
	ends := x.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn, kmsg.AddPartitionsToTxn}, TopLevel: true, Observe: true, Count: -1})
	x.startSource(nil)
	x.eventually("the task has polled", func() bool { return polls.Load() > 20 })
	x.worker.StopTasks(sourceID)
	if err := x.await(sourceID, state.Unassigned); err != nil {
		t.Error(err)
	}
	if n := ends.Hits(); n > 0 {
		t.Errorf("%d transactions were ended", n)
	}
}

func TestCoordinatorNotAvailable(t *testing.T) {
	x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
	x.createTopic("out", 1)
	away := x.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.FindCoordinator}, TxnID: sourceTxnID, Err: kerr.CoordinatorNotAvailable, Count: -1})
	x.startSource(nil)
	x.eventually("the log says why the task waits", func() bool {
		log := x.log.String()
		return strings.Contains(log, "The task waits for the transaction coordinator") && strings.Contains(log, "COORDINATOR_NOT_AVAILABLE")
	})
	away.Remove()
	x.awaitCommitted("out", sequence(1, 3))
}
