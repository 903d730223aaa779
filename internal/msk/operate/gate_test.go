package operate

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
)

// TestStarts has many creations whose workers never get ready. There must never be more
// starts than are allowed, and nothing else may wait for them.
func TestStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const hanging, starts = 40, 4
		b := newBench(t, EngineSettings{Starts: starts})
		defer b.engine.Close()
		there, gone, idle := b.running("there"), b.running("gone"), b.running("idle")
		b.fleet.set(func(ctx context.Context, name string) error {
			if name[:4] == "hang" {
				return hang(ctx, name)
			}
			time.Sleep(100 * time.Millisecond)
			return Failed(model.ReasonNoWorkers, "none")
		}, nil)
		begin := time.Now()
		create := func(name string) model.ARN {
			made, err := b.CreateConnector(t.Context(), b.request(name))
			if err != nil {
				t.Fatal(err)
			}
			return made.ARN
		}
		first := create("first")
		synctest.Wait()
		if got := b.fleet.times(fleetName(first), begin); len(got) != 1 || got[0] != 0 {
			t.Errorf("a creation alone started its workers after %v", got)
		}
		for i := range hanging {
			create(fmt.Sprintf("hang%d", i))
		}
		last := create("last")
		if _, err := b.DeleteConnector(t.Context(), model.DeleteConnector{ARN: gone.ARN}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.UpdateConnector(t.Context(), b.larger(there)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second) // the update looks at its tasks for a second
		synctest.Wait()
		if b.state(gone.ARN) != "" || b.state(idle.ARN) != model.ConnectorRunning {
			t.Errorf("the deleted connector is %s, another %s", b.state(gone.ARN), b.state(idle.ARN))
		}
		if got := b.fleet.times(fleetName(there.ARN), begin); len(got) < 1 || got[0] > time.Second {
			t.Errorf("the update changed workers after %v", got)
		}
		time.Sleep((hanging/starts + 1) * b.engine.settings.Limits.Start)
		synctest.Wait()
		if got := b.state(last); got != model.ConnectorFailed {
			t.Errorf("a creation behind those that hang is %s", got)
		}
		b.crowd(starts)
	})
}

// crowd checks how many creations began to start workers within the time for which each
// keeps others from it.
func (b *bench) crowd(most int) {
	b.t.Helper()
	b.fleet.mu.Lock()
	defer b.fleet.mu.Unlock()
	var hung []time.Time
	for _, c := range b.fleet.calls {
		if c.name[:4] == "hang" {
			hung = append(hung, c.at)
		}
	}
	for i, at := range hung {
		n := 0
		for _, other := range hung[i:] {
			if other.Sub(at) < b.engine.settings.Limits.Start {
				n++
			}
		}
		if n > most {
			b.t.Fatalf("%d creations started workers at the same time, %d may", n, most)
		}
	}
}

// TestMakeWay has an engine that cannot start the workers of connectors it found. What is
// asked of them must not wait for that.
func TestMakeWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, EngineSettings{})
		defer func() { _ = b.engine.Close() }()
		b.fleet.set(hang, nil)
		c := b.running("c")
		b.reopen(b.engine.settings)
		time.Sleep(10 * time.Second) // in the middle of an attempt
		begin := time.Now()
		if _, err := b.DeleteConnector(t.Context(), model.DeleteConnector{ARN: c.ARN}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if state := b.state(c.ARN); state != "" || time.Since(begin) > 0 {
			t.Errorf("%s after %s", state, time.Since(begin))
		}
	})
}

// TestTurns has a turn that is lent be taken back, and one that is taken not.
func TestTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all turns
		arn := model.ARN{Name: "c"}
		take := func() chan func() {
			got := make(chan func(), 1)
			go func() {
				done, err := all.take(t.Context(), arn)
				if err != nil {
					t.Error(err)
				}
				got <- done
			}()
			synctest.Wait()
			return got
		}
		done, err := all.take(t.Context(), arn)
		if err != nil {
			t.Fatal(err)
		}
		second := take()
		if _, _, ok := all.tryLend(t.Context(), arn); ok || len(second) > 0 {
			t.Error("two have the turn")
		}
		done()
		(<-second)()

		for _, early := range []bool{false, true} {
			var waiting chan func()
			if early { // somebody takes it before it could be lent
				done, _ = all.take(t.Context(), arn)
			}
			borrowed := make(chan context.Context, 1)
			back := make(chan struct{})
			go func() {
				lent, giveBack, err := all.lend(t.Context(), arn)
				if err != nil {
					t.Error(err)
				}
				borrowed <- lent
				<-back
				giveBack()
			}()
			synctest.Wait()
			if early {
				waiting = take()
				done()
				synctest.Wait()
			}
			lent := <-borrowed
			if !early {
				if lent.Err() != nil {
					t.Error("nobody took the turn back")
				}
				waiting = take()
			}
			if lent.Err() == nil || len(waiting) > 0 {
				t.Errorf("early %v: %v, %d have it", early, lent.Err(), len(waiting))
			}
			close(back)
			(<-waiting)()
		}
		if len(all.busy) != 0 {
			t.Errorf("%d turns are kept", len(all.busy))
		}
		closed, cancel := context.WithCancel(t.Context())
		cancel()
		hold, _ := all.take(t.Context(), arn)
		if _, err := all.take(closed, arn); err == nil {
			t.Error("no error after the end")
		}
		if _, _, err := all.lend(closed, arn); err == nil {
			t.Error("no error after the end")
		}
		hold()
	})
}
