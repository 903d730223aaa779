package operate

import (
	"errors"

	"github.com/millrace/millrace/internal/msk/store"
)

// OpenWatched opens an engine whose goroutines tell of each step when it is stored and
// when it was done.
func OpenWatched(s EngineSettings, reached, passed func(store.Operation)) (*Engine, error) {
	e, err := newEngine(s)
	if err != nil {
		return nil, err
	}
	e.reached, e.passed = reached, passed
	if err := e.resume(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// Abandon makes an engine start nothing more, as if its process had been killed. The
// caller ends the goroutine that it is in.
func (e *Engine) Abandon() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop()
}
