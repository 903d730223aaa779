package worker

import (
	"fmt"
	"path"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// watch knows which call into a plugin is under way. The owner of the plugin
// makes the calls; anybody may look.
type watch struct{ current atomic.Pointer[Call] }

// Call is a call into a plugin that has not returned.
type Call struct {
	Method string
	Since  time.Time
}

// do makes a call and turns a panic into an error.
func (w *watch) do(method string, f func() error) (err error) {
	w.current.Store(&Call{method, time.Now()})
	defer w.current.Store(nil)
	defer recoverInto(&err, method)
	return f()
}

// call returns the call under way, nil when there is none.
func (w *watch) call() *Call { return w.current.Load() }

// recoverInto is deferred around calls into plugins.
func recoverInto(err *error, method string) {
	if p := recover(); p != nil {
		*err = &PanicError{Method: method, Value: p, Stack: debug.Stack()}
	}
}

// PanicError is a panic of a plugin.
type PanicError struct {
	Method string
	Value  any
	Stack  []byte
}

// Error tells the call and what was thrown.
func (e *PanicError) Error() string { return fmt.Sprintf("panic in %s: %v", e.Method, e.Value) }

// Unwrap returns what was thrown when that was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// StackText returns the goroutine's stack.
func (e *PanicError) StackText() string { return string(e.Stack) }

// Frames returns the calls that led to the panic, innermost first, as a Java stack
// trace names them: function(file:line).
func (e *PanicError) Frames() []string {
	text := string(e.Stack)
	if i := strings.LastIndex(text, "\npanic("); i >= 0 {
		text = text[i+1:]
	}
	var frames []string
	lines := strings.Split(text, "\n")
	for i := 0; i+1 < len(lines); i++ {
		place, ok := strings.CutPrefix(lines[i+1], "\t")
		if !ok || strings.HasPrefix(lines[i], "panic(") {
			continue
		}
		place, _, _ = strings.Cut(place, " +0x")
		function := strings.TrimPrefix(lines[i], "created by ")
		if end := strings.LastIndexByte(function, '('); end > 0 {
			function = function[:end]
		}
		frames = append(frames, function+"("+path.Base(place)+")")
	}
	return frames
}
