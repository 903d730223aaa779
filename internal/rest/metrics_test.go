package rest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/rest/basicauth"
	"github.com/millrace/millrace/internal/workerconfig"
)

// serveMetrics has metrics of a program alone.
func serveMetrics(s *Settings) {
	s.Metrics = &metrics.Registry{Process: metrics.Process{Own: "1"}}
}

// TestMetrics: the endpoint takes any Accept, and is otherwise one as the others.
func TestMetrics(t *testing.T) {
	srv := start(t, newFake(), serveMetrics)
	const text = `millrace_build_info{version="1"} 1`
	for _, test := range []struct {
		request string
		status  int
		body    string // part of it
		allow   string
	}{
		{"GET /metrics", 200, text, ""},
		{"GET /metrics?names=reporter", 200, text, ""},
		{"GET /metrics?names=none", 400, "choose among", ""},
		{"GET /metrics\nAccept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", 200, text, ""},
		{"GET /metrics\nAccept: text/html", 200, text, ""},
		{"HEAD /metrics", 200, "", ""},
		{"OPTIONS /metrics", 200, "HEAD, GET, OPTIONS", "HEAD,GET,OPTIONS"},
		{"POST /metrics", 405, "HTTP 405 Method Not Allowed", ""},
		{"GET /metrics/more", 404, "HTTP 404 Not Found", ""},
	} {
		res, body := exchange(t, srv.URLs()[0], test.request, "")
		if res.StatusCode != test.status || !strings.Contains(body, test.body) || res.Header.Get("Allow") != test.allow {
			t.Errorf("%q: %d %v %s", test.request, res.StatusCode, res.Header, body)
		}
		if strings.HasPrefix(test.request, "GET") && test.status == 200 && res.Header.Get("Content-Type") != metrics.ContentType {
			t.Errorf("%q: %v", test.request, res.Header)
		}
	}
}

// TestMetricsListener: they are where the loggers are, behind the same password.
func TestMetricsListener(t *testing.T) {
	local := []workerconfig.Listener{{Protocol: "http", Host: "127.0.0.1"}}
	auth, err := basicauth.Open(jaasFile(t, "alice=wonder"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name        string
		change      func(*Settings)
		main, admin int // statuses; 0: there is no such listener
	}{
		{"one listener", serveMetrics, 200, 0},
		{"none", func(*Settings) {}, 404, 0},
		{"off", func(s *Settings) { serveMetrics(s); s.AdminOff = true }, 404, 0},
		{"two", func(s *Settings) { serveMetrics(s); s.AdminListeners = local }, 404, 200},
		{"without loggers", func(s *Settings) { serveMetrics(s); s.Loggers = nil }, 200, 0},
		{"password", func(s *Settings) { serveMetrics(s); s.Auth = auth }, 401, 0},
	} {
		urls := start(t, newFake(), test.change).URLs()
		for i, want := range []int{test.main, test.admin} {
			if want == 0 {
				continue
			}
			if status, body := ask(t, urls[i], http.MethodGet+" /metrics", ""); status != want {
				t.Errorf("%s: listener %d answers %d %s", test.name, i, status, body)
			}
		}
	}
}
