package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/internal/herder"
)

func TestErrorsAndStatus(t *testing.T) {
	cases := []struct {
		err    error
		status int
		msg    string
	}{
		{herder.Fail(herder.BadRequest, "m"), 400, "m"},
		{herder.Fail(herder.Forbidden, "m"), 403, "m"},
		{herder.NoConnector("x"), 404, "Connector x not found"},
		{herder.Fail(herder.Conflict, "m"), 409, "m"},
		{herder.Fail(herder.Unavailable, "m"), 503, "m"},
		{herder.Fail(herder.TimedOut, "Request timed out. The worker is busy."), 500, "Request timed out. The worker is busy."},
		{herder.Fail(herder.Internal, ""), 500, "HTTP 500 Internal Server Error"},
		{io.ErrUnexpectedEOF, 500, "unexpected EOF"},
		{context.DeadlineExceeded, 500, "Request timed out"},
		{context.Canceled, 500, "Request interrupted"},
	}
	h := newFake()
	srv := start(t, h, nil)
	for _, c := range cases {
		h.get = func(context.Context, string) (herder.Connector, error) { return herder.Connector{}, c.err }
		status, body := ask(t, srv.URLs()[0], "GET /connectors/x", "")
		var got errorMessage
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != c.status || got != (errorMessage{c.status, c.msg}) {
			t.Errorf("%v: got %d %s, %v", c.err, status, body, err)
		}
	}
}

func TestRequestTimeout(t *testing.T) {
	h := newFake()
	h.put = func(ctx context.Context, _ herder.PutRequest) (herder.Connector, bool, error) {
		<-ctx.Done()
		return herder.Connector{}, false, ctx.Err()
	}
	srv := start(t, h, func(s *Settings) { s.RequestTimeout = time.Millisecond })
	status, body := ask(t, srv.URLs()[0], create, `{"name":"a","config":{}}`)
	if want := `{"error_code":500,"message":"Request timed out"}`; status != 500 || body != want {
		t.Errorf("got %d %s", status, body)
	}
}

// TestLongRequest sees a request out that takes longer than sending a body may.
func TestLongRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newFake()
		h.put = func(ctx context.Context, r herder.PutRequest) (herder.Connector, bool, error) {
			select {
			case <-ctx.Done():
				return herder.Connector{}, false, ctx.Err()
			case <-time.After(defaultTimeout - time.Second):
				return herder.Connector{Name: r.Name}, true, nil
			}
		}
		s := Settings{}.complete()
		at := &site{log: s.Log}
		a := &api{Settings: s, herder: h}
		at.router.Store(newRouter(a, a.routes()))
		client, server := net.Pipe()
		l := &oneConn{conn: server, closed: make(chan struct{})}
		srv := (&Server{settings: s}).newServer(at)
		served := make(chan error, 1)
		go func() { served <- srv.Serve(l) }()
		go func() {
			_, _ = io.WriteString(client, "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{\"name\":\"a\",\"config\":{}}\n")
		}()
		b := make([]byte, 12)
		if _, err := io.ReadFull(client, b); err != nil || string(b) != "HTTP/1.1 201" {
			t.Errorf("got %q, %v", b, err)
		}
		_ = client.Close()
		_ = srv.Close()
		<-served
	})
}

// oneConn is a listener for a connection that is there already.
type oneConn struct {
	conn   net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

func TestPanicIsAnswered(t *testing.T) {
	var log lockedBuffer
	h := newFake()
	h.put = func(context.Context, herder.PutRequest) (herder.Connector, bool, error) { panic("oops") }
	srv := start(t, h, func(s *Settings) { s.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	status, body := ask(t, srv.URLs()[0], create, `{"name":"a","config":{}}`)
	if want := `{"error_code":500,"message":"HTTP 500 Internal Server Error"}`; status != 500 || body != want {
		t.Errorf("got %d %s", status, body)
	}
	if status, _ := ask(t, srv.URLs()[0], "GET /", ""); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
	if text := log.String(); !strings.Contains(text, "panic=oops") || !strings.Contains(text, "status=500") {
		t.Errorf("log: %s", text)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestSizeLimits(t *testing.T) {
	srv := start(t, newFake(), func(s *Settings) { s.MaxBody = 1000 })
	url := srv.URLs()[0]
	long := strings.Repeat("x", 9000)
	cases := []struct {
		name, request, body string
		status              int
	}{
		{"body", create, `{"name":"` + strings.Repeat("x", 1000) + `"}`, 413},
		{"body within the limit", create, `{"name":"` + strings.Repeat("x", 900) + `","config":{"connector.class":"C"}}`, 201},
		{"path", "GET /connectors/" + long, "", 414},
		{"path within the limit", "GET /connectors/" + long[:6000], "", 404},
		{"header", "GET /connectors\nX-Long: " + long, "", 431},
		{"head far beyond", "GET /connectors\nX-Long: " + strings.Repeat(long, 10), "", 431},
	}
	for _, c := range cases {
		if status, body := ask(t, url, c.request, c.body); status != c.status {
			t.Errorf("%s: got %d %.200s, want %d", c.name, status, body, c.status)
		}
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n"+strings.Repeat(" ", 2000)+"\r\n")
	answer := make([]byte, 12)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 413" {
		t.Errorf("chunked: got %q, %v", answer, err)
	}
}
