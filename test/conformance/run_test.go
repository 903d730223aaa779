package conformance

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"testing"
)

const shownDiffs = 10

// outcome counts the cases of an area by what became of them.
type outcome struct {
	passed, failed int
	tolerated      int      // differ, but the JDK's version decides
	diffs          []string // of the first failures
}

// unknownOp is the error of an op that the test does not know: the case fails.
func unknownOp(c *Case) error { return malformed{fmt.Errorf("unknown op %s", c.Op)} }

// run gives every case of an area to do and compares what it returns with what
// Java did. do returns a value (see match for what it may be) or an error. No case is
// left out.
func run(t *testing.T, area string, do func(c *Case) (any, error)) {
	t.Helper()
	o := &outcome{}
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
		default:
			problem = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	got, err := do(c)
	if _, ok := err.(malformed); ok {
		return err
	}
	if c.Error != nil {
		return c.matchError(err, got)
	}
	if err != nil {
		return fmt.Errorf("error %q, want %s", describe(err), clip(c.Output))
	}
	if problem := c.match(c.Output, got); problem != nil {
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
	switch {
	case problem == nil:
		o.passed++
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
	total := o.passed + o.failed + o.tolerated
	fmt.Printf("%s: %d cases, %d passed, %d failed, %d jdk-sensitive\n", area, total, o.passed, o.failed, o.tolerated)
	for _, d := range o.diffs {
		t.Error(d)
	}
	if o.failed > len(o.diffs) {
		t.Errorf("%s: and %d more", area, o.failed-len(o.diffs))
	}
}
