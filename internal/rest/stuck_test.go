package rest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/state"
)

// hanging is a herder whose connector and task hang.
type hanging struct{ *fakeHerder }

func (h hanging) ConnectorStatus(context.Context, string) (herder.Status, error) {
	since := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	run := state.Status{State: state.Running, WorkerID: "w:1", Version: "1"}
	connector, task := run, run
	connector.Stuck = state.Stuck{Call: "SourceConnector.taskConfigs", Since: since}
	task.Stuck = state.Stuck{Call: "SourceTask.poll", Since: since}
	return herder.Status{Name: "c", Connector: connector, Tasks: []herder.TaskStatus{{ID: 0, Status: task}, {ID: 1, Status: run}}}, nil
}

func (h hanging) TaskStatus(ctx context.Context, id state.TaskID) (herder.TaskStatus, error) {
	s, err := h.ConnectorStatus(ctx, id.Connector)
	return s.Tasks[id.Task], err
}

func (h hanging) Restart(ctx context.Context, r herder.RestartRequest) (herder.Status, error) {
	return h.ConnectorStatus(ctx, r.Connector)
}

func TestStuck(t *testing.T) {
	url := start(t, hanging{newFake()}, nil).URLs()[0]
	const (
		run   = `"state":"RUNNING","worker_id":"w:1","version":"1"`
		stuck = `,"stuck_call":"%s","stuck_since":"2026-01-02T02:04:05Z"`
		all   = `{"name":"c","connector":{` + run + `%s},"tasks":[{"id":0,` + run + `%s},{"id":1,` + run + `}],"type":"unknown"}`
	)
	connector, task := fmt.Sprintf(stuck, "SourceConnector.taskConfigs"), fmt.Sprintf(stuck, "SourceTask.poll")
	for request, want := range map[string]string{
		"GET /connectors/c/status":                     fmt.Sprintf(all, connector, task),
		"GET /connectors/c/tasks/0/status":             `{"id":0,` + run + task + `}`,
		"GET /connectors/c/tasks/1/status":             `{"id":1,` + run + `}`,
		"POST /connectors/c/restart?includeTasks=true": fmt.Sprintf(all, "", ""), // may go to a Java worker
	} {
		if _, body := ask(t, url, request, ""); body != want {
			t.Errorf("%s: got %s", request, body)
		}
	}
}

// TestRestartRefused has the texts for what is not there.
func TestRestartRefused(t *testing.T) {
	h := newFake()
	url := start(t, h, nil).URLs()[0]
	h.restart = func() (herder.Status, error) {
		return herder.Status{}, herder.Fail(herder.NotFound, "Status for connector src not found")
	}
	for request, want := range map[string]string{
		"POST /connectors/src/restart?includeTasks=true":  "Status for connector src not found",
		"POST /connectors/none/restart?includeTasks=true": "Unknown connector: none",
		"POST /connectors/none/restart":                   "Unknown connector: none",
	} {
		if status, body := ask(t, url, request, ""); status != 404 || messageOf(t, body) != want {
			t.Errorf("%s: got %d %s", request, status, body)
		}
	}
}

// TestTimeOutsOfHerder has the texts of a herder that tells what it is at.
func TestTimeOutsOfHerder(t *testing.T) {
	const text = "Request timed out. The worker is currently polling, which began at 2026-01-01T00:00:00Z."
	h := newFake()
	late := herder.Fail(herder.TimedOut, text)
	h.put = func(context.Context, herder.PutRequest) (herder.Connector, bool, error) {
		return herder.Connector{}, false, late
	}
	h.validate = func(map[string]string, map[string]bool) (*herder.Validation, error) { return nil, late }
	url := start(t, h, nil).URLs()[0]
	config := `{"connector.class":"C"}`
	if status, body := ask(t, url, "PUT /connectors/c/config\nContent-Type: application/json", config); status != 500 || messageOf(t, body) != text {
		t.Errorf("got %d %s", status, body)
	}
	validate := "PUT /connector-plugins/C/config/validate\nContent-Type: application/json"
	if status, body := ask(t, url, validate, config); status != 500 || messageOf(t, body) != strings.TrimSuffix(text, ".") {
		t.Errorf("validate: got %d %s", status, body)
	}
}

// TestHealthAfterOtherRequests finds a worker unhealthy, not starting, that was ready
// when something else was asked.
func TestHealthAfterOtherRequests(t *testing.T) {
	h := newFake()
	url := start(t, h, nil).URLs()[0]
	ask(t, url, "GET /", "")
	h.ready = func() (bool, string) { return false, "It hangs." }
	if status, body := ask(t, url, "GET /health", ""); status != 500 || !strings.HasSuffix(body, `other requests. It hangs."}`) {
		t.Errorf("got %d %s", status, body)
	}
}
