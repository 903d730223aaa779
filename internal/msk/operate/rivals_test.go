package operate

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

const rivals = 20

// race has do called by many at the same time, and counts those that had success. Others
// must have one of the codes.
func race(t *testing.T, n int, do func(i int) error, codes ...model.Code) (successes int) {
	t.Helper()
	var group sync.WaitGroup
	var good atomic.Int32
	begin := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-begin
			err := do(i)
			if err == nil {
				good.Add(1)
				return
			}
			for _, code := range codes {
				if model.IsCode(err, code) {
					return
				}
			}
			t.Errorf("rival %d: %v", i, err)
		})
	}
	close(begin)
	group.Wait()
	return int(good.Load())
}

// TestRivals has many clients want the same at the same time.
func TestRivals(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Settings{})
	ctx := t.Context()
	c := f.create("c", model.ConnectorRunning)
	plugin, err := f.CreateCustomPlugin(ctx, pluginRequest("spare"))
	if err != nil {
		t.Fatal(err)
	}
	f.settlePlugin(plugin.ARN)
	for _, deed := range []struct {
		name string
		do   func(i int) error
		code model.Code
		most int
		then model.ConnectorState // "" leaves the connector alone
	}{
		{"create", func(int) error { _, err := f.CreateConnector(ctx, f.request("new")); return err }, model.CodeConflict, 1, ""},
		{"create a plugin", func(int) error { _, err := f.CreateCustomPlugin(ctx, pluginRequest("new")); return err }, model.CodeConflict, 1, ""},
		{"create a worker configuration", func(int) error {
			_, err := f.CreateWorkerConfiguration(ctx, workersRequest("new"))
			return err
		}, model.CodeConflict, 1, ""},
		{"update", func(i int) error {
			_, err := f.UpdateConnector(ctx, model.UpdateConnector{
				ARN: c.ARN, CurrentVersion: c.CurrentVersion, Configuration: map[string]string{model.ConnectorClassKey: "C", "i": fmt.Sprint(i)},
			})
			return err
		}, model.CodeBadRequest, 1, model.ConnectorRunning},
		{"restart", func(int) error {
			_, err := f.RestartConnector(ctx, model.RestartConnector{ARN: c.ARN})
			return err
		}, model.CodeBadRequest, 1, model.ConnectorRunning},
		{"pause", func(int) error { _, err := f.PauseConnector(ctx, c.ARN); return err }, model.CodeBadRequest, 1, model.ConnectorPaused},
		{"resume", func(int) error { _, err := f.ResumeConnector(ctx, c.ARN); return err }, model.CodeBadRequest, 1, model.ConnectorRunning},
		{"delete a plugin", func(int) error { _, err := f.DeleteCustomPlugin(ctx, plugin.ARN); return err }, model.CodeBadRequest, rivals, ""},
		{"delete", func(int) error { _, err := f.DeleteConnector(ctx, model.DeleteConnector{ARN: c.ARN}); return err }, model.CodeBadRequest, rivals, ""},
	} {
		before := len(f.runner.started)
		if n := race(t, rivals, deed.do, deed.code); n != deed.most {
			t.Errorf("%s: %d had success, want %d", deed.name, n, deed.most)
		}
		if n := len(f.runner.started) - before; n > 1 {
			t.Errorf("%s: %d operations", deed.name, n)
		}
		if deed.then != "" {
			f.settle(c.ARN, deed.then)
		}
	}
}

// TestRivalUpdates has updates with the same version, again and again, while the first is
// carried out: afterwards its version is another one.
func TestRivalUpdates(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Settings{})
	c := f.create("c", model.ConnectorRunning)
	update := func(int) error {
		_, err := f.UpdateConnector(t.Context(), model.UpdateConnector{
			ARN: c.ARN, CurrentVersion: c.CurrentVersion, Configuration: map[string]string{model.ConnectorClassKey: "C"},
		})
		if err == nil {
			f.change(func(tx *store.Tx) error {
				s, err := tx.Connectors().Find(c.ARN)
				s.CurrentVersion = model.NewVersion()
				return errors.Join(err, tx.Connectors().Replace(s))
			})
			f.settle(c.ARN, model.ConnectorRunning)
		}
		return err
	}
	successes := 0
	for range 5 {
		successes += race(t, rivals, update, model.CodeBadRequest)
	}
	if successes != 1 {
		t.Errorf("%d had success", successes)
	}
}

