package fleet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	lockName = "lock"
	// lockTime is how long the lock is waited for: a process that a driver was just
	// starting when it was killed holds it until that process has become a worker,
	// and can be seen as one.
	lockTime = 5 * time.Second
	lockPoll = 10 * time.Millisecond
)

// Open makes the driver of a directory. It takes over the workers that run, starts those
// that should run, goes on with removals, and clears away what an earlier driver left
// half done. One directory has one driver at a time.
func Open(settings Settings) (*Processes, error) {
	s, err := settings.withDefaults()
	if err != nil {
		return nil, err
	}
	lock, err := waitForLock(filepath.Join(s.Dir, lockName))
	if err != nil {
		return nil, err
	}
	d := &Processes{settings: s, ports: newPorts(s), lock: lock, fleets: map[string]*fleet{}}
	d.closing, d.stop = context.WithCancel(context.Background())
	if s.NoCgroups {
		d.cgroups = cgroups{why: "switched off"}
	} else {
		d.cgroups = openCgroups(s.Dir)
	}
	if err := d.takeOver(); err != nil {
		return nil, errors.Join(fmt.Errorf("take over the workers in %s: %w", s.Dir, err), d.Close())
	}
	d.group.Go(d.watch)
	d.group.Go(d.cutLogs)
	d.group.Go(d.attend)
	return d, nil
}

func waitForLock(path string) (*os.File, error) {
	for end := time.Now().Add(lockTime); ; time.Sleep(lockPoll) {
		f, err := lockFile(path)
		if err == nil {
			return f, nil
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("lock %s, which another driver may use: %w", path, err)
		}
	}
}

// takeOver finds the workers of the directory and lets them run.
func (d *Processes) takeOver() error {
	found, err := findMarked(d.settings.Dir)
	if err != nil {
		return fmt.Errorf("look for processes: %w", err)
	}
	records, broken, err := d.readRecords()
	if err != nil {
		return err
	}
	var workers []*worker
	for _, r := range records {
		w, err := d.recall(r, found)
		if err != nil {
			return err
		}
		workers = append(workers, w)
	}
	strangers := slices.DeleteFunc(found, func(m marked) bool {
		return slices.ContainsFunc(workers, func(w *worker) bool {
			return w.process != nil && w.process.Identity.PID == m.session
		})
	})
	if err := killAll(d.closing, strangers); err != nil {
		return err
	}
	for _, m := range strangers {
		d.discarded(m.dir, m.PID, "a process without a worker was stopped")
	}
	for _, dir := range broken {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		d.discarded(dir, 0, "the directory of a worker was half made, and was removed")
	}
	d.begin(workers)
	return nil
}

// readRecords reads the directories of all workers, and names those that are of none.
func (d *Processes) readRecords() (records []record, broken []string, err error) {
	fleets, err := os.ReadDir(d.settings.Dir)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range fleets {
		if !f.IsDir() || !goodName(f.Name()) {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(d.settings.Dir, f.Name()))
		if err != nil {
			return nil, nil, err
		}
		for _, e := range entries {
			half := strings.HasPrefix(e.Name(), newPrefix)
			if !half && !strings.HasPrefix(e.Name(), idPrefix) {
				continue
			}
			dir := filepath.Join(d.settings.Dir, f.Name(), e.Name())
			r, err := readRecord(d.settings.Dir, f.Name(), e.Name())
			switch {
			case half || incomplete(err):
				d.settings.Log.Warn("The directory of a worker is not complete", "dir", dir, "err", err)
				broken = append(broken, dir)
			case err != nil:
				return nil, nil, fmt.Errorf("read the record of a worker: %w", err)
			default:
				records = append(records, r)
			}
		}
	}
	return records, broken, nil
}

// incomplete reports whether an error of readRecord is about what is in the directory.
// Others, as of the disk, are no reason to remove it.
func incomplete(err error) bool {
	var path *fs.PathError
	return err != nil && (!errors.As(err, &path) || errors.Is(err, fs.ErrNotExist))
}

// recall makes a worker of a record, with its process if that runs.
func (d *Processes) recall(r record, found []marked) (*worker, error) {
	dir := filepath.Join(d.settings.Dir, r.Fleet, r.ID)
	d.ports.keep(r.Port, r.AdminPort)
	var s started
	err := readJSON(filepath.Join(dir, processFile), &s)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.settings.Log.Warn("The note of a worker's process cannot be read", "worker", r.ID, "err", err)
	}
	if !s.Identity.alive() {
		if s, err = unnoted(dir, r, found); err != nil {
			return nil, err
		}
	}
	w := newWorker(d, dir, r, nil)
	w.startAt = time.Now()
	if s.Identity.PID == 0 {
		return w, nil
	}
	if !adoptable {
		return nil, fmt.Errorf("process %d may be the worker in %s; this system cannot tell: stop it and remove %s there", s.Identity.PID, dir, processFile)
	}
	w.process, err = adopt(s)
	if errors.Is(err, os.ErrProcessDone) { // it has just ended
		w.process, err = nil, nil
	}
	w.show()
	return w, err
}

// unnoted returns the process of a worker that was started by a driver which did not
// live to note it; the zero value for none.
func unnoted(dir string, r record, found []marked) (s started, err error) {
	i := slices.IndexFunc(found, func(m marked) bool { return m.dir == dir && m.leads() })
	if i < 0 {
		return started{}, nil
	}
	s = started{Identity: found[i].identity, Started: time.Now(), Revision: r.revision()}
	return s, writeJSON(filepath.Join(dir, processFile), s)
}

// begin lets workers run.
func (d *Processes) begin(workers []*worker) {
	for _, w := range workers {
		if pid := w.snapshot().PID; pid != 0 {
			w.tell(Adopted, pid, "", nil)
		}
		d.add(w)
	}
}

func (d *Processes) discarded(dir string, pid int, reason string) {
	fleet, id := filepath.Split(dir)
	d.event(Event{Kind: Discarded, Fleet: filepath.Base(fleet), Worker: strings.TrimPrefix(id, newPrefix), PID: pid, Reason: reason})
}
