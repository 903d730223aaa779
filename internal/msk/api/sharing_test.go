package api

import (
	"net/http"
	"strings"
	"testing"
)

// TestPreflight asks what a browser asks before a page of another origin may call.
func TestPreflight(t *testing.T) {
	for name, options := range map[string]Options{"open": {}, "keys": {Secrets: secrets()}} {
		s := newServer(t, options)
		for _, path := range []string{"/v1/connectors", "/v1/tags/arn%3Aaws", "/v1/anything"} {
			got := s.ask(t, http.MethodOptions, path, "https://example.com", "Access-Control-Request-Method", "PUT")
			want := map[string]string{
				"Access-Control-Allow-Origin":  "*",
				"Access-Control-Max-Age":       "86400",
				"Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
			}
			for header, value := range want {
				if got.Header.Get(header) != value || got.StatusCode != http.StatusOK {
					t.Errorf("%s, %s: %d, %s is %q", name, path, got.StatusCode, header, got.Header.Get(header))
				}
			}
			if allowed := got.Header.Get("Access-Control-Allow-Headers"); !strings.Contains(allowed, "Authorization, ") || !strings.Contains(allowed, "X-Amz-Security-Token, ") {
				t.Errorf("%s, %s: headers %s", name, path, allowed)
			}
		}
	}
}

// TestSharing checks which answers pages may read: those that needed a signature, and
// otherwise only pages of this machine.
func TestSharing(t *testing.T) {
	open, keys := newServer(t, Options{}), newServer(t, Options{Secrets: secrets()})
	for _, c := range []struct {
		server       *server
		path, origin string
		shared       string
	}{
		{keys, "/v1/connectors", "https://example.com", "*"}, // the exception, too
		{keys, "/v1/connectors", "", "*"},
		{open, "/v1/connectors", "", "*"},
		{open, "/v1/connectors", "http://localhost:3000", "*"},
		{open, "/v1/connectors", "https://127.0.0.2", "*"},
		{open, "/v1/connectors", "http://[::1]:80", "*"},
		{open, "/v1/connectors", "https://example.com", ""},
		{open, "/v1/connectors", "http://localhost.example.com", ""},
		{open, "/v1/connectors", "http://127.0.0.1.example.com", ""},
		{open, "/v1/connectors", "null", ""},
		{open, "/metrics", "http://localhost", ""},
	} {
		got := c.server.ask(t, http.MethodGet, c.path, c.origin)
		if shared := got.Header.Get("Access-Control-Allow-Origin"); shared != c.shared {
			t.Errorf("%s from %q: shared with %q", c.path, c.origin, shared)
		}
		if exposed := got.Header.Get("Access-Control-Expose-Headers"); strings.HasPrefix(c.path, "/v1/") != strings.Contains(exposed, "x-amzn-errortype") {
			t.Errorf("%s from %q: exposed %q", c.path, c.origin, exposed)
		}
	}
}

func (s *server) ask(t *testing.T, method, path, origin string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	return got
}
