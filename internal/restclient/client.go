// Package restclient calls the REST API of any Connect worker, Java workers
// included. It knows the API only, not the engine.
//
// Floor 2. Connect: the clients of org.apache.kafka.connect.runtime.rest.
package restclient

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 64 << 20

// defaultTimeout is longer than a worker's own limit for a request.
const defaultTimeout = 100 * time.Second

// Settings say which worker to call and how.
type Settings struct {
	URL            string        // http://host:port, a path may follow
	TLS            *tls.Config   // nil for the system's
	User, Password string        // for basic authentication; User "" for none
	Timeout        time.Duration // of a call; 0 for 100 s
}

// Client calls one worker. It is safe for concurrent use.
type Client struct {
	settings Settings
	http     *http.Client
}

// New returns a client; it does not call yet.
func New(s Settings) (*Client, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("the address of the worker, %q, is not of the form http://host:port", s.URL)
	}
	s.URL = strings.TrimRight(s.URL, "/")
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = s.TLS
	return &Client{settings: s, http: &http.Client{Transport: transport, Timeout: s.Timeout}}, nil
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Error is an answer that says no.
type Error struct {
	Status  int // of HTTP
	Message string
	Err     error // the cause, when there was no such answer; else nil
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Error returns the worker's words.
func (e *Error) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("the worker answered %d %s", e.Status, http.StatusText(e.Status))
	}
	return e.Message
}

// Rebalancing tells whether the worker cannot answer because its group is being
// rebalanced, so that the call may succeed a little later.
func (e *Error) Rebalancing() bool {
	text := strings.ToLower(e.Message)
	rebalance := strings.Contains(text, "rebalance") || strings.Contains(text, "stale configuration")
	return rebalance && (e.Status == http.StatusConflict || e.Status == http.StatusInternalServerError)
}

// IsNotFound tells whether an error is the answer that there is no such thing.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// call is one request. answer is decoded from JSON when it is not nil and there is a
// body.
type call struct {
	method string
	path   []string // not encoded yet
	query  url.Values
	body   any // nil for none
	answer any
}

// do sends a request and returns the status.
func (c *Client) do(ctx context.Context, k call) (int, error) {
	req, err := c.request(ctx, k)
	if err != nil {
		return 0, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, fmt.Errorf("call the worker: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return res.StatusCode, fmt.Errorf("read the worker's answer: %w", err)
	case len(text) > maxAnswer:
		return res.StatusCode, fmt.Errorf("the worker's answer is larger than %d bytes", maxAnswer)
	case res.StatusCode >= http.StatusMultipleChoices:
		return res.StatusCode, refusal(res.StatusCode, text)
	case k.answer == nil || len(text) == 0:
		return res.StatusCode, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(k.answer); err != nil {
		return res.StatusCode, fmt.Errorf("read the answer to %s %s: %w", k.method, req.URL.Path, err)
	}
	return res.StatusCode, nil
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	target := c.settings.URL
	for _, segment := range k.path {
		target += "/" + url.PathEscape(segment)
	}
	if len(k.query) > 0 {
		target += "?" + k.query.Encode()
	}
	var body io.Reader
	if k.body != nil {
		text, err := json.Marshal(k.body)
		if err != nil {
			return nil, fmt.Errorf("write the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	if k.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.settings.User != "" {
		req.SetBasicAuth(c.settings.User, c.settings.Password)
	}
	return req, nil
}

// refusal reads an error body. Proxies and HTTP servers answer with pages of their
// own; those are left out.
func refusal(status int, text []byte) error {
	var body struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(text, &body); err != nil {
		if plain := strings.TrimSpace(string(text)); len(plain) < 200 && !strings.HasPrefix(plain, "<") {
			body.Message = plain
		}
	}
	return &Error{Status: status, Message: body.Message}
}
