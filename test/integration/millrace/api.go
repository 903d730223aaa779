package millrace

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

const (
	requestWindow = 40 * time.Second
	stateWindow   = 40 * time.Second
)

// States of connectors and tasks.
const (
	Running = "RUNNING"
	Paused  = "PAUSED"
	Stopped = "STOPPED"
	Failed  = "FAILED"
)

// Status is the status of a connector as the REST API tells it.
type Status struct {
	Connector State   `json:"connector"`
	Tasks     []State `json:"tasks"`
}

// State is the state of a connector or a task.
type State struct {
	ID    int    `json:"id"`
	State string `json:"state"`
	Trace string `json:"trace"`
}

// call makes a request whose body, unless nil, is sent as JSON.
func (w *Worker) call(method, path string, body any) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), requestWindow)
	defer cancel()
	var text []byte
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return 0, nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// Call makes a request and returns whatever the worker answers.
func (w *Worker) Call(t testing.TB, method, path string, body any) (status int, answer string) {
	t.Helper()
	status, text, err := w.call(method, path, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return status, string(text)
}

// Do makes a request without a body that must succeed.
func (w *Worker) Do(t testing.TB, method, path string) {
	t.Helper()
	if status, answer := w.Call(t, method, path, nil); status >= 300 {
		t.Fatalf("%s %s: status %d: %s", method, path, status, answer)
	}
}

// Create creates a connector, which must succeed.
func (w *Worker) Create(t testing.TB, name string, config map[string]string) {
	t.Helper()
	status, answer := w.Call(t, "POST", "/connectors", map[string]any{"name": name, "config": config})
	if status != http.StatusCreated {
		t.Fatalf("create connector %s: status %d: %s", name, status, answer)
	}
}

// Status returns the status of a connector, which must exist.
func (w *Worker) Status(t testing.TB, name string) Status {
	t.Helper()
	s, err := w.status(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *Worker) status(name string) (s Status, err error) {
	code, answer, err := w.call("GET", "/connectors/"+name+"/status", nil)
	if err == nil && code != http.StatusOK {
		err = fmt.Errorf("status %d, %s", code, answer)
	}
	if err == nil {
		err = json.Unmarshal(answer, &s)
	}
	if err != nil {
		return s, fmt.Errorf("status of connector %s: %w", name, err)
	}
	return s, nil
}

// AwaitState waits until the connector and all its tasks, of which there are n, are
// in a state.
func (w *Worker) AwaitState(t testing.TB, name, state string, n int) {
	t.Helper()
	Await(t, stateWindow, "connector "+name+" to be "+state, func() error {
		s, err := w.status(name)
		if err == nil && (s.Connector.State != state || !s.tasksAre(state, n)) {
			err = fmt.Errorf("it is %+v", s)
		}
		return err
	})
}

func (s Status) tasksAre(state string, n int) bool {
	for _, task := range s.Tasks {
		if task.State != state {
			return false
		}
	}
	return len(s.Tasks) == n
}

// AwaitFailedTask waits until a task of the connector has failed and returns its
// trace.
func (w *Worker) AwaitFailedTask(t testing.TB, name string) (trace string) {
	t.Helper()
	Await(t, stateWindow, "a task of connector "+name+" to fail", func() error {
		s, err := w.status(name)
		if err != nil {
			return err
		}
		for _, task := range s.Tasks {
			if task.State == Failed {
				trace = task.Trace
				return nil
			}
		}
		return fmt.Errorf("it is %+v", s)
	})
	return trace
}

// RequireRunning fails the test unless the connector and all its tasks, at least one,
// are running.
func (w *Worker) RequireRunning(t testing.TB, name string) {
	t.Helper()
	s := w.Status(t, name)
	if s.Connector.State != Running || len(s.Tasks) == 0 || !s.tasksAre(Running, len(s.Tasks)) {
		t.Fatalf("connector %s does not run: %+v", name, s)
	}
}
