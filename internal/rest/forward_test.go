package rest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/kafka/ssl/ssltest"
)

// target is a worker that others pass requests on to.
type target struct {
	status   int
	answer   string
	location string
	got      string // method, URI, headers, body
}

func (w *target) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.got = fmt.Sprintf("%s %s", r.Method, r.RequestURI)
	for _, name := range []string{"Accept", "Authorization", "Content-Type", "User-Agent", "X-Other", "X-Connect-Authorization"} {
		if values := r.Header.Values(name); values != nil && name != "Accept" && name != "User-Agent" {
			w.got += " " + name + "=" + strings.Join(values, ",")
		}
	}
	if r.Header.Get("Accept") != jsonType || r.UserAgent() != "kafka-connect" {
		w.got += fmt.Sprint(" ", r.Header)
	}
	w.got = strings.TrimSpace(w.got + " " + string(body))
	if w.location != "" {
		to.Header().Set("Location", w.location)
	}
	to.WriteHeader(w.status)
	_, _ = io.WriteString(to, w.answer)
}

func TestForward(t *testing.T) {
	const (
		asJSON = "\nContent-Type: application/json; charset=utf-8"
		info   = `{"name":"a b","config":{"k":"<v>"},"tasks":[],"type":"source"}`
		status = `{"name":"c","connector":{"state":"RESTARTING","worker_id":"w:1"},"tasks":[],"type":"sink"}`
	)
	cases := []struct {
		name, request, body string
		sent                string
		status              int // of both answers
		answer              string
		location            string
	}{
		{
			"create", "POST /connectors" + asJSON, `{"name":" a b ","config":{"connector.class":"C"},"initial_state":"paused"}`,
			`POST /connectors?forward=true Content-Type=application/json {"name":" a b ","config":{"connector.class":"C"},"initial_state":"paused"}`, 201, info, "http://worker:8083/connectors/a%20b",
		},
		{"put, new", "PUT /connectors/a%20b/config/?forward=TRUE" + asJSON, `{"connector.class":"C"}`, `PUT /connectors/a%20b/config?forward=false Content-Type=application/json {"connector.class":"C"}`, 201, info, "http://worker:8083/connectors/a%20b"},
		{"put, known", "PUT /connectors/a%20b/config" + asJSON, `{"connector.class":"C"}`, `PUT /connectors/a%20b/config?forward=true Content-Type=application/json {"connector.class":"C"}`, 200, info, ""},
		{"patch", "PATCH /connectors/c/config?forward=true" + asJSON, `{"k":null}`, `PATCH /connectors/c/config?forward=false Content-Type=application/json {"k":null}`, 200, info, ""},
		{"delete", "DELETE /connectors/%C3%BC%3Bx%3F?x=y" + asJSON, `{"x":1}`, "DELETE /connectors/%C3%BC%3Bx%3F?forward=true", 204, "", ""},
		{"password", "DELETE /connectors/c\nAuthorization: Basic dTpw\nX-Other: x\nCookie: c", "", "DELETE /connectors/c?forward=true Authorization=Basic dTpw", 204, "", ""},
		{"stop", "PUT /connectors/c/stop", "", "PUT /connectors/c/stop?forward=true", 204, "", ""},
		{"restart", "POST /connectors/c/restart?onlyFailed=no", "", "POST /connectors/c/restart?forward=true", 204, "", ""},
		{"restart with tasks", "POST /connectors/c/restart?includeTasks=TRUE", "", "POST /connectors/c/restart?forward=true&includeTasks=true&onlyFailed=false", 202, status, ""},
		{"restart task", "POST /connectors/c/tasks/007/restart", "", "POST /connectors/c/tasks/007/restart?forward=true", 204, "", ""},
		{"alter offsets", "PATCH /connectors/c/offsets" + asJSON, `{"offsets":[{"partition":{"k":1},"offset":null}]}`, `PATCH /connectors/c/offsets?forward=true Content-Type=application/json {"offsets":[{"partition":{"k":1},"offset":null}]}`, 200, `{"message":"m"}`, ""},
		{"reset offsets", "DELETE /connectors/c/offsets", "", "DELETE /connectors/c/offsets?forward=true", 200, `{"message":"m"}`, ""},
		{"refused", "DELETE /connectors/c", "", "DELETE /connectors/c?forward=true", 404, `{"error_code":404,"message":"Connector c not found"}`, ""},
		{"refused when creating", "POST /connectors" + asJSON, `{"name":"a","config":{"connector.class":"C"}}`, `POST /connectors?forward=true Content-Type=application/json {"name":"a","config":{"connector.class":"C"}}`, 409, `{"error_code":409,"message":"Connector a already exists"}`, ""},
		{"beyond a path", "DELETE /connectors/odd%2Fna%25me", "", "DELETE /connectors/odd%2Fna%25me?forward=true", 204, "", ""},
	}
	for _, c := range cases {
		w := &target{status: c.status, answer: c.answer, location: "http://elsewhere/"}
		leader := httptest.NewServer(w)
		h := newFake()
		h.away = &herder.Elsewhere{URL: leader.URL + "/"}
		srv := start(t, h, nil)
		res, body := exchange(t, srv.URLs()[0], c.request, c.body)
		if w.got != c.sent {
			t.Errorf("%s: sent %s\nwant %s", c.name, w.got, c.sent)
		}
		if typed := res.Header.Get("Content-Type") == jsonType; res.StatusCode != c.status || body != c.answer || res.Header.Get("Location") != c.location || typed != (body != "") {
			t.Errorf("%s: got %s", c.name, show(res, body))
		}
		leader.Close()
	}
}

