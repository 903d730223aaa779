package protocol

// Errors that a leader reports in an assignment.
const (
	NoError        int16 = 0
	ConfigMismatch int16 = 1 // the leader has not read the configurations as far as a member
)

// Assignment is what the leader of a group gives to one worker.
type Assignment struct {
	Version      int16  // of the message it was read from; ignored when written
	Error        int16  // NoError or ConfigMismatch
	Leader       string // member id
	LeaderURL    string // advertised, for requests
	ConfigOffset int64  // how far a worker must have read the configurations
	Assigned     Work   // eager: all of the worker's; cooperative: what it gets anew

	// Cooperative only.
	Revoked Work  // to stop
	Delay   int32 // milliseconds after which the worker joins again; 0 for none

	// HandsOver tells that the leader gives the work of a worker that says it is
	// leaving to others at once. Cooperative only; a Java worker never sets it and
	// ignores it.
	HandsOver bool
}

// AppendAssignment appends an assignment in the form of a mode. Eager has no
// place for what is revoked and for the delay. The error is a *SchemaError.
func AppendAssignment(dst []byte, m Mode, a *Assignment) ([]byte, error) {
	w := writer{b: dst}
	w.assignment(m, a)
	w.trailer(m, a.HandsOver)
	return w.done(dst)
}

func (w *writer) assignment(m Mode, a *Assignment) {
	w.int16(m.Version())
	w.int16(a.Error)
	w.string("leader", a.Leader)
	w.string("leader-url", a.LeaderURL)
	w.int64(a.ConfigOffset)
	w.work(a.Assigned)
	if m.Cooperative() {
		w.work(a.Revoked)
		w.int32(a.Delay)
	}
}

func (w *writer) work(work Work) {
	entries := work.entries()
	w.int32(int32(len(entries)))
	for _, e := range entries {
		w.string("connector", e.connector)
		w.int32(int32(len(e.tasks)))
		for _, task := range e.tasks {
			w.int32(int32(task))
		}
	}
}

// ReadAssignment reads an assignment of any version, of which parts at the end
// may be missing. The error is a *SchemaError. Nothing of src is kept.
func ReadAssignment(src []byte) (*Assignment, error) {
	r := &reader{b: src}
	a := r.cooperativeAssignment()
	a.HandsOver = r.trailer()
	return finish(r, a)
}

// ReadEagerAssignment reads the part of an assignment that version 0 has; the
// rest is left unread. The error is a *SchemaError.
func ReadEagerAssignment(src []byte) (*Assignment, error) {
	r := &reader{b: src}
	a := &Assignment{Version: r.version()}
	r.preamble(a, r.field)
	r.field("assignment", func() { a.Assigned = r.work(false) })
	return finish(r, a)
}

func (r *reader) cooperativeAssignment() *Assignment {
	a := &Assignment{Version: r.version()}
	r.preamble(a, r.required)
	r.optional("assignment", func() { a.Assigned = r.work(true) })
	r.optional("revoked", func() { a.Revoked = r.work(true) })
	r.optional("delay", func() { a.Delay = r.int32() })
	return a
}

func (r *reader) preamble(a *Assignment, field func(string, func())) {
	field("error", func() { a.Error = r.int16() })
	field("leader", func() { a.Leader = r.string() })
	field("leader-url", func() { a.LeaderURL = r.string() })
	field("config-offset", func() { a.ConfigOffset = r.int64() })
}

func (r *reader) work(nullable bool) Work {
	var w Work
	for n := r.count(nullable); n > 0 && r.err == nil; n-- {
		w.add(r.entry())
	}
	return w
}

func (r *reader) entry() entry {
	var e entry
	r.field("connector", func() { e.connector = r.string() })
	r.field("tasks", func() {
		for n := r.count(false); n > 0 && r.err == nil; n-- {
			e.tasks = append(e.tasks, int(r.int32()))
		}
	})
	return e
}
