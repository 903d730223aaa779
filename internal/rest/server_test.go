package rest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/workerconfig"
)

// ask sends a plain request and returns status and body.
func ask(t *testing.T, url, request, body string) (int, string) {
	t.Helper()
	res, got := exchange(t, url, request, body)
	return res.StatusCode, got
}

// messageOf returns the message of an error.
func messageOf(t *testing.T, body string) string {
	t.Helper()
	var e errorMessage
	if err := json.Unmarshal([]byte(body), &e); err != nil || e.Code == 0 {
		t.Errorf("not an error: %s", body)
	}
	return e.Message
}

const create = "POST /connectors\nContent-Type: application/json"

func TestHealth(t *testing.T) {
	h := newFake()
	srv := start(t, h, nil)
	steps := []struct {
		ready  bool
		why    string
		status int
		body   string
	}{
		{false, "", 503, `{"status":"starting","message":"Worker is still starting up."}`},
		{false, "The worker is currently awaiting startup.", 503, `{"status":"starting","message":"Worker is still starting up. The worker is currently awaiting startup."}`},
		{true, "", 200, `{"status":"healthy","message":"Worker has completed startup and is ready to handle requests."}`},
		{false, "", 500, `{"status":"unhealthy","message":"Worker was unable to handle this request and may be unable to handle other requests."}`},
	}
	for _, s := range steps {
		h.ready = func() (bool, string) { return s.ready, s.why }
		if status, body := ask(t, srv.URLs()[0], "GET /health", ""); status != s.status || body != s.body {
			t.Errorf("got %d %s, want %d %s", status, body, s.status, s.body)
		}
	}
}

func TestHandlersPassOn(t *testing.T) {
	h := newFake()
	srv := start(t, h, nil)
	url := srv.URLs()[0]
	ask(t, url, create, `{"name":" a\t","config":{"connector.class":"C"},"initial_state":"Paused"}`)
	ask(t, url, "PUT /connectors/b/config\nContent-Type: application/json", `{"connector.class":"C"}`)
	if len(h.puts) != 2 || h.puts[0].Name != "a" || h.puts[0].Target != "PAUSED" || !h.puts[0].Create || h.puts[1].Create || h.puts[1].Target != "" {
		t.Errorf("got %+v", h.puts)
	}
	ask(t, url, "PATCH /connectors/src/offsets\nContent-Type: application/json", `{"offsets":[{"partition":{"k":1},"offset":{"o":1.5,"m":{"x":[true]}}},{"partition":{"k":2},"offset":null}]}`)
	if len(h.altered) != 2 || h.altered[0].Partition["k"] != int64(1) || h.altered[0].Offset["o"] != 1.5 || h.altered[1].Offset != nil {
		t.Errorf("got %+v", h.altered)
	}
	h.topics = func() ([]string, error) { return nil, herder.Fail(herder.Forbidden, "Topic tracking is disabled.") }
	if status, body := ask(t, url, "GET /connectors/none/topics", ""); status != 403 || body != `{"error_code":403,"message":"Topic tracking is disabled."}` {
		t.Errorf("got %d %s", status, body)
	}
}

func TestPluginConfigOrder(t *testing.T) {
	srv := start(t, newFake(), nil)
	status, body := ask(t, srv.URLs()[0], "GET /connector-plugins/FileStreamSource/config", "")
	var keys []struct {
		Name       string
		Default    *string  `json:"default_value"`
		Dependents []string `json:"dependents"`
	}
	if err := json.Unmarshal([]byte(body), &keys); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	var first []string
	for _, k := range keys[:6] {
		first = append(first, k.Name)
	}
	if got := strings.Join(first, " "); got != "file topic tasks.max name connector.class connector.plugin.version" {
		t.Errorf("got %s", got)
	}
	if keys[5].Default == nil || *keys[5].Default != "4.3.0" || keys[0].Dependents == nil {
		t.Errorf("got %+v", keys[:6])
	}
	if last := keys[len(keys)-1].Name; last != "offsets.storage.topic" {
		t.Errorf("last is %s", last)
	}
}

