package herder

import (
	"time"

	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/worker"
)

// StuckAfter is how long a call may last before it is reported.
const StuckAfter = time.Minute

// IsStuck tells whether a call lasts too long. A source may wait in Poll for as long as
// there is nothing.
func IsStuck(method string, since time.Time) bool {
	return method != "Poll" && time.Since(since) >= StuckAfter
}

// StuckIn returns a call that lasts too long; call is nil when nothing is called.
func StuckIn(call *worker.Call) state.Stuck {
	if call == nil || !IsStuck(call.Method, call.Since) {
		return state.Stuck{}
	}
	return state.Stuck{Call: call.Method, Since: call.Since}
}
