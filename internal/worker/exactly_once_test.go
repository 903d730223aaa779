package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/state"
)

func TestExactlyOnceOverRestarts(t *testing.T) {
	var end atomic.Int64
	end.Store(100)
	s := &scriptSource{}
	var next int64
	s.start = func(rt source.Runtime) error {
		offset, err := rt.Offsets.Offset(context.Background(), onePartition)
		next, _ = offset["n"].(int64)
		if rt.Transaction != nil {
			return errors.New("a task without boundaries of its own has a transaction")
		}
		return err
	}
	s.poll = func(ctx context.Context) ([]connect.Record, error) {
		if next >= end.Load() {
			return idle(ctx)
		}
		batch := span(next+1, min(next+7, end.Load()))
		next += int64(len(batch))
		return batch, nil
	}
	x := newExactHost(t, s.plugin(sourceClass))
	x.createTopic("out", 1)
	for _, until := range []int64{100, 150, 250} {
		end.Store(until)
		x.startSource(nil)
		x.awaitCommitted("out", sequence(1, until))
		x.worker.StopTasks(sourceID)
		if err := x.await(sourceID, state.Unassigned); err != nil {
			t.Fatal(err)
		}
		if n := x.stored(); n != until {
			t.Fatalf("offset %d is stored, want %d", n, until)
		}
	}
}

func TestExactlyOnceStart(t *testing.T) {
	var mu sync.Mutex
	var events []string
	note := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, fmt.Sprintf(format, args...))
	}
	s := batches()
	s.start = func(source.Runtime) error {
		note("start")
		return nil
	}
	x := newExactHost(t, s.plugin(sourceClass))
	x.fence = func(_ context.Context, connector string) error {
		note("fence %s", connector)
		return nil
	}
	x.check = func(_ context.Context, id state.TaskID, generation int) error {
		note("check %s %d", id, generation)
		return nil
	}
	x.broker.Cluster().ControlKey(int16(kmsg.InitProducerID), func(req kmsg.Request) (kmsg.Response, error, bool) {
		x.broker.Cluster().KeepControl()
		if id := req.(*kmsg.InitProducerIDRequest).TransactionalID; id != nil {
			note("init %s %d", *id, req.(*kmsg.InitProducerIDRequest).TransactionTimeoutMillis)
		}
		return nil, nil, false
	})
	err := x.worker.StartTask(TaskStart{
		ID: sourceID, Target: state.TargetStarted, Tasks: 1, Generation: 7,
		Connector: map[string]string{
			"name": "src", "connector.class": sourceClass, "producer.override.transaction.timeout.ms": "12345",
			"producer.override.enable.idempotence": "false", "producer.override.transactional.id": "mine",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	x.await(sourceID, state.Running)
	want := []string{"fence src", "init " + sourceTxnID + " 12345", "check src-0 7", "start"}
	mu.Lock()
	if !slices.Equal(events, want) {
		t.Errorf("events are %q, want %q", events, want)
	}
	mu.Unlock()
	for _, warning := range []string{
		"The value 'false' for the 'enable.idempotence' property will be ignored as it cannot be overridden",
		"The value 'mine' for the 'transactional.id' property will be ignored as it cannot be overridden",
	} {
		if !strings.Contains(x.log.String(), warning) {
			t.Errorf("the log has no warning %q", warning)
		}
	}
}

func TestExactlyOnceStartRefused(t *testing.T) {
	refusal := errors.New("no")
	for _, test := range []struct {
		name   string
		refuse func(x *exactHost)
	}{
		{"fence", func(x *exactHost) { x.fence = func(context.Context, string) error { return refusal } }},
		{"check", func(x *exactHost) { x.check = func(context.Context, state.TaskID, int) error { return refusal } }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := batches(plain(1, 3))
			var started atomic.Bool
			s.start = func(source.Runtime) error {
				started.Store(true)
				return nil
			}
			x := newExactHost(t, s.plugin(sourceClass))
			test.refuse(x)
			x.startSource(nil)
			if err := x.await(sourceID, state.Failed); !errors.Is(err, refusal) || started.Load() {
				t.Fatalf("the failure is %v, started is %v", err, started.Load())
			}
		})
	}
	t.Run("stopped while fencing", func(t *testing.T) {
		x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
		asked := make(chan struct{})
		x.fence = func(ctx context.Context, _ string) error {
			close(asked)
			<-ctx.Done()
			return ctx.Err()
		}
		x.startSource(nil)
		<-asked
		x.worker.StopTasks(sourceID)
		x.await(sourceID, state.Unassigned)
	})
}

func TestExactlyOnceTells(t *testing.T) {
	var x *exactHost
	var mu sync.Mutex
	var events []string
	s := batches(func(source.Transaction) []connect.Record {
		batch := span(1, 3)
		batch[1].Value = "poison"
		return batch
	}, plain(4, 5))
	s.commits = func(r *connect.Record, m *source.Produced) {
		mu.Lock()
		defer mu.Unlock()
		at := "dropped"
		if m != nil {
			at = fmt.Sprint("at ", m.Offset)
		}
		n := int64(r.SourceOffset.(counter))
		events = append(events, fmt.Sprintf("%s %s stored %v", data.Text(r.Value), at, storedIn(t, x.store) >= n))
	}
	s.stored = func() {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, "commit")
	}
	x = newExactHost(t, s.plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(map[string]string{"errors.tolerance": "all"})
	x.awaitCommitted("out", []string{"1", "3", "4", "5"})
	x.worker.StopTasks(sourceID)
	x.await(sourceID, state.Unassigned)
	// Offset 2 is the end of the first transaction.
	want := []string{
		"1 at 0 stored true", "poison dropped stored true", "3 at 1 stored true", "commit",
		"4 at 3 stored true", "5 at 4 stored true", "commit",
	}
	mu.Lock()
	defer mu.Unlock()
	if len(events) < len(want) || !slices.Equal(events[:len(want)], want) {
		t.Errorf("events are %q, want %q first", events, want)
	}
}

func TestExactlyOnceTellsOfAborted(t *testing.T) {
	told := make(chan *source.Produced, 10)
	s := batches(func(tx source.Transaction) []connect.Record {
		tx.AbortAfterBatch()
		return span(1, 2)
	})
	s.commits = func(_ *connect.Record, m *source.Produced) { told <- m }
	x := newExactHost(t, s.plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(withBoundary("connector"))
	for range 2 {
		if m := <-told; m != nil {
			t.Errorf("a record is said to be at %+v", *m)
		}
	}
}

func TestDroppedRecordsMoveTheOffset(t *testing.T) {
	x := newExactHost(t, batches(func(source.Transaction) []connect.Record {
		batch := span(1, 2)
		batch[0].Value, batch[1].Value = "poison", "poison"
		return batch
	}).plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(map[string]string{"errors.tolerance": "all"})
	x.eventually("the offset is stored", func() bool { return x.stored() == 2 })
	if end := x.endOf("out"); end != 0 {
		t.Errorf("the topic ends at %d", end)
	}
}
