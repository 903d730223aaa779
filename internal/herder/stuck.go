package herder

import "time"

// Stuck is a call of a connector or task that has not returned for longer than it
// should.
type Stuck struct {
	Call  string    // such as SourceTask.poll
	Since time.Time // when it was called
}

// StuckAfter is how long a call may last before it is reported.
const StuckAfter = time.Minute

// StuckIn returns a call that lasts too long, nil when it does not. A source may wait
// in Poll for as long as there is nothing.
func StuckIn(method string, since time.Time) *Stuck {
	if method == "Poll" || time.Since(since) < StuckAfter {
		return nil
	}
	return &Stuck{Call: method, Since: since}
}
