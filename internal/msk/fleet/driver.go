package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors of a [Driver].
var (
	// ErrNotFound is about a fleet or a worker that does not exist.
	ErrNotFound = errors.New("no such fleet or worker")
	// ErrClosed is the answer of a driver after Close.
	ErrClosed = errors.New("the fleet driver is closed")
)

// Driver runs fleets. Its methods may be called concurrently; those that change one
// fleet wait for each other.
type Driver interface {
	// Apply makes a fleet be as the spec says: it removes workers that are too many,
	// starts those that are missing, and restarts, one after the other, those that
	// run with other settings. It blocks until each worker that it started is ready.
	// When it gives up, with ctx or an error, the fleet stays as far as it came;
	// another Apply, of this spec or an older one, goes on from there.
	Apply(ctx context.Context, s Spec) error
	// Remove stops the workers of a fleet and forgets them with all they left on
	// disk. To remove what does not exist is no error.
	Remove(ctx context.Context, fleet string) error
	// Restart stops one worker and starts it again as the same one, and blocks until
	// it is ready.
	Restart(ctx context.Context, fleet, worker string) error
	// Workers returns the workers of a fleet, oldest first.
	Workers(fleet string) []Worker
	// Fleets returns the names of the fleets that have workers, sorted.
	Fleets() []string
	// Close lets go of the workers, which live on where that is possible.
	Close() error
}

// Spec says how a fleet shall be.
type Spec struct {
	// Fleet is the name: letters, digits, dot, underscore and hyphen, at most 200.
	Fleet string
	// Workers is how many there shall be, MCUs the size of each; both are at least 1.
	Workers, MCUs int
	// Properties are the workers' properties. The driver adds listeners,
	// admin.listeners and rest.advertised.*.
	Properties map[string]string
	// Env is added to the workers' environment. It may hold credentials; it is kept
	// in a file that only this user can read.
	Env map[string]string
}

const maxFleetName = 200

// goodName keeps to what is a file name everywhere, and not a hidden one.
func goodName(name string) bool {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-", r)
	}
	return name != "" && name[0] != '.' && len(name) <= maxFleetName && !strings.ContainsFunc(name, odd)
}

func (s Spec) check() error {
	var errs []error
	if !goodName(s.Fleet) {
		errs = append(errs, fmt.Errorf("%q cannot be the name of a fleet", s.Fleet))
	}
	if s.Workers < 1 {
		errs = append(errs, fmt.Errorf("fleet %s has %d workers; it needs at least 1", s.Fleet, s.Workers))
	}
	if s.MCUs < 1 {
		errs = append(errs, fmt.Errorf("fleet %s has workers of %d MCUs; each needs at least 1", s.Fleet, s.MCUs))
	}
	return errors.Join(errs...)
}

// State is what a worker is doing.
type State string

// The states of a worker.
const (
	Running  State = "RUNNING"
	Waiting  State = "WAITING" // it died again and again, and will be started later
	Stopping State = "STOPPING"
)

// Worker is a snapshot of one worker.
type Worker struct {
	Fleet string
	ID    string // Worker- and 17 hexadecimal digits
	// URL is the advertised address of the REST API, AdminURL that of the admin
	// listener.
	URL, AdminURL string
	MCUs          int
	Memory        int64 // in bytes, of all its MCUs
	Created       time.Time

	State State
	// PID is the id of the process, 0 for none. Started is when it was started.
	PID     int
	Started time.Time
	// Restarts counts the processes after the first since the driver was opened;
	// LastDeath says why the last one ended, "" for never.
	Restarts  int
	LastDeath string
	Usage     Usage
	// LogFile is where the output goes, its older part in files of that name and .1,
	// .2 and so on. When the file gets shorter, what was in it continues to be in .1
	// at the same offset, unless more than a whole file was written in the meantime.
	LogFile string
}

// Usage is what a worker and the processes that it started use.
type Usage struct {
	At time.Time // zero before the first sample, and where nothing can be measured
	// CPUPercent is the average since the sample before, of all the worker's MCUs.
	// It is negative in the first sample of a process.
	CPUPercent float64
	// MemoryPercent is of the worker's memory; MemoryBytes is resident.
	MemoryPercent float64
	MemoryBytes   int64
}
