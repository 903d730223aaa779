package rest

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/internal/herder"
)

// over serves a herder on one end of a connection in memory and returns the other.
func over(h herder.Herder, change func(*Settings)) (client net.Conn, stop func()) {
	s := Settings{}
	if change != nil {
		change(&s)
	}
	s = s.complete()
	at := &site{log: s.Log}
	a := &api{Settings: s, herder: h}
	at.router.Store(newRouter(a, a.routes()))
	client, server := net.Pipe()
	l := &oneConn{conn: server, closed: make(chan struct{})}
	srv := (&Server{settings: s}).newServer(at)
	served := make(chan struct{})
	go func() { _ = srv.Serve(l); close(served) }()
	return client, func() { _ = client.Close(); _ = srv.Close(); <-served }
}

// TestSlowRequests sends parts of requests and waits for the server to lose patience.
func TestSlowRequests(t *testing.T) {
	const post = "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
	body := `{"error_code":400,"message":"The request body could not be read: `
	cases := []struct {
		name, sent string
		after      time.Duration
		want       string // the status and the beginning of the body; "" for a closed connection
	}{
		{"nothing", "", headTimeout, ""},
		{"half a line", "GET / HT", headTimeout, ""},
		{"half a head", "GET / HTTP/1.1\r\nHost: h\r\n", headTimeout, ""},
		{"half a body", post + "Content-Length: 10\r\n\r\n{", bodyTimeout, "400 " + body},
		{"half a chunk", post + "Transfer-Encoding: chunked\r\n\r\n5\r\n{", bodyTimeout, "400 " + body},
		{"no next request", "GET /health HTTP/1.1\r\nHost: h\r\n\r\n", idleTimeout, "200 {"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, stop := over(newFake(), nil)
				defer stop()
				began := time.Now()
				go func() { _, _ = io.WriteString(client, c.sent) }()
				got := answerOf(client)
				if (c.want == "") != (got == "") || !strings.HasPrefix(got, c.want) {
					t.Errorf("got %q", got)
				}
				_, _ = io.Copy(io.Discard, client)
				if took := time.Since(began); took < c.after || took > c.after+time.Second {
					t.Errorf("the connection was closed after %s", took)
				}
			})
		})
	}
}

// answerOf reads an answer; "" when there is none.
func answerOf(conn net.Conn) string {
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.Header.Get("Content-Type") == "text/plain; charset=utf-8" {
		return ""
	}
	text, _ := io.ReadAll(res.Body)
	return res.Status[:4] + string(text)
}

// TestForwardTimeout waits for a worker that does not answer as long as for anything
// else.
func TestForwardTimeout(t *testing.T) {
	hangs, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hangs.Close()
	h := newFake()
	h.away = &herder.Elsewhere{URL: "http://" + hangs.Addr().String()}
	srv := start(t, h, func(s *Settings) { s.RequestTimeout = 20 * time.Millisecond })
	if status, body := ask(t, srv.URLs()[0], "DELETE /connectors/c", ""); status != 500 || messageOf(t, body) != "Request timed out" {
		t.Errorf("got %d %s", status, body)
	}
}

// TestHangingHerder has a request given up that the herder does not answer.
func TestHangingHerder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newFake()
		h.get = func(ctx context.Context, _ string) (herder.Connector, error) {
			<-ctx.Done()
			return herder.Connector{}, ctx.Err()
		}
		client, stop := over(h, nil)
		defer stop()
		began := time.Now()
		go func() { _, _ = io.WriteString(client, "GET /connectors/c HTTP/1.1\r\nHost: h\r\n\r\n") }()
		if got := answerOf(client); got != `500 {"error_code":500,"message":"Request timed out"}` || time.Since(began) != defaultTimeout {
			t.Errorf("got %s after %s", got, time.Since(began))
		}
	})
}

// TestMalformedHeads sends what is not HTTP, or not as it should be.
func TestMalformedHeads(t *testing.T) {
	url := strings.TrimPrefix(start(t, newFake(), nil).URLs()[0], "http://")
	for name, c := range map[string]struct {
		sent string
		want string
	}{
		"TLS":                      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "HTTP/1.1 400 "},
		"no version":               {"GET /\r\n\r\n", "HTTP/1.1 400 "},
		"HTTP/2":                   {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 404 "},
		"no host":                  {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
		"two hosts":                {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400 "},
		"blank in a header name":   {"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", "HTTP/1.1 400 "},
		"two lengths":              {"POST /connectors HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 400 "},
		"negative length":          {"POST /connectors HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}", "HTTP/1.1 400 "},
		"unknown coding":           {"POST /connectors HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n{}", "HTTP/1.1 501 "},
		"broken chunk":             {"POST /connectors HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400 "},
		"body shorter than told":   {"POST /connectors HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}", "HTTP/1.1 400 "},
		"method of a made-up name": {"FROB / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 "},
		"absolute path":            {"GET http://other/health HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 "},
		"CONNECT":                  {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "HTTP/1.1 400 "},
	} {
		conn, err := net.Dial("tcp", url)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, c.sent)
		_ = conn.(*net.TCPConn).CloseWrite()
		got := make([]byte, len(c.want))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != c.want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		_ = conn.Close()
	}
}
