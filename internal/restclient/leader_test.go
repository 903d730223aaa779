package restclient

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/signing"
)

func newLeader(t *testing.T, s LeaderSettings) *Leader {
	t.Helper()
	l := NewLeader(s)
	t.Cleanup(l.Close)
	return l
}

func TestInternalRequests(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	sign := func(body []byte) http.Header {
		h := http.Header{}
		s, err := signing.Sign("HmacSHA256", key, body)
		if err != nil {
			t.Error(err)
		}
		s.SetHeaders(h)
		return h
	}
	configs := []map[string]string{{"b": "<&>", "a": "ü\n"}, {}}
	const body = `[{"a":"ü\n","b":"<&>"},{}]`
	put := func(l *Leader, url string, configs []map[string]string, sign Sign) error {
		return l.PutTaskConfigs(t.Context(), url, "a b/c", configs, sign)
	}
	fence := func(l *Leader, url string, _ []map[string]string, sign Sign) error {
		return l.Fence(t.Context(), url, "a b/c", sign)
	}
	cases := []struct {
		name    string
		do      func(*Leader, string, []map[string]string, Sign) error
		configs []map[string]string
		sign    Sign
		worker  *worker // nil: no leader is known
		sends   string
		err     string
		status  int
	}{
		{"tasks", put, configs, sign, &worker{status: 204}, "POST /connectors/a%20b%2Fc/tasks " + body, "", 0},
		{"no tasks", put, nil, sign, &worker{status: 204}, "POST /connectors/a%20b%2Fc/tasks []", "", 0},
		{"unsigned", put, configs, nil, &worker{status: 204}, "POST /connectors/a%20b%2Fc/tasks " + body, "", 0},
		{"fence", fence, nil, sign, &worker{status: 204}, "PUT /connectors/a%20b%2Fc/fence", "", 0},
		{"refused", fence, nil, sign, &worker{status: 403, answer: `{"error_code":403,"message":"Internal request contained invalid signature."}`}, "PUT /connectors/a%20b%2Fc/fence", "Internal request contained invalid signature.", 403},
		{"proxy", put, nil, nil, &worker{status: 502, answer: "<html>"}, "POST /connectors/a%20b%2Fc/tasks []", "IO Error trying to forward REST request: invalid character '<' looking for beginning of value", 500},
		{"no leader", put, nil, sign, nil, "", "Request to leader to reconfigure connector tasks failed because the URL of the leader's REST interface is empty!", 0},
		{"no leader to fence", fence, nil, sign, nil, "", "Request to leader to perform zombie fencing failed because the URL of the leader's REST interface is empty!", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w, url := c.worker, " "
			if w != nil {
				srv := httptest.NewServer(w)
				defer srv.Close()
				url = srv.URL + "/"
			} else {
				w = &worker{}
			}
			err := c.do(newLeader(t, LeaderSettings{}), url, c.configs, c.sign)
			text, status := "", 0
			var e *Error
			if errors.As(err, &e) {
				status = e.Status
			}
			if err != nil {
				text = err.Error()
			}
			if text != c.err || status != c.status || w.got != c.sends {
				t.Errorf("got %d %q, sent %q", status, text, w.got)
			}
			if w.got != "" {
				checkSignature(t, w, c.sign != nil, key)
			}
		})
	}
}

func checkSignature(t *testing.T, w *worker, signed bool, key []byte) {
	t.Helper()
	body := ""
	if parts := strings.SplitN(w.got, " ", 3); len(parts) == 3 {
		body = parts[2]
	}
	s, ok, err := signing.FromHeaders(w.header)
	if ok != signed || err != nil || ok && !s.Valid(key, []byte(body)) {
		t.Errorf("signature %v, %v of %q", ok, err, body)
	}
	if w.header.Get("Accept") != "application/json" || w.header.Get("User-Agent") != "kafka-connect" {
		t.Errorf("headers %v", w.header)
	}
	if typed := w.header.Get("Content-Type") == "application/json"; typed != strings.HasPrefix(w.got, "POST") {
		t.Errorf("Content-Type %v of %s", typed, w.got)
	}
}

// TestLeaderKeepsConnections counts the connections of several calls.
func TestLeaderKeepsConnections(t *testing.T) {
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(&worker{status: 204})
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	l := newLeader(t, LeaderSettings{})
	for range 5 {
		if err := l.Fence(t.Context(), srv.URL, "c", nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestLeaderDoesNotWaitForever(t *testing.T) {
	hangs, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hangs.Close()
	url := "http://" + hangs.Addr().String()
	l := newLeader(t, LeaderSettings{Timeout: 10 * time.Millisecond})
	var e *Error
	if err := l.Fence(t.Context(), url, "c", nil); !errors.As(err, &e) || e.Status != 500 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("its own limit: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newLeader(t, LeaderSettings{}).Fence(ctx, url, "c", nil); errors.As(err, &e) && e.Err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("the caller's: got %v", err)
	}
}

func TestLeaderDialTLS(t *testing.T) {
	refuse := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no trust store") }
	err := newLeader(t, LeaderSettings{DialTLS: refuse}).Fence(t.Context(), "https://127.0.0.1:1", "c", nil)
	if err == nil || err.Error() != "IO Error trying to forward REST request: no trust store" {
		t.Errorf("got %v", err)
	}
}
