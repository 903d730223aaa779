package configstore

import "github.com/millrace/millrace/internal/store/state"

// EventKind says what a record changed.
type EventKind uint8

// The kinds of events.
const (
	None EventKind = iota
	ConnectorUpdated
	ConnectorRemoved
	TasksUpdated
	TargetChanged
	SessionKeyUpdated
	RestartRequested
	LoggerUpdated
)

// Event is what a herder has to know of one record. Records read before the store
// was started give None.
type Event struct {
	Kind      EventKind
	Connector string // of the first four kinds
	Tasks     []state.TaskID
	Session   SessionKey
	Restart   state.RestartRequest
	Logger    string // the namespace
	Level     string // as it was written

	// Discarded says for the log why the record had no effect, "" when it had one.
	Discarded string
}

// SessionKey signs requests between workers.
type SessionKey struct {
	Key       []byte // a secret
	Algorithm string // in Java's spelling
	Created   int64  // milliseconds since 1970
}

// String does not show the key.
func (k SessionKey) String() string { return k.Algorithm + " session key" }

// GoString does not show the key.
func (k SessionKey) GoString() string { return k.String() }

func discarded(why string) Event { return Event{Discarded: why} }