// TestRivalsForAName creates a connector under the name of one that is being deleted.
func TestRivalsForAName(t *testing.T) {
	t.Parallel()
	b := newBench(t, EngineSettings{})
	b.fleet.set(hang, nil)
	for round := range 5 {
		old := b.running("c")
		free := make(chan struct{})
		b.fleet.set(nil, func(ctx context.Context, _ string) error {
			select {
			case <-free:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if _, err := b.DeleteConnector(t.Context(), model.DeleteConnector{ARN: old.ARN}); err != nil {
			t.Fatal(err)
		}
		create := func(int) error { _, err := b.CreateConnector(t.Context(), b.request("c")); return err }
		if n := race(t, rivals, create, model.CodeConflict); n != 0 {
			t.Errorf("round %d: %d took the name of a connector that is there", round, n)
		}
		n := race(t, rivals, func(i int) error {
			if i == 0 {
				close(free)
			}
			for {
				if err := create(i); err == nil || b.state(old.ARN) == "" {
					return err
				}
			}
		}, model.CodeConflict)
		if n != 1 {
			t.Errorf("round %d: %d had success", round, n)
		}
		made, err := b.ListConnectors(t.Context(), model.List{Max: 100})
		if err != nil || len(made.Items) != 1 || made.Items[0].ARN == old.ARN || made.Items[0].State != model.ConnectorCreating {
			t.Fatalf("round %d: %+v, %v", round, made, err)
		}
		b.discard(made.Items[0].ARN)
	}
}

// TestRivalsForWhatIsUsed deletes a plugin and a worker configuration while connectors
// that use them are created: never may one be there without what it uses.
func TestRivalsForWhatIsUsed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Settings{})
	ctx := t.Context()
	for round := range 10 {
		name := fmt.Sprint("r", round)
		plugin, err := f.CreateCustomPlugin(ctx, pluginRequest(name))
		if err != nil {
			t.Fatal(err)
		}
		f.settlePlugin(plugin.ARN)
		workers, err := f.CreateWorkerConfiguration(ctx, workersRequest(name))
		if err != nil {
			t.Fatal(err)
		}
		r := f.request(name)
		r.Plugins = []model.Plugin{{Custom: model.CustomPluginRevision{ARN: plugin.ARN.String(), Revision: 1}}}
		r.WorkerConfiguration = &model.WorkerConfigurationRevision{ARN: workers.ARN.String(), Revision: 1}
		var made [3]bool
		race(t, 3, func(i int) error {
			var err error
			switch i {
			case 0:
				_, err = f.CreateConnector(ctx, r)
			case 1:
				_, err = f.DeleteCustomPlugin(ctx, plugin.ARN)
			case 2:
				_, err = f.DeleteWorkerConfiguration(ctx, workers.ARN)
			}
			made[i] = err == nil
			return err
		}, model.CodeBadRequest, model.CodeNotFound)
		if made[0] == (made[1] || made[2]) {
			t.Errorf("round %d: created %v, plugin deleted %v, worker configuration deleted %v", round, made[0], made[1], made[2])
		}
		if !made[0] {
			continue
		}
		f.neverDeleted(name, plugin.ARN, workers.ARN)
	}
}

// neverDeleted checks that what a connector uses stays for as long as it is there, also
// when it has failed.
func (f *fixture) neverDeleted(name string, plugin, workers model.ARN) {
	f.t.Helper()
	all, err := f.ListConnectors(f.t.Context(), model.List{Max: 100, Prefix: name})
	if err != nil {
		f.t.Fatal(err)
	}
	f.settle(all.Items[0].ARN, model.ConnectorFailed)
	if _, err := f.DeleteCustomPlugin(f.t.Context(), plugin); !model.IsCode(err, model.CodeBadRequest) {
		f.t.Error(err)
	}
	if _, err := f.DeleteWorkerConfiguration(f.t.Context(), workers); !model.IsCode(err, model.CodeBadRequest) {
		f.t.Error(err)
	}
}
