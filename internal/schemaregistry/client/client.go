package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/connect/config"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 32 << 20

const mediaType = "application/vnd.schemaregistry.v1+json"

// Settings say which registry to call and how.
type Settings struct {
	URLs           []string // of the same registry, tried one after the other
	Randomize      bool     // begin with any of them
	User, Password string   // for basic authentication; User "" for none
	Token          string   // for bearer authentication; "" for none
	Headers        map[string]string
	TLS            func(host string) *tls.Config // nil for the system's
	Proxy          string                        // host:port; "" for none
	ConnectTimeout time.Duration                 // 0 for none
	ReadTimeout    time.Duration                 // of a whole answer; 0 for none
	Retries        int                           // after an answer that may pass
	Backoff        time.Duration                 // before the first retry; it doubles
	MaxBackoff     time.Duration
	Transport      http.RoundTripper // in place of the network, for tests
}

// Client calls one registry. It is safe for concurrent use.
type Client struct {
	settings Settings
	http     *http.Client

	mu   sync.Mutex
	urls []string
	now  int // address that answered last
}

// New returns a client; it does not call yet.
func New(s Settings) (*Client, error) {
	c := &Client{settings: s}
	for _, address := range s.URLs {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, config.Errorf(urlKey, "%s: an address is not of the form http://host:port", urlKey)
		}
		c.urls = append(c.urls, strings.TrimRight(u.String(), "/"))
	}
	if len(c.urls) == 0 {
		return nil, config.Errorf(urlKey, "%s: there is no address", urlKey)
	}
	if s.Randomize {
		c.now = rand.IntN(len(c.urls))
	}
	transport := s.Transport
	if transport == nil {
		transport = s.transport()
	}
	c.http = &http.Client{Transport: transport, Timeout: s.ReadTimeout}
	return c, nil
}

func (s *Settings) transport() http.RoundTripper {
	t := &http.Transport{IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 2, ForceAttemptHTTP2: true}
	dialer := net.Dialer{Timeout: s.ConnectTimeout}
	t.DialContext = dialer.DialContext
	if s.Proxy != "" {
		t.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: s.Proxy})
	}
	if s.TLS != nil {
		t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			d := tls.Dialer{NetDialer: &dialer, Config: s.TLS(host)}
			return d.DialContext(ctx, network, address)
		}
	}
	return t
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// call sends a request until an address answers, and again when the answer may
// pass. In is sent as JSON unless it is nil; the answer is read into out.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("write a request to the schema registry: %w", err)
		}
	}
	delay := c.settings.Backoff
	for attempt := 0; ; attempt++ {
		err := c.anywhere(ctx, method, path, body, out)
		var no *Error
		if !errors.As(err, &no) || !no.passing() || attempt >= c.settings.Retries {
			return err
		}
		if sleep(ctx, delay) != nil {
			return err
		}
		delay = min(2*delay, max(c.settings.MaxBackoff, c.settings.Backoff))
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// anywhere tries the addresses, beginning with the one that answered last.
func (c *Client) anywhere(ctx context.Context, method, path string, body []byte, out any) (err error) {
	c.mu.Lock()
	first := c.now
	c.mu.Unlock()
	for i := range c.urls {
		at := (first + i) % len(c.urls)
		err = c.send(ctx, method, c.urls[at]+path, body, out)
		var no *Error
		if err == nil || errors.As(err, &no) || ctx.Err() != nil {
			c.mu.Lock()
			c.now = at
			c.mu.Unlock()
			return err
		}
	}
	return err
}

func (c *Client) send(ctx context.Context, method, address string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address of the schema registry cannot be called")
	}
	c.head(req, body != nil)
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("call the schema registry: %w", withoutAddress(err))
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("read the answer of the schema registry: %w", err)
	case len(raw) > maxAnswer:
		return fmt.Errorf("the answer of the schema registry has more than %d bytes", maxAnswer)
	case resp.StatusCode != http.StatusOK:
		return refusal(resp.StatusCode, raw)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("read the answer of the schema registry: %w", err)
	}
	return nil
}

// withoutAddress drops the address from an error: it may hold a password.
func withoutAddress(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func (c *Client) head(req *http.Request, body bool) {
	s := &c.settings
	for name, value := range s.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Accept", mediaType+", application/vnd.schemaregistry+json; q=0.9, application/json; q=0.5")
	if body {
		req.Header.Set("Content-Type", mediaType)
	}
	switch {
	case s.Token != "":
		req.Header.Set("Authorization", "Bearer "+s.Token)
	case s.User != "":
		req.SetBasicAuth(s.User, s.Password)
	}
}

// refusal reads an answer that says no.
func refusal(status int, raw []byte) error {
	var no struct {
		Code    int    `json:"error_code"`
		Message string `json:"message"`
	}
	const unreadable = 50005
	if err := json.Unmarshal(raw, &no); err != nil {
		const shown = 200
		no.Code, no.Message = unreadable, fmt.Sprintf("Unable to parse error message from schema registry: '(%.*s)'", shown, raw)
	}
	return &Error{Status: status, Code: no.Code, Msg: no.Message}
}
