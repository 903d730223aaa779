package operate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

var _ Runner = (*Engine)(nil)

// Fleet runs workers; see [fleet.Driver].
type Fleet interface {
	Apply(ctx context.Context, s fleet.Spec) error
	Remove(ctx context.Context, name string) error
	Workers(name string) []fleet.Worker
	Fleets() []string
}

// Fetcher gets the files of custom plugins.
type Fetcher interface {
	// Fetch writes an object to a new file, of at most most bytes. It fails with a
	// *Failure when the object is not there, too large or must not be read.
	Fetch(ctx context.Context, from model.S3Location, to *os.File, most int64) error
}

// Prober looks at a Kafka cluster before there are workers.
type Prober interface {
	// Probe fails with a *Failure that says what to mend when workers with the
	// properties could not work.
	Probe(ctx context.Context, p Probe) error
}

// Probe is what a connector will ask of its cluster.
type Probe struct {
	// Worker has the properties of the workers.
	Worker map[string]string
	// Topics are the internal topics, Groups those of the workers and, for a sink, of
	// its tasks.
	Topics, Groups []string
	// Reads are the topics that a sink names. They need not exist.
	Reads []string
}

// Natives knows the connectors that need no Java.
type Natives interface {
	// Connector reports whether there is one of that class or alias, and whether it
	// is a sink.
	Connector(class string) (sink, known bool)
}

// EngineSettings are what an [Engine] works with. All interfaces but Evictor, Lags,
// Roles and Stores are required; for a zero duration or number there is a default.
type EngineSettings struct {
	Store   *store.Store
	Fleet   Fleet
	Fetcher Fetcher
	Prober  Prober
	Natives Natives
	Evictor Evictor
	Lags    Lags
	// Roles gives workers the credentials of their connector's role; nil leaves them
	// those of the control plane.
	Roles Roles
	// Stores looks at what connectors write to or read from; nil leaves that to them.
	Stores Stores
	// Watch tells the engine of workers that die; see [Watch].
	Watch *Watch
	// Plugins is the directory of the files of custom plugins; it is made.
	Plugins string
	// MaxPlugin is the greatest size of such a file in bytes: 1 GiB.
	MaxPlugin int64
	// Limits are how long things may take.
	Limits Limits
	// Starts is how many operations start workers at the same time: twice the CPUs, at
	// least 4. Creations do not count against the changes of what is there, and what
	// starts nothing, as a deletion or a pause, does not wait at all.
	Starts int
	// Scaling is the policy of autoscaled capacity apart from what a connector says:
	// window, interval, step and cool-downs. ScaleEvery is how often load is looked
	// at: 5 s.
	Scaling    autoscale.Policy
	ScaleEvery time.Duration
	Log        *slog.Logger // nil discards
}

// Limits are how long things may take. A zero means the default.
type Limits struct {
	Probe   time.Duration // of the cluster and of a connector's store, before workers are started: 15 s
	Workers time.Duration // until workers are ready: 2 min
	Running time.Duration // until a connector and its tasks have started: 1 min
	Settle  time.Duration // how long an updated connector must stay healthy: 0.5 s
	Tasks   time.Duration // until a running connector has made tasks, if any: 2 s
	Fetch   time.Duration // of a plugin's file: 15 min
	Undo    time.Duration // until what a failed operation has changed is changed back: 10 min
	Forget  time.Duration // of a connector's configuration when it is deleted: 1 s
	Start   time.Duration // that an operation that starts workers keeps others from it: 2 s
}

func (l Limits) complete() Limits {
	return Limits{
		Probe: cmp.Or(l.Probe, 15*time.Second), Workers: cmp.Or(l.Workers, 2*time.Minute),
		Running: cmp.Or(l.Running, time.Minute), Settle: cmp.Or(l.Settle, 500*time.Millisecond),
		Tasks: cmp.Or(l.Tasks, 2*time.Second), Undo: cmp.Or(l.Undo, 10*time.Minute), Fetch: cmp.Or(l.Fetch, 15*time.Minute), Forget: cmp.Or(l.Forget, time.Second),
		Start: cmp.Or(l.Start, 2*time.Second),
	}
}

// Engine carries out operations: it is the [Runner] of a control plane. What it does is
// in the store before it does it, so that an engine that is opened after another has
// ended, however that was, finishes what it finds.
type Engine struct {
	settings EngineSettings
	log      *slog.Logger
	turns    turns
	// Of operations that start workers: the first of a connector, or others.
	creations, changes gate

	scaler scaler
	delays delays
	flows  flows

	closing context.Context // ends with Close
	stop    context.CancelFunc
	mu      sync.Mutex // guards group against Close
	group   sync.WaitGroup

	// reached is told of every step when it is stored, passed when it was done; for
	// tests.
	reached, passed func(store.Operation)
}

// Open returns an engine that goes on with the operations that are unfinished, clears
// away workers and files that belong to nothing, and scales connectors. Close it before
// the store and the fleet.
func Open(s EngineSettings) (*Engine, error) {
	e, err := newEngine(s)
	if err != nil {
		return nil, err
	}
	if err := e.resume(); err != nil {
		return nil, errors.Join(fmt.Errorf("resume operations: %w", err), e.Close())
	}
	return e, nil
}

func newEngine(s EngineSettings) (*Engine, error) {
	s.Limits = s.Limits.complete()
	s.Starts = cmp.Or(s.Starts, max(4, 2*runtime.NumCPU()))
	s.MaxPlugin = cmp.Or(s.MaxPlugin, 1<<30)
	s.ScaleEvery = cmp.Or(s.ScaleEvery, 5*time.Second)
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(s.Plugins, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of custom plugins: %w", err)
	}
	e := &Engine{settings: s, log: s.Log, creations: newGate(s.Starts, s.Limits.Start), changes: newGate(s.Starts, s.Limits.Start)}
	e.reached, e.passed = func(store.Operation) {}, func(store.Operation) {}
	e.closing, e.stop = context.WithCancel(context.Background())
	return e, nil
}

// Start implements [Runner].
func (e *Engine) Start(id string) { e.spawn(func() { e.carry(id) }) }

// spawn runs do in a goroutine that Close waits for; after Close, not at all.
func (e *Engine) spawn(do func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closing.Err() == nil {
		e.group.Go(do)
	}
}

// Close stops all work where it is; workers live on. It returns when nothing of the
// engine runs any more.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.stop()
	e.mu.Unlock()
	e.group.Wait()
	return nil
}

// StopWorkers stops the workers of all connectors. It is for use after Close; the next
// engine starts them again.
func (e *Engine) StopWorkers(ctx context.Context) error {
	names := e.settings.Fleet.Fleets()
	errs := make([]error, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() { errs[i] = e.settings.Fleet.Remove(ctx, name) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// pause waits, and reports whether the engine goes on.
func (e *Engine) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-e.closing.Done():
		return false
	case <-timer.C:
		return true
	}
}