func TestForwardFails(t *testing.T) {
	const (
		noLeader = `{"error_code":409,"message":"Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway."}`
		conflict = `{"error_code":409,"message":"Cannot complete request because of a conflicting operation (e.g. worker rebalance)"}`
		io       = `{"error_code":500,"message":"IO Error trying to forward REST request: `
	)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	cases := []struct {
		name, request string
		w             *target
		url           string // of the worker, when it is not w
		status        int
		want          string // the beginning of the answer
	}{
		{"no leader", "DELETE /connectors/c", nil, "", 409, noLeader},
		{"second hop", "DELETE /connectors/c?forward=false", nil, gone.URL, 409, conflict},
		{"second hop, other word", "DELETE /connectors/c?forward=junk", nil, gone.URL, 409, conflict},
		{"second hop, no word", "DELETE /connectors/c?forward=", nil, gone.URL, 409, conflict},
		{"nobody there", "DELETE /connectors/c", nil, gone.URL, 500, io + "dial tcp "},
		{"not a URL", "DELETE /connectors/c", nil, "worker:8083", 500, `{"error_code":500,"message":"Error trying to forward REST request: `},
		{"redirect", "DELETE /connectors/c", &target{status: 307, location: "http://127.0.0.1:1/"}, "", 500, `{"error_code":500,"message":"Unexpected status code when handling forwarded request: 307"}`},
		{"no JSON", "DELETE /connectors/c", &target{status: 200, answer: "<html>"}, "", 500, io + "invalid character"},
		{"nothing", "DELETE /connectors/c", &target{status: 200}, "", 500, io},
		{"an error without JSON", "DELETE /connectors/c", &target{status: 401, answer: "User cannot access the resource."}, "", 500, io},
		{"an error without message", "DELETE /connectors/c", &target{status: 500, answer: `{"error_code":500,"message":null}`}, "", 500, `{"error_code":500,"message":"the worker answered 500 Internal Server Error"}`},
	}
	for _, c := range cases {
		h := newFake()
		h.away = &herder.Elsewhere{URL: c.url}
		if c.w != nil {
			leader := httptest.NewServer(c.w)
			defer leader.Close()
			h.away = &herder.Elsewhere{URL: leader.URL}
		}
		srv := start(t, h, nil)
		if status, body := ask(t, srv.URLs()[0], c.request, ""); status != c.status || !strings.HasPrefix(body, c.want) {
			t.Errorf("%s: got %d %s", c.name, status, body)
		}
	}
}

// TestTwoHops goes from a follower to the leader, and from there to the owner.
func TestTwoHops(t *testing.T) {
	owner, leader, follower := newFake(), newFake(), newFake()
	at := start(t, owner, nil)
	leader.away = &herder.Elsewhere{URL: at.AdvertisedURL()}
	follower.away = &herder.Elsewhere{URL: start(t, leader, nil).AdvertisedURL()}
	url := start(t, follower, nil).URLs()[0]
	if status, body := ask(t, url, "POST /connectors/src/tasks/0/restart", ""); status != 204 {
		t.Errorf("got %d %s", status, body)
	}
	if status, body := ask(t, url, "POST /connectors/src/tasks/7/restart", ""); status != 404 || !strings.Contains(body, "Unknown task: src-7") {
		t.Errorf("got %d %s", status, body)
	}
	owner.away = &herder.Elsewhere{URL: at.AdvertisedURL()}
	if status, body := ask(t, url, "POST /connectors/src/tasks/0/restart", ""); status != 409 || !strings.Contains(body, "conflicting operation") {
		t.Errorf("three hops: got %d %s", status, body)
	}
}

// TestForwardHTTPS forwards to a worker that wants a client certificate.
func TestForwardHTTPS(t *testing.T) {
	authority := ssltest.NewAuthority(t, "ca")
	server := authority.Issue(t, "server", "127.0.0.1")
	const p = "listeners.https.ssl."
	s, err := settingsOf(t, map[string]string{
		"listeners": "https://127.0.0.1:0", p + "client.auth": "required",
		p + "keystore.location": server.KeyJKS(t, ssltest.Password), p + "keystore.password": ssltest.Password, p + "key.password": ssltest.Password,
		p + "truststore.location": authority.TrustJKS(t), p + "truststore.password": ssltest.Password,
	})
	if err != nil {
		t.Fatal(err)
	}
	leader := start(t, newFake(), func(to *Settings) { to.REST, to.TLS = s.REST, s.TLS })
	h := newFake()
	h.away = &herder.Elsewhere{URL: leader.AdvertisedURL()}
	follower := start(t, h, func(to *Settings) { to.Leader = s.Leader })
	stranger := start(t, h, nil)
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			if status, body := ask(t, follower.URLs()[0], "DELETE /connectors/src", ""); status != 204 {
				return fmt.Errorf("got %d %s", status, body)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if status, body := ask(t, stranger.URLs()[0], "DELETE /connectors/src", ""); status != 500 || !strings.Contains(body, "IO Error trying to forward REST request: ") {
		t.Errorf("without a trust store: got %d %s", status, body)
	}
}
