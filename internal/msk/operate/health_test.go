package operate

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/internal/restclient"
)

// statusOf makes a status of states, the connector's first.
func statusOf(states string) restclient.Status {
	s := restclient.Status{Name: "c"}
	for i, state := range strings.Fields(states) {
		one := restclient.State{State: state, Trace: "java.lang.Bad: it is broken\n\tat a.b.C(D.java:1)\nCaused by: deeper\n\t... 3 more\n"}
		if i == 0 {
			s.Connector = one
			continue
		}
		s.Tasks = append(s.Tasks, restclient.TaskState{ID: i - 1, State: one})
	}
	return s
}

func TestVerdicts(t *testing.T) {
	const tasks, quiet = 2 * time.Second, time.Second
	for _, c := range []struct {
		name     string
		verdict  func() verdict
		statuses string // one a second, with the outcome: no, yes, or a part of an error
	}{
		{"started", func() verdict { return started(tasks) }, "UNASSIGNED no|RUNNING UNASSIGNED no|RUNNING RUNNING UNASSIGNED no|RUNNING RUNNING FAILED yes"},
		{"without tasks", func() verdict { return started(tasks) }, "RUNNING no|RUNNING no|RUNNING yes"},
		{"failed", func() verdict { return started(tasks) }, "FAILED the connector has failed: java.lang.Bad: it is broken\nCaused by: deeper"},
		{"healthy", func() verdict { return healthy(tasks, 0) }, "RUNNING RESTARTING no|RUNNING RUNNING yes"},
		{"task failed", func() verdict { return healthy(tasks, 0) }, "RUNNING RUNNING FAILED task 1 has failed: java.lang.Bad: it is broken\nCaused by: deeper"},
		{"task had failed", func() verdict { return healthy(tasks, 1) }, "RUNNING FAILED yes"},
		{"lasting", func() verdict { return lasting(quiet, restarted) }, "RUNNING RUNNING no|RUNNING RESTARTING no|RUNNING RUNNING no|RUNNING RUNNING yes"},
		{"paused", func() verdict { return paused }, "RUNNING RUNNING no|PAUSED RUNNING no|PAUSED PAUSED FAILED yes"},
	} {
		synctest.Test(t, func(t *testing.T) {
			good := c.verdict()
			for i, line := range strings.Split(c.statuses, "|") {
				states, want := line, ""
				for _, word := range []string{" no", " yes", " the ", " task "} {
					if at := strings.Index(line, word); at >= 0 && (want == "" || at < len(states)) {
						states, want = line[:at], strings.TrimSpace(line[at:])
					}
				}
				done, err := good(statusOf(states))
				got := map[bool]string{false: "no", true: "yes"}[done]
				if err != nil {
					got = err.Error()
				}
				if got != want {
					t.Errorf("%s, status %d: %q, want %q", c.name, i, got, want)
				}
				time.Sleep(time.Second)
			}
		})
	}
}

func TestFailureTexts(t *testing.T) {
	long := reason(Failed("C", "%s", strings.Repeat("ü", maxReason)))
	if len(long.Message) > maxReason+3 || !strings.HasSuffix(long.Message, "ü...") || long.Code != "C" {
		t.Errorf("%d bytes, %s", len(long.Message), long.Code)
	}
	if got := firstLines(""); got != "there is no trace; see the logs of its workers" {
		t.Error(got)
	}
	if got := withoutPath("millrace: worker configuration /a/b/worker.properties: bad key"); got != "bad key" {
		t.Error(got)
	}
}
