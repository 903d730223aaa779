package worker

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

func TestOwnOffsetsTopic(t *testing.T) {
	for _, exactlyOnce := range []bool{false, true} {
		t.Run(fmt.Sprintf("exactly once %v", exactlyOnce), func(t *testing.T) {
			broker := startBroker(t)
			var end atomic.Int64
			end.Store(20)
			var next int64
			s := counting("out", 5, 0)
			s.start = func(rt source.Runtime) error {
				offset, err := rt.Offsets.Offset(context.Background(), onePartition)
				next, _ = offset["n"].(int64)
				return err
			}
			s.poll = func(ctx context.Context) ([]connect.Record, error) {
				if next >= end.Load() {
					return idle(ctx)
				}
				next++
				return []connect.Record{numbered("out", next)}, nil
			}
			x := newClusterHost(t, broker, exactlyOnce, s.plugin(sourceClass))
			x.createTopic("out", 1)
			// The worker's offset, which counts until the connector has its own.
			before := map[*connect.SourcePartition]connect.Fields{onePartition: {"n": int64(10)}}
			if err := offsetstore.For(x.store, "src").Commit(t.Context(), before); err != nil {
				t.Fatal(err)
			}
			own := map[string]string{"offsets.storage.topic": "src-offsets"}
			x.startSource(own)
			x.awaitCommitted("out", sequence(11, 20))
			x.worker.StopTasks(sourceID)
			if err := x.await(sourceID, state.Unassigned); err != nil {
				t.Fatal(err)
			}
			store := openOffsets(t, x.worker.Props, "src-offsets", exactlyOnce)
			if n := storedIn(t, store); n != 20 {
				t.Errorf("the own topic has offset %d, want 20", n)
			}
			x.eventually("the worker's topic has a copy", func() bool { return x.stored() == 20 })
			if topics, err := kadm.NewClient(x.client).ListTopics(t.Context(), "src-offsets"); err != nil || len(topics["src-offsets"].Partitions) != 3 {
				t.Errorf("the own topic has %d partitions, want 3; error %v", len(topics["src-offsets"].Partitions), err)
			}
			end.Store(25)
			x.startSource(own)
			x.awaitCommitted("out", sequence(11, 25))
		})
	}
}

func TestOwnOffsetsOfTheInstance(t *testing.T) {
	var x *exactHost
	var kept source.OffsetReader
	s := batches()
	s.connector = func(rt source.ConnectorRuntime) error {
		kept = rt.Offsets
		if n := offsetOf(t, rt.Offsets); n != 7 {
			return fmt.Errorf("the offset is %d", n)
		}
		return nil
	}
	x = newClusterHost(t, startBroker(t), false, s.plugin(sourceClass))
	mine := map[*connect.SourcePartition]connect.Fields{onePartition: {"n": int64(7)}}
	if err := offsetstore.For(openOffsets(t, x.worker.Props, "src-offsets", false), "src").Commit(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	started := make(chan error, 1)
	props := map[string]string{"name": "src", "connector.class": sourceClass, "offsets.storage.topic": "src-offsets"}
	if err := x.worker.StartConnector("src", props, state.TargetStarted, func(err error) { started <- err }); err != nil {
		t.Fatal(err)
	}
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	x.worker.StopConnector("src")
	if _, err := kept.Offset(t.Context(), onePartition); err == nil || !strings.HasPrefix(err.Error(), "Offset reader is closed.") {
		t.Errorf("after the end the reader says %v", err)
	}
}

func offsetOf(t *testing.T, r source.OffsetReader) int64 {
	t.Helper()
	fields, err := r.Offset(t.Context(), onePartition)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := fields["n"].(int64)
	return n
}
