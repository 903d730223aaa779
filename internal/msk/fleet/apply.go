package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Apply implements [Driver].
func (d *Processes) Apply(ctx context.Context, s Spec) error {
	if err := s.check(); err != nil {
		return err
	}
	done, err := d.change(ctx, s.Fleet)
	if err != nil {
		return err
	}
	defer done()
	if err := leaveAll(ctx, surplus(d.members(s.Fleet), s.Workers)); err != nil {
		return err
	}
	if err := d.grow(ctx, s); err != nil {
		return err
	}
	return d.roll(ctx, s)
}

// Remove implements [Driver].
func (d *Processes) Remove(ctx context.Context, name string) error {
	if !goodName(name) {
		return nil
	}
	done, err := d.change(ctx, name)
	if err != nil {
		return err
	}
	defer done()
	if err := leaveAll(ctx, d.members(name)); err != nil {
		return err
	}
	_ = os.Remove(filepath.Join(d.settings.Dir, name)) // whatever else is in there stays
	return nil
}

// Restart implements [Driver].
func (d *Processes) Restart(ctx context.Context, name, id string) error {
	if !goodName(name) {
		return fmt.Errorf("fleet %q: %w", name, ErrNotFound)
	}
	done, err := d.change(ctx, name)
	if err != nil {
		return err
	}
	defer done()
	members := d.members(name)
	i := slices.IndexFunc(members, func(w *worker) bool { return w.id == id })
	if i < 0 {
		return fmt.Errorf("worker %q of fleet %s: %w", id, name, ErrNotFound)
	}
	again := func(ctx context.Context, w *worker) error { return w.restart(ctx, w.record) }
	if err := members[i].ask(ctx, again); err != nil {
		return err
	}
	return d.settings.Ready(ctx, members[i].snapshot())
}

// surplus returns the workers that must go: those that already should have gone, and
// of too many first those that do not run, then the youngest.
func surplus(members []*worker, want int) (going []*worker) {
	var idle, busy []*worker
	for _, w := range slices.Backward(members) {
		switch {
		case w.isLeaving():
			going = append(going, w)
		case w.snapshot().State == Running:
			busy = append(busy, w)
		default:
			idle = append(idle, w)
		}
	}
	rest := append(idle, busy...)
	return append(going, rest[:max(0, len(rest)-want)]...)
}

// leaveAll stops and removes workers, all at the same time.
func leaveAll(ctx context.Context, workers []*worker) error {
	errs := make([]error, len(workers))
	var group sync.WaitGroup
	for i, w := range workers {
		group.Go(func() {
			// One that was leaving since the driver was opened may be gone by now.
			if err := w.ask(ctx, leave); !errors.Is(err, ErrNotFound) {
				errs[i] = err
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func leave(ctx context.Context, w *worker) error { return w.leave(ctx) }

// grow starts the workers that are missing, and waits for them when all run.
func (d *Processes) grow(ctx context.Context, s Spec) error {
	var fresh []*worker
	for range s.Workers - len(d.members(s.Fleet)) {
		w, err := d.create(ctx, s)
		if err != nil {
			return err
		}
		fresh = append(fresh, w)
	}
	for _, w := range fresh {
		if err := d.settings.Ready(ctx, w.snapshot()); err != nil {
			return fmt.Errorf("wait for worker %s: %w", w.id, err)
		}
	}
	return nil
}

// create makes a worker and starts it.
func (d *Processes) create(ctx context.Context, s Spec) (*worker, error) {
	port, admin, err := d.ports.takePair()
	if err != nil {
		return nil, err
	}
	r := record{Fleet: s.Fleet, ID: newID(), Created: time.Now(), Port: port, AdminPort: admin}.with(s)
	dir, err := makeDir(d.settings.Dir, r)
	if err != nil {
		d.ports.release(port, admin)
		return nil, err
	}
	w := newWorker(d, dir, r, nil)
	if !d.add(w) {
		return nil, ErrClosed // the next Open starts it
	}
	begin := func(ctx context.Context, w *worker) error { return w.start(ctx, Started) }
	if err := w.ask(ctx, begin); err != nil {
		if ctx.Err() != nil || errors.Is(err, ErrClosed) {
			return nil, err
		}
		return nil, errors.Join(err, w.ask(ctx, leave))
	}
	return w, nil
}

// roll restarts the workers that run with other settings, each when the one before is
// ready.
func (d *Processes) roll(ctx context.Context, s Spec) error {
	for _, w := range d.members(s.Fleet) {
		turned := false
		turn := func(ctx context.Context, w *worker) error {
			next := w.record.with(s)
			if !w.differs(next) {
				return nil
			}
			turned = true
			return w.restart(ctx, next)
		}
		if err := w.ask(ctx, turn); err != nil {
			return fmt.Errorf("restart worker %s: %w", w.id, err)
		}
		if !turned {
			continue
		}
		if err := d.settings.Ready(ctx, w.snapshot()); err != nil {
			return fmt.Errorf("wait for worker %s: %w", w.id, err)
		}
	}
	return nil
}
