package connecttest

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// recorder takes the failures of a check.
type recorder struct {
	testing.TB
	ctx context.Context

	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (r *recorder) fail(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, text)
}

func (r *recorder) Errorf(format string, args ...any) { r.fail(fmt.Sprintf(format, args...)) }
func (r *recorder) Error(args ...any)                 { r.fail(fmt.Sprintln(args...)) }
func (r *recorder) Helper()                           {}
func (r *recorder) Context() context.Context          { return r.ctx }
func (r *recorder) Cleanup(f func())                  { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}

// failuresOf runs a check and returns what it found.
func failuresOf(t *testing.T, c check) []string {
	r := &recorder{TB: t, ctx: t.Context()}
	inGoroutine(func() { c.run(r) })
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		inGoroutine(r.cleanups[i])
	}
	return r.failures
}

func inGoroutine(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// expect runs checks and wants the named one to fail with a text; others may fail, too.
// With want "" all must be well.
func expect(t *testing.T, checks []check, name, want string) {
	t.Helper()
	found := false
	for _, c := range checks {
		failures := failuresOf(t, c)
		if want != "" && c.name == name {
			found = strings.Contains(strings.Join(failures, "\n"), want)
			if !found {
				t.Errorf("%s: want a failure with %q, got %q", c.name, want, failures)
			}
			continue
		}
		if want == "" && len(failures) > 0 {
			t.Errorf("%s: %q", c.name, failures)
		}
	}
	if want != "" && !found {
		t.Errorf("check %q found nothing", name)
	}
}
