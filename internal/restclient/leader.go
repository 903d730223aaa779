package restclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	leaderDialTimeout = 10 * time.Second
	leaderIdleTimeout = 30 * time.Second // shorter than a worker's own, so that no request meets a closing connection
	leaderIdleConns   = 8
)

// LeaderSettings say how a worker calls others of its cluster.
type LeaderSettings struct {
	// Dial opens the connections for http; nil for those of the machine.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// DialTLS opens the connections for https; nil to trust what the system trusts.
	DialTLS func(ctx context.Context, network, addr string) (net.Conn, error)
	Timeout time.Duration // of a call; 0 for 100 s
}

// Leader asks other workers of a cluster for what only they can do, the leader of
// the group above all. It keeps connections for further calls, and is safe for
// concurrent use.
type Leader struct {
	timeout time.Duration
	http    *http.Client
}

// NewLeader returns a Leader; it does not call yet. Close it.
func NewLeader(s LeaderSettings) *Leader {
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	if s.Dial == nil {
		s.Dial = (&net.Dialer{Timeout: leaderDialTimeout}).DialContext
	}
	return &Leader{
		timeout: s.Timeout,
		http: &http.Client{
			Transport: &http.Transport{
				DialContext: s.Dial, DialTLSContext: s.DialTLS, TLSHandshakeTimeout: leaderDialTimeout,
				IdleConnTimeout: leaderIdleTimeout, MaxIdleConnsPerHost: leaderIdleConns, DisableCompression: true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Close closes idle connections.
func (l *Leader) Close() { l.http.CloseIdleConnections() }

// Request is a request to another worker.
type Request struct {
	Method, URL string
	Header      http.Header // besides Accept, User-Agent and Content-Type; may be nil
	Body        []byte      // JSON; empty for none
}

// Answer is the success of another worker.
type Answer struct {
	Status int             // 200 to 299
	Body   json.RawMessage // nil with status 204
}

// Send sends a request. When the other worker refuses, the error is an *Error with
// its status and words; when it cannot be asked or does not answer as a worker does,
// an *Error with status 500. An error that is no *Error is that of ctx.
func (l *Leader) Send(ctx context.Context, r Request) (Answer, error) {
	within, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	req, err := newRequest(within, r)
	if err != nil {
		return Answer{}, forwardError("Error trying to forward REST request: ", err)
	}
	status, body, err := l.exchange(req)
	switch {
	case ctx.Err() != nil:
		return Answer{}, fmt.Errorf("ask the worker at %s: %w", req.URL.Host, ctx.Err())
	case err != nil:
		return Answer{}, ioError(err)
	}
	return readAnswer(status, body)
}

func newRequest(ctx context.Context, r Request) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	if req.URL.Host == "" || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, fmt.Errorf("%q is not of the form http://host:port", r.URL)
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "kafka-connect")
	if len(r.Body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

func (l *Leader) exchange(req *http.Request) (status int, body []byte, err error) {
	res, err := l.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	return res.StatusCode, body, err
}

// readAnswer tells success from refusal.
func readAnswer(status int, body []byte) (Answer, error) {
	switch {
	case status == http.StatusNoContent:
		return Answer{Status: status}, nil
	case status >= http.StatusBadRequest:
		var said struct {
			Message string `json:"message"`
		}
		if err := json.Unmarshal(body, &said); err != nil {
			return Answer{}, ioError(err)
		}
		return Answer{}, &Error{Status: status, Message: said.Message}
	case status < http.StatusOK || status >= http.StatusMultipleChoices:
		return Answer{}, &Error{
			Status:  http.StatusInternalServerError,
			Message: fmt.Sprintf("Unexpected status code when handling forwarded request: %d", status),
		}
	}
	var text json.RawMessage
	if err := json.Unmarshal(body, &text); err != nil {
		return Answer{}, ioError(err)
	}
	return Answer{Status: status, Body: text}, nil
}

func ioError(err error) error { return forwardError("IO Error trying to forward REST request: ", err) }

func forwardError(what string, err error) error {
	text := err
	var request *url.Error // tells method and URL, which the caller knows
	if errors.As(err, &request) {
		text = request.Err
	}
	return &Error{Status: http.StatusInternalServerError, Message: what + text.Error(), Err: err}
}

// Sign returns headers that prove to the leader who sends a body.
type Sign = func(body []byte) http.Header

// PutTaskConfigs gives the leader the task configurations that a connector has made.
// sign is nil in a group that does not sign. Errors are those of Send, or say that
// leaderURL is empty.
func (l *Leader) PutTaskConfigs(ctx context.Context, leaderURL, connector string, configs []map[string]string, sign Sign) error {
	if strings.TrimSpace(leaderURL) == "" {
		return errors.New("Request to leader to reconfigure connector tasks failed because the URL of the leader's REST interface is empty!")
	}
	if configs == nil {
		configs = []map[string]string{}
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(configs); err != nil {
		return fmt.Errorf("write the task configurations of connector %s: %w", connector, err)
	}
	return l.ask(ctx, Request{
		Method: http.MethodPost, URL: pathBelow(leaderURL, connector, "tasks"), Body: bytes.TrimSpace(body.Bytes()),
	}, sign)
}

// Fence asks the leader to fence the former tasks of a source connector. Errors are
// as those of PutTaskConfigs.
func (l *Leader) Fence(ctx context.Context, leaderURL, connector string, sign Sign) error {
	if strings.TrimSpace(leaderURL) == "" {
		return errors.New("Request to leader to perform zombie fencing failed because the URL of the leader's REST interface is empty!")
	}
	return l.ask(ctx, Request{Method: http.MethodPut, URL: pathBelow(leaderURL, connector, "fence")}, sign)
}

func (l *Leader) ask(ctx context.Context, r Request, sign Sign) error {
	if sign != nil {
		r.Header = sign(r.Body)
	}
	_, err := l.Send(ctx, r)
	return err
}

func pathBelow(worker, connector, what string) string {
	return strings.TrimRight(worker, "/") + "/connectors/" + url.PathEscape(connector) + "/" + what
}
