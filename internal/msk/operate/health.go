package operate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/restclient"
)

// States of connectors and tasks in the Connect REST API.
const (
	stateRunning    = "RUNNING"
	stateFailed     = "FAILED"
	statePaused     = "PAUSED"
	stateUnassigned = "UNASSIGNED"
	stateRestarting = "RESTARTING"
)

const maxTraceLines = 6

// verdict says whether a status is the one that is waited for. An error ends the wait.
type verdict func(restclient.Status) (bool, error)

// await asks for the status until it is as it should be, at most for a time.
func (w workers) await(ctx context.Context, name string, most time.Duration, good verdict) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var last restclient.Status
	for {
		s, err := w.status(ctx, name)
		if err != nil && !restclient.IsNotFound(err) {
			return err
		}
		if err == nil {
			last = s
			if done, err := good(s); done || err != nil {
				return err
			}
		}
		if !sleep(ctx, askAgain) {
			return Failed(model.ReasonUnknown, "after %s the connector has not come so far: %s; see the logs of its workers", most, describe(last))
		}
	}
}

// describe says what a connector and its tasks do.
func describe(s restclient.Status) string {
	if s.Name == "" {
		return "its workers have not taken it up"
	}
	text := "it is " + activity(s.Connector)
	for _, t := range s.Tasks {
		text += fmt.Sprintf(", task %d is %s", t.ID, activity(t.State))
	}
	return text
}

func activity(s restclient.State) string {
	if s.StuckCall != "" {
		return fmt.Sprintf("%s (%s does not return since %s)", s.State, s.StuckCall, s.StuckSince)
	}
	return s.State
}

// started waits for a connector to run, with its tasks started or failed: a task that
// fails is the concern of [healthy].
func started(tasks time.Duration) verdict {
	var running time.Time
	return func(s restclient.Status) (bool, error) {
		switch {
		case s.Connector.State == stateFailed:
			return false, connectorFailed(s)
		case s.Connector.State != stateRunning:
			return false, nil
		case len(s.Tasks) > 0:
			return allIn(s, stateRunning, stateFailed), nil
		case running.IsZero():
			running = time.Now()
		}
		// A sink without topics, say, has no tasks.
		return time.Since(running) >= tasks, nil
	}
}

// healthy waits for a connector to run without more failed tasks than there were before.
func healthy(tasks time.Duration, failedBefore int) verdict {
	up := started(tasks)
	return func(s restclient.Status) (bool, error) {
		done, err := up(s)
		if err == nil && failedTasks(s) > failedBefore {
			err = taskFailed(s)
		}
		return done, err
	}
}

// paused waits for a connector and its tasks to be paused; a task that has failed
// stays so.
func paused(s restclient.Status) (bool, error) {
	return slices.Contains([]string{statePaused, stateFailed}, s.Connector.State) && allIn(s, statePaused, stateFailed), nil
}

// restarted waits for whatever restarts to be through with it.
func restarted(s restclient.Status) (bool, error) {
	if s.Connector.State == stateFailed {
		return false, connectorFailed(s)
	}
	return s.Connector.State == stateRunning && allIn(s, stateRunning, stateFailed), nil
}

// lasting waits until a verdict has been good for some time: workers take up a request
// a moment after they have answered it.
func lasting(quiet time.Duration, good verdict) verdict {
	var since time.Time
	return func(s restclient.Status) (bool, error) {
		done, err := good(s)
		if err != nil || !done {
			since = time.Time{}
			return false, err
		}
		if since.IsZero() {
			since = time.Now()
		}
		return time.Since(since) >= quiet, nil
	}
}

func allIn(s restclient.Status, states ...string) bool {
	return !slices.ContainsFunc(s.Tasks, func(t restclient.TaskState) bool { return !slices.Contains(states, t.State.State) })
}

func failedTasks(s restclient.Status) (n int) {
	for _, t := range s.Tasks {
		if t.State.State == stateFailed {
			n++
		}
	}
	return n
}

func connectorFailed(s restclient.Status) *Failure {
	return Failed(model.ReasonUnknown, "the connector has failed: %s", firstLines(s.Connector.Trace))
}

func taskFailed(s restclient.Status) *Failure {
	for _, t := range s.Tasks {
		if t.State.State == stateFailed {
			return Failed(model.ReasonUnknown, "task %d has failed: %s", t.ID, firstLines(t.Trace))
		}
	}
	return Failed(model.ReasonUnknown, "a task has failed")
}

// firstLines leaves out of a Java stack trace what only developers read: the messages
// of the exception and its causes stay.
func firstLines(trace string) string {
	var kept []string
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "at ") || strings.HasPrefix(line, "... ") {
			continue
		}
		if kept = append(kept, line); len(kept) == maxTraceLines {
			break
		}
	}
	if len(kept) == 0 {
		return "there is no trace; see the logs of its workers"
	}
	return strings.Join(kept, "\n")
}
