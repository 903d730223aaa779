package operate

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// bench is a control plane whose engine works on a fleet that is none.
type bench struct {
	*fixture
	engine *Engine
	fleet  *dummies
	log    *bytes.Buffer // for after Close
}

func newBench(t *testing.T, settings EngineSettings) *bench {
	t.Helper()
	b := &bench{fixture: newFixture(t, Settings{Quotas: model.Quotas{Workers: 1000, WorkersPerConnector: 10, CustomPlugins: 100, WorkerConfigurations: 100}}), fleet: newDummies(), log: &bytes.Buffer{}}
	settings.Store, settings.Fleet, settings.Prober, settings.Natives = b.store, b.fleet, present{}, present{}
	settings.Fetcher = present{}
	settings.Watch, settings.Plugins = NewWatch(nil), filepath.Join(t.TempDir(), "plugins")
	settings.Log = slog.New(slog.NewTextHandler(b.log, nil))
	b.reopen(settings)
	t.Cleanup(func() { _ = b.engine.Close() })
	return b
}

// reopen has another engine go on.
func (b *bench) reopen(settings EngineSettings) {
	b.t.Helper()
	if b.engine != nil {
		_ = b.engine.Close()
	}
	var err error
	if b.engine, err = Open(settings); err != nil {
		b.t.Fatal(err)
	}
	b.Control.runner = b.engine
}

// state returns that of a connector, "" when there is none.
func (b *bench) state(arn model.ARN) model.ConnectorState {
	c, err := b.DescribeConnector(context.Background(), arn)
	if err != nil && !model.IsCode(err, model.CodeNotFound) {
		b.t.Error(err)
	}
	return c.State
}

// present has every class and finds every cluster and object in order.
type present struct{}

func (present) Connector(string) (sink, known bool)                            { return true, true }
func (present) Probe(context.Context, Probe) error                             { return nil }
func (present) Fetch(context.Context, model.S3Location, *os.File, int64) error { return nil }

// dummies is a fleet of no processes.
type dummies struct {
	mu     sync.Mutex
	fleets map[string]bool
	calls  []dummyCall
	// apply and remove stand for the work.
	apply, remove func(ctx context.Context, name string) error
}

type dummyCall struct {
	name string
	at   time.Time
}

func newDummies() *dummies {
	none := func(context.Context, string) error { return nil }
	return &dummies{fleets: map[string]bool{}, apply: none, remove: none}
}

func (d *dummies) Apply(ctx context.Context, s fleet.Spec) error {
	d.mu.Lock()
	d.fleets[s.Fleet] = true
	do := d.note(s.Fleet, d.apply)
	d.mu.Unlock()
	return do(ctx, s.Fleet)
}

func (d *dummies) Remove(ctx context.Context, name string) error {
	d.mu.Lock()
	do := d.note(name, d.remove)
	d.mu.Unlock()
	err := do(ctx, name)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		delete(d.fleets, name)
	}
	return err
}

func (d *dummies) note(name string, do func(context.Context, string) error) func(context.Context, string) error {
	d.calls = append(d.calls, dummyCall{name, time.Now()})
	return do
}

// set has work done in another way from now on.
func (d *dummies) set(apply, remove func(context.Context, string) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if apply != nil {
		d.apply = apply
	}
	if remove != nil {
		d.remove = remove
	}
}

func (d *dummies) Workers(string) []fleet.Worker { return nil }

func (d *dummies) Fleets() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for name := range d.fleets {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// times returns when something was done with a fleet, after since.
func (d *dummies) times(name string, since time.Time) (after []time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.calls {
		if c.name == name {
			after = append(after, c.at.Sub(since))
		}
	}
	return after
}

// hang waits for workers that never get ready.
func hang(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

var errNever = errors.New("it never works")

// running makes a connector that runs, as far as the store knows.
func (b *bench) running(name string) model.Connector {
	b.t.Helper()
	runner := b.Control.runner
	b.Control.runner = b.fixture.runner
	defer func() { b.Control.runner = runner }()
	c := b.create(name, model.ConnectorRunning)
	b.fixture.change(func(tx *store.Tx) error {
		r, err := tx.Connectors().Find(c.ARN)
		return errors.Join(err, crew{Count: 2}.write(&r), tx.Connectors().Replace(r))
	})
	return c
}

// discard forgets a connector whose creation hangs.
func (b *bench) discard(arn model.ARN) {
	b.t.Helper()
	settings := b.engine.settings
	_ = b.engine.Close()
	b.fixture.change(func(tx *store.Tx) error { return tx.Connectors().Remove(arn) })
	b.reopen(settings)
}
