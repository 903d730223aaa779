package fleet

import (
	"cmp"
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

var _ Driver = (*Processes)(nil)

// Processes is the [Driver] for the processes of this machine; [Open] makes one.
type Processes struct {
	settings Settings
	cgroups  cgroups
	ports    *ports
	lock     *os.File

	closing context.Context // ends with Close
	stop    context.CancelFunc
	group   sync.WaitGroup // of everything that runs until then

	mu     sync.Mutex
	fleets map[string]*fleet
}

// fleet is the workers of one connector.
type fleet struct {
	turn    chan struct{}      // holds a value while somebody changes the fleet
	workers map[string]*worker // by id; guarded by Processes.mu
}

// Enforcement says in a sentence how the workers' capacity is kept.
func (d *Processes) Enforcement() string {
	if d.cgroups.root != "" {
		return "control groups in " + d.cgroups.root
	}
	watchdog := "restarts above the memory, GOMAXPROCS and GOMEMLIMIT"
	if !adoptable {
		watchdog = "GOMAXPROCS and GOMEMLIMIT"
	}
	return watchdog + "; no control groups: " + d.cgroups.why
}

// Workers implements [Driver].
func (d *Processes) Workers(name string) []Worker {
	var all []Worker
	for _, w := range d.members(name) {
		all = append(all, w.snapshot())
	}
	return all
}

// members returns the workers of a fleet, oldest first.
func (d *Processes) members(name string) []*worker {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.fleets[name]
	if f == nil {
		return nil
	}
	return slices.SortedFunc(maps.Values(f.workers), func(a, b *worker) int {
		return cmp.Or(a.created.Compare(b.created), strings.Compare(a.id, b.id))
	})
}

// all returns the workers of all fleets, in no order.
func (d *Processes) all() (all []*worker) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.fleets {
		all = slices.AppendSeq(all, maps.Values(f.workers))
	}
	return all
}

// Fleets implements [Driver].
func (d *Processes) Fleets() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for name, f := range d.fleets {
		if len(f.workers) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Close implements [Driver]. Except on Linux it stops the workers.
func (d *Processes) Close() error {
	d.mu.Lock()
	again := d.closing.Err() != nil
	d.stop()
	d.mu.Unlock()
	d.group.Wait()
	if again {
		return nil
	}
	d.cgroups.close()
	return d.lock.Close()
}

// fleet returns the fleet of a name, a new one if there is none.
func (d *Processes) fleet(name string) *fleet {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.fleets[name]
	if f == nil {
		f = &fleet{turn: make(chan struct{}, 1), workers: map[string]*worker{}}
		d.fleets[name] = f
	}
	return f
}

// change waits until nobody else changes the fleet. The caller calls done.
func (d *Processes) change(ctx context.Context, name string) (done func(), err error) {
	f := d.fleet(name)
	select {
	case f.turn <- struct{}{}:
		return func() { <-f.turn }, nil
	case <-d.closing.Done():
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// add makes a worker one of its fleet and lets it run. It is false when the driver is
// closed.
func (d *Processes) add(w *worker) bool {
	f := d.fleet(w.record.Fleet)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closing.Err() != nil {
		return false
	}
	f.workers[w.id] = w
	d.group.Go(func() { w.run(d.closing) })
	return true
}

func (d *Processes) drop(w *worker) {
	d.ports.release(w.record.Port, w.record.AdminPort)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.fleets[w.record.Fleet].workers, w.id)
}

func (d *Processes) event(e Event) {
	e.At = time.Now()
	d.settings.Events(e)
}
