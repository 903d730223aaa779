package connecttest

import (
	"errors"
	"fmt"
	"runtime/debug"
	"testing"
	"time"
)

// check is one promise. It gets a testing.TB, so that the tests of this package can
// see it fail.
type check struct {
	name string
	run  func(t testing.TB)
}

func runAll(t *testing.T, checks []check) {
	t.Helper()
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

const (
	defaultPatience = 10 * time.Second
	atOnce          = 2 * time.Second // for what must return without waiting
)

// patience returns the time to wait for things that must happen.
func patience(d time.Duration) time.Duration {
	if d <= 0 {
		return defaultPatience
	}
	return d
}

// call calls a plugin. The test ends when it panics or does not return in time.
func call(t testing.TB, limit time.Duration, what string, f func() error) error {
	t.Helper()
	err := try(limit, what, f)
	var c *crash
	if errors.As(err, &c) {
		t.Fatal(c.text)
	}
	return err
}

// try is call for goroutines that may not end the test: it returns a *crash.
func try(limit time.Duration, what string, f func() error) error {
	done := make(chan error, 1)
	go func() {
		returned := false
		defer func() {
			if p := recover(); p != nil {
				done <- &crash{fmt.Sprintf("%s panicked: %v\n%s", what, p, debug.Stack())}
			} else if !returned {
				done <- &crash{what + " ended its goroutine"}
			}
		}()
		err := f()
		returned = true
		done <- err
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return &crash{fmt.Sprintf("%s did not return within %s", what, limit)}
	}
}

// must is call for what may not fail.
func must(t testing.TB, limit time.Duration, what string, f func() error) {
	t.Helper()
	if err := call(t, limit, what, f); err != nil {
		t.Fatalf("%s: %s", what, whole(err))
	}
}

type crash struct{ text string }

func (c *crash) Error() string { return c.text }

// whole returns the text of an error with those of its causes.
func whole(err error) string {
	text := ""
	for _, s := range texts(err) {
		if text != "" {
			text += ": "
		}
		text += s
	}
	return text
}

// texts returns the texts of an error and of all its causes.
func texts(err error) []string {
	if err == nil {
		return nil
	}
	all := []string{err.Error()}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		all = append(all, texts(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, cause := range e.Unwrap() {
			all = append(all, texts(cause)...)
		}
	}
	return all
}
