package operate

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// TestClock has a clock that was set forward or back by hours between a request and the
// engine that carries it out: that neither ends nor delays anything.
func TestClock(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{5 * time.Hour, -5 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, EngineSettings{})
			settings := b.engine.settings
			c := b.running("c")
			_ = b.engine.Close()
			updated, err := b.UpdateConnector(t.Context(), b.larger(c))
			if err != nil {
				t.Fatal(err)
			}
			b.began(updated.Operation.Operation, model.Time{Time: time.Now().Add(-jump)})
			b.fleet.set(func(context.Context, string) error { return Failed(model.ReasonNoWorkers, "none") }, nil)
			begin := time.Now()
			b.reopen(settings)
			defer b.engine.Close()
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			op, err := b.DescribeConnectorOperation(t.Context(), updated.Operation)
			if err != nil || op.State != model.OperationRollbackInProgress {
				t.Fatalf("%s, %v", op.State, err)
			}
			// It is tried to change it back for as long as always, counted from now on.
			time.Sleep(b.engine.settings.Limits.Undo - 5*time.Minute - time.Second)
			synctest.Wait()
			if got := b.state(c.ARN); got != model.ConnectorUpdating {
				t.Errorf("after %s: %s", time.Since(begin), got)
			}
			time.Sleep(10 * time.Second)
			synctest.Wait()
			op, err = b.DescribeConnectorOperation(t.Context(), updated.Operation)
			if err != nil || op.State != model.OperationRollbackFailed || op.EndTime.Before(op.CreationTime.Time) {
				t.Errorf("%s from %s to %s, %v", op.State, op.CreationTime, op.EndTime, err)
			}
		})
	}
}

func (b *bench) larger(c model.Connector) model.UpdateConnector {
	return model.UpdateConnector{
		ARN: c.ARN, CurrentVersion: c.CurrentVersion, Capacity: &model.Capacity{Provisioned: &model.ProvisionedCapacity{MCUCount: 2, WorkerCount: 2}},
	}
}

// began changes when an operation was asked for.
func (f *fixture) began(id string, at model.Time) {
	f.t.Helper()
	f.change(func(tx *store.Tx) error {
		op, err := tx.Operations().Find(id)
		if err != nil {
			return err
		}
		op.Started, op.Shown.CreationTime = at, at
		return tx.Operations().Replace(op)
	})
}

// TestClockOrder makes resources and operations while the clock goes backwards: lists
// are in the order in which they were made, page by page.
func TestClockOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Settings{})
	names := []string{"c1", "c2", "c3", "c4", "c5"}
	var arn model.ARN
	for i, name := range names {
		c := f.create(name, model.ConnectorRunning)
		f.change(func(tx *store.Tx) error {
			s, err := tx.Connectors().Find(c.ARN)
			if err != nil {
				return err
			}
			s.CreationTime.Time = s.CreationTime.Add(-time.Duration(i) * time.Hour)
			return tx.Connectors().Replace(s)
		})
		arn = c.ARN
	}
	var got []string
	for l := (model.List{Max: 2}); ; {
		p, err := f.ListConnectors(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Items {
			got = append(got, c.Name)
		}
		if l.Token = p.NextToken; l.Token == "" {
			break
		}
	}
	if !slices.Equal(got, names) {
		t.Errorf("connectors %v", got)
	}
	f.clockOperations(arn)
}

func (f *fixture) clockOperations(arn model.ARN) {
	f.t.Helper()
	var want, got []model.ARN
	for i := range 5 {
		started, err := f.RestartConnector(f.t.Context(), model.RestartConnector{ARN: arn})
		if err != nil {
			f.t.Fatal(err)
		}
		f.began(started.Operation.Operation, model.Time{Time: time.Now().Add(-time.Duration(i) * time.Hour)})
		f.settle(arn, model.ConnectorRunning)
		want = append([]model.ARN{started.Operation}, want...)
	}
	for l := (model.List{Max: 2, Connector: arn}); ; {
		p, err := f.ListConnectorOperations(f.t.Context(), l)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, op := range p.Items {
			got = append(got, op.ARN)
		}
		if l.Token = p.NextToken; l.Token == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("operations %v, want %v", got, want)
	}
}