func TestLoggerTimes(t *testing.T) {
	srv := start(t, newFake(), nil)
	before := time.Now().UnixMilli()
	ask(t, srv.URLs()[0], "PUT /admin/loggers/a\nContent-Type: application/json", `{"level":"WARN"}`)
	_, body := ask(t, srv.URLs()[0], "GET /admin/loggers", "")
	var all map[string]loggerLevel
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatal(err)
	}
	if a := all["a"]; a.Level != "WARN" || a.Modified == nil || *a.Modified < before {
		t.Errorf("got %s", body)
	}
}

func TestAdminListeners(t *testing.T) {
	local := workerconfig.Listener{Protocol: "http", Host: "127.0.0.1"}
	cases := []struct {
		name         string
		change       func(*Settings)
		main, admin  int // status of GET /admin/loggers
		adminHasRoot bool
	}{
		{"shared", func(*Settings) {}, 200, 0, false},
		{"off", func(s *Settings) { s.AdminOff = true }, 404, 0, false},
		{"no loggers", func(s *Settings) { s.Loggers = nil }, 404, 0, false},
		{"apart", func(s *Settings) { s.AdminListeners = []workerconfig.Listener{local} }, 404, 200, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			srv := start(t, newFake(), c.change)
			if status, _ := ask(t, srv.URLs()[0], "GET /admin/loggers", ""); status != c.main {
				t.Errorf("main: got %d", status)
			}
			if c.admin == 0 {
				return
			}
			if status, _ := ask(t, srv.URLs()[1], "GET /admin/loggers", ""); status != c.admin {
				t.Errorf("admin: got %d", status)
			}
			if status, _ := ask(t, srv.URLs()[1], "GET /connectors", ""); status != 404 {
				t.Errorf("connectors on the admin listener: got %d", status)
			}
		})
	}
}

func TestBrowserHeaders(t *testing.T) {
	srv := start(t, newFake(), func(s *Settings) {
		s.AllowedOrigin, s.AllowedMethods = `http://good.example, https://.*\.wild\.example`, "GET,PUT"
		s.Headers = []workerconfig.HeaderRule{
			{Action: "add", Name: "X-Plain", Value: "one"},
			{Action: "set", Name: "Cache-Control", Value: "no-cache, no-store"},
			{Action: "setDate", Name: "Expires", Value: "0"},
		}
	})
	cases := []struct {
		request, origin, methods string
	}{
		{"GET /nope", "", ""},
		{"GET /\nOrigin: http://good.example", "http://good.example", ""},
		{"GET /\nOrigin: HTTP://GOOD.example", "HTTP://GOOD.example", ""},
		{"GET /\nOrigin: http://bad.example", "", ""},
		{"GET /\nOrigin: http://good.example.evil", "", ""},
		{"GET /\nOrigin: http://bad.example http://good.example", "http://bad.example http://good.example", ""},
		{"OPTIONS /nope\nOrigin: https://x.wild.example\nAccess-Control-Request-Method: PUT", "https://x.wild.example", "GET,PUT"},
		{"OPTIONS /\nOrigin: https://x.wild.example", "https://x.wild.example", ""},
		{"OPTIONS /\nOrigin: http://bad.example\nAccess-Control-Request-Method: PUT", "", ""},
	}
	for _, c := range cases {
		res, _ := exchange(t, srv.URLs()[0], c.request, "")
		h := res.Header
		if h.Get("Access-Control-Allow-Origin") != c.origin || h.Get("Access-Control-Allow-Methods") != c.methods {
			t.Errorf("%s: got %v", c.request, h)
		}
		if h.Get("Vary") != "Origin" || h.Get("X-Plain") != "one" || h.Get("Cache-Control") != "no-cache, no-store" || h.Get("Expires") == "" {
			t.Errorf("%s: got %v", c.request, h)
		}
	}
	if res, _ := exchange(t, srv.URLs()[0], "GET //", ""); res.Header.Get("X-Plain") != "" || res.Header.Get("Vary") != "" {
		t.Errorf("an error page has %v", res.Header)
	}
}

