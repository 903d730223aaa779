package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/metricship"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

// crew has the connectors "orders", with a worker that is gone and one that answers,
// and "idle" without workers.
type crew struct{ urls []string }

func (c crew) WorkerURLs(_ context.Context, name string) ([]string, error) {
	switch name {
	case "orders":
		return c.urls, nil
	case "idle":
		return nil, nil
	}
	return nil, model.NotFound("the connector " + name)
}

func (c crew) Scaling(_ context.Context, name string) (operate.Scaling, error) {
	if name != "orders" {
		return operate.Scaling{}, model.NotFound("the connector " + name)
	}
	return operate.Scaling{Workers: 3}, nil
}

func (c crew) Metrics(context.Context) []metricship.Snapshot {
	return []metricship.Snapshot{
		{Connector: "orders", Values: map[metricship.Metric]float64{metricship.WorkerCount: 2, metricship.CPUUtilization: 12.5, metricship.RebalanceCompletedTotal: 3}},
		{Connector: `a"\`, Values: map[metricship.Metric]float64{metricship.WorkerCount: 1}},
	}
}

const metricsText = `# TYPE CpuUtilization gauge
CpuUtilization{ConnectorName="orders"} 12.5
# TYPE RebalanceCompletedTotal counter
RebalanceCompletedTotal{ConnectorName="orders"} 3
# TYPE WorkerCount gauge
WorkerCount{ConnectorName="orders"} 2
WorkerCount{ConnectorName="a\"\\"} 1
`

func TestConnectAPI(t *testing.T) {
	worker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/none" {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprintf(w, "%s %s %s %q", r.Method, r.RequestURI, body, r.Header.Get("Authorization"))
	}))
	defer worker.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	workers := crew{[]string{gone.URL, worker.URL}}
	const get, put, del, post = http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPost
	for _, c := range []struct {
		writes         bool
		method, path   string
		status         int
		kind, contents string
	}{
		{false, get, "/connect/orders/connectors/orders/status", 200, "", `GET /connectors/orders/status  ""`},
		{false, get, "/connect/orders/connectors?expand=info&expand=status", 200, "", `GET /connectors?expand=info&expand=status  ""`},
		{false, get, "/connect/orders/connectors/a%2Fb%20c", 200, "", `GET /connectors/a%2Fb%20c  ""`},
		{false, get, "/connect/orders/", 200, "", `GET /  ""`},
		{false, get, "/connect/orders", 200, "", `GET /  ""`},
		{false, get, "/connect/orders/none", 404, "", `GET /none  ""`},
		{false, put, "/connect/orders/connector-plugins/C/config/validate", 200, "", `PUT /connector-plugins/C/config/validate {} ""`},
		{false, put, "/connect/orders/connectors/orders/pause", 403, "AccessDeniedException", ""},
		{false, post, "/connect/orders/connectors", 403, "AccessDeniedException", ""},
		{false, del, "/connect/orders/connectors/orders", 403, "AccessDeniedException", ""},
		{true, put, "/connect/orders/connectors/orders/pause", 200, "", `PUT /connectors/orders/pause {} ""`},
		{true, del, "/connect/orders/connectors/orders", 200, "", `DELETE /connectors/orders {} ""`},
		{false, get, "/connect/idle/connectors", 503, "ServiceUnavailableException", ""},
		{false, get, "/connect/other/connectors", 404, "NotFoundException", ""},
		{false, get, "/scaling/orders", 200, "", `{"workers":3,"decisions":null}`},
		{false, get, "/scaling/other", 404, "NotFoundException", ""},
		{false, get, "/metrics", 200, "", metricsText},
		{false, post, "/metrics", 404, "UnknownOperationException", ""},
		{false, put, "/scaling/orders", 404, "UnknownOperationException", ""},
	} {
		s := newServer(t, Options{Workers: workers, ConnectWrites: c.writes})
		body := ""
		if c.method != get {
			body = "{}"
		}
		got := s.send(t, c.method, c.path, body, "Authorization", "AWS4-HMAC-SHA256 none")
		if got.status != c.status || got.kind != c.kind || c.contents != "" && got.body != c.contents {
			t.Errorf("%s %s: %d %s %s", c.method, c.path, got.status, got.kind, got.body)
		}
	}
	s := newServer(t, Options{Workers: workers, Secrets: secrets()})
	if got := s.send(t, get, "/connect/orders/", ""); got.status != 403 || got.kind != "MissingAuthenticationTokenException" {
		t.Errorf("unsigned: %+v", got)
	}
	if got := s.send(t, get, "/metrics", ""); got.status != 403 || got.kind != "MissingAuthenticationTokenException" {
		t.Errorf("unsigned metrics: %+v", got)
	}
	if got := newServer(t, Options{}).send(t, get, "/connect/orders/", ""); got.status != 404 {
		t.Errorf("without workers: %+v", got)
	}
}

// TestHungWorker: what only reads is asked of the next worker, in time; what changes
// something is not, since the one that hangs may have begun.
func TestHungWorker(t *testing.T) {
	hung := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer hung.Close()
	var asked atomic.Int32
	worker := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer worker.Close()
	s := newServer(t, Options{Workers: crew{[]string{hung.URL, worker.URL}}, ConnectWrites: true, Timeout: 200 * time.Millisecond})
	if got := s.send(t, http.MethodGet, "/connect/orders/connectors", ""); got.status != 200 || asked.Load() != 1 {
		t.Errorf("read: %d %s, %d asked", got.status, got.body, asked.Load())
	}
	got := s.send(t, http.MethodPost, "/connect/orders/connectors", "{}")
	if got.status != 503 || !strings.Contains(got.body, "may have done") || asked.Load() != 1 {
		t.Errorf("write: %d %s, %d asked", got.status, got.body, asked.Load())
	}
}
