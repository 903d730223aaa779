package fleet

import "time"

// EventKind says what happened to a worker.
type EventKind string

// The kinds of events.
const (
	Started   EventKind = "STARTED"   // a new worker, or one that was to be restarted
	Adopted   EventKind = "ADOPTED"   // a worker that an earlier driver started
	Died      EventKind = "DIED"      // the process ended, did not answer, or could not be started
	Replaced  EventKind = "REPLACED"  // a process took the place of one that died
	Stopped   EventKind = "STOPPED"   // the process ended because it should
	Removed   EventKind = "REMOVED"   // the worker is gone
	TooLarge  EventKind = "TOO_LARGE" // stopped for using more than its memory
	Moved     EventKind = "MOVED"     // other ports, because others use the worker's
	Discarded EventKind = "DISCARDED" // what an interrupted driver left was cleared away
)

// Event is something that happened to a worker.
type Event struct {
	At     time.Time
	Kind   EventKind
	Fleet  string
	Worker string
	PID    int // 0 when there is no process
	// Reason is a sentence for people; Lines are the last lines of the log when a
	// process ended against its will.
	Reason string
	Lines  []string
}