func TestOpenErrors(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	busy := workerconfig.Listener{Protocol: "http", Host: "127.0.0.1", Port: port}
	free := workerconfig.Listener{Protocol: "http", Host: "127.0.0.1"}
	list := func(l ...workerconfig.Listener) []workerconfig.Listener { return l }
	cases := []struct {
		name string
		rest workerconfig.REST
		want string
	}{
		{"port in use", workerconfig.REST{Listeners: list(free, busy)}, "listeners: open http://" + busy.Address() + ": listen tcp " + busy.Address() + ": bind: address already in use"},
		{"admin port in use", workerconfig.REST{Listeners: list(free), AdminListeners: list(busy)}, "admin.listeners: open http://" + busy.Address()},
		{"https without key store", workerconfig.REST{Listeners: list(workerconfig.Listener{Protocol: "https", Host: "127.0.0.1"})}, "listeners: https://127.0.0.1:0 has no key store"},
		{"same origin twice", workerconfig.REST{Listeners: list(free), AllowedOrigin: "a, a"}, "duplicate element: a"},
		{"bad origin", workerconfig.REST{Listeners: list(free), AllowedOrigin: "["}, "access.control.allow.origin"},
		{"bad date", workerconfig.REST{Listeners: list(free), Headers: []workerconfig.HeaderRule{{Action: "addDate", Name: "X", Value: "y"}}}, "not a number of milliseconds"},
	}
	for _, c := range cases {
		srv, err := Open(Settings{REST: c.rest})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if srv != nil {
			_ = srv.Close(t.Context())
		}
	}
}

func TestDefaultListenerIsLoopback(t *testing.T) {
	l := Settings{}.complete().Listeners
	if len(l) != 1 || l[0].Address() != "127.0.0.1:8083" || l[0].Protocol != "http" {
		t.Errorf("got %v", l)
	}
}

func TestBeforeMount(t *testing.T) {
	srv, err := Open(Settings{REST: workerconfig.REST{Listeners: []workerconfig.Listener{{Protocol: "http", Host: "127.0.0.1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close(t.Context())
	if status, _ := ask(t, srv.URLs()[0], "GET /", ""); status != 404 {
		t.Errorf("got %d", status)
	}
	if id := srv.WorkerID(); "http://"+id != srv.URLs()[0] || srv.AdvertisedURL() != srv.URLs()[0]+"/" {
		t.Errorf("got %s, %s", id, srv.AdvertisedURL())
	}
}

func TestCloseLetsRequestsEnd(t *testing.T) {
	h := newFake()
	entered, leave := make(chan struct{}), make(chan struct{})
	h.put = func(_ context.Context, r herder.PutRequest) (herder.Connector, bool, error) {
		close(entered)
		<-leave
		return herder.Connector{Name: r.Name}, true, nil
	}
	srv := start(t, h, nil)
	var g errgroup.Group
	status := 0
	g.Go(func() error {
		status, _ = ask(t, srv.URLs()[0], create, `{"name":"a","config":{}}`)
		return nil
	})
	<-entered
	g.Go(func() error { return srv.Close(context.Background()) })
	for { // until the port is closed
		conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URLs()[0], "http://"))
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	close(leave)
	if err := g.Wait(); err != nil || status != 201 {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	srv := start(t, newFake(), nil)
	var g errgroup.Group
	client := &http.Client{}
	defer client.CloseIdleConnections()
	for range 8 {
		g.Go(func() error {
			for _, path := range []string{"/", "/health", "/connectors?expand=info&expand=status", "/connector-plugins", "/admin/loggers", "/nope"} {
				res, err := client.Get(srv.URLs()[0] + path)
				if err != nil {
					return err
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}
