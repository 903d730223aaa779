package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
)

const shownDiffs = 10

// outcome counts the cases of an area by what became of them.
type outcome struct {
	passed, failed int
	tolerated      int            // differ, but the JDK's version decides
	skipped        map[string]int // by reason
	diffs          []string       // of the first failures
}

// notApplicable is returned by an op for a case that has no counterpart in Go.
type notApplicable struct{ reason string }

func (n notApplicable) Error() string { return "not applicable: " + n.reason }

// skip leaves a case out; it is counted and printed with its reason.
func skip(reason string) error { return notApplicable{reason} }

// unknownOp is the error of an op that the test does not know: the case fails.
func unknownOp(c *Case) error { return malformed{fmt.Errorf("unknown op %s", c.Op)} }

// run gives every case of an area to do and compares what it returns with what
// Java did. do returns a value (see match for what it may be) or an error.
func run(t *testing.T, area string, do func(c *Case) (any, error)) {
	t.Helper()
	o := &outcome{skipped: map[string]int{}}
	cases(t, area, func(c *Case) { o.add(c, attempt(c, do)) })
	o.report(t, area)
}

// attempt returns what is wrong with the result of a case, nil for nothing.
func attempt(c *Case, do func(*Case) (any, error)) (problem error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case malformed:
			problem = p
		case notApplicable:
			problem = p
		default:
			problem = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	got, err := do(c)
	switch err.(type) {
	case notApplicable, malformed:
		return err
	}
	if c.Error != nil {
		return c.matchError(err, got)
	}
	if err != nil {
		return fmt.Errorf("error %q, want %s", describe(err), clip(c.Output))
	}
	if problem := c.match(c.Output, got); problem != nil {
		if c.drained {
			return skip("a buffer was recorded after it was read")
		}
		return fmt.Errorf("%w\n      want %s", problem, clip(c.Output))
	}
	return nil
}

func clip(raw json.RawMessage) string {
	if len(raw) > 600 {
		return string(raw[:600]) + "…"
	}
	return string(raw)
}

func (o *outcome) add(c *Case, problem error) {
	var na notApplicable
	switch {
	case problem == nil:
		o.passed++
	case errors.As(problem, &na):
		o.skipped[na.reason]++
	case c.JDKSensitive:
		o.tolerated++
	default:
		o.failed++
		if len(o.diffs) < shownDiffs {
			o.diffs = append(o.diffs, fmt.Sprintf("%s %s: %v\n      input %s %s", c.ID, c.Op, problem, clip(c.Config), clip(c.Input)))
		}
	}
}

func (o *outcome) report(t *testing.T, area string) {
	t.Helper()
	skipped := 0
	var reasons strings.Builder
	for reason, n := range o.skipped {
		skipped += n
		fmt.Fprintf(&reasons, "; %d skipped: %s", n, reason)
	}
	total := o.passed + o.failed + o.tolerated + skipped
	fmt.Printf("%s: %d cases, %d passed, %d failed, %d jdk-sensitive%s\n", area, total, o.passed, o.failed, o.tolerated, reasons.String())
	for _, d := range o.diffs {
		t.Error(d)
	}
	if o.failed > len(o.diffs) {
		t.Errorf("%s: and %d more", area, o.failed-len(o.diffs))
	}
}
