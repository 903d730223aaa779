package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/msk/metricship"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

// Workers knows the workers of connectors, for what Amazon's API does not have. An error
// is answered as one of the [Service].
type Workers interface {
	// WorkerURLs returns the addresses of workers of the connector with the name
	// that run.
	WorkerURLs(ctx context.Context, name string) ([]string, error)
	// Scaling explains how many workers the connector has.
	Scaling(ctx context.Context, name string) (operate.Scaling, error)
	// Metrics returns the metrics of all connectors that have workers.
	Metrics(ctx context.Context) []metricship.Snapshot
}

const (
	connectPath   = "/connect/" // and a name, and a path of the Connect REST API
	scalingPath   = "/scaling/" // and a name
	metricsPath   = "/metrics"
	workerDial    = 2 * time.Second
	maxFromWorker = 64 << 20
)

// beyond answers requests for what Amazon's API does not have. It is false for others.
func (h *handler) beyond(a *answer, body []byte) (bool, error) {
	path := a.r.URL.EscapedPath()
	if h.options.Workers == nil {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(a.r.Context(), h.options.Timeout)
	defer cancel()
	if rest, ok := strings.CutPrefix(path, connectPath); ok {
		return true, h.connect(ctx, a, rest, body)
	}
	if path == metricsPath && a.r.Method == http.MethodGet {
		a.write(http.StatusOK, exposition, expose(h.options.Workers.Metrics(ctx)))
		return true, nil
	}
	rest, ok := strings.CutPrefix(path, scalingPath)
	if !ok || a.r.Method != http.MethodGet {
		return false, nil
	}
	name, err := url.PathUnescape(rest)
	if err != nil {
		return false, nil
	}
	s, err := h.options.Workers.Scaling(ctx, name)
	if err != nil {
		return true, err
	}
	return true, a.succeed(s)
}

// connect hands a request on to a worker.
func (h *handler) connect(ctx context.Context, a *answer, rest string, body []byte) error {
	escaped, path, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(escaped)
	if err != nil || name == "" {
		return model.NotFound("the connector " + strconv.Quote(escaped))
	}
	if !h.options.ConnectWrites && !reads(a.r.Method, path) {
		return &refusal{http.StatusForbidden, "AccessDeniedException", "the Connect REST API of managed connectors is read-only here"}
	}
	urls, err := h.options.Workers.WorkerURLs(ctx, name)
	if err != nil {
		return err
	}
	problem := errors.New("none runs")
	again := reads(a.r.Method, path)
	for i, worker := range urls {
		target := worker + "/" + path
		if a.r.URL.RawQuery != "" {
			target += "?" + a.r.URL.RawQuery
		}
		if problem = h.inTime(ctx, a, target, body, len(urls)-i); problem == nil {
			return nil
		}
		if !again && !unsent(problem) {
			return &model.Error{Code: model.CodeServiceUnavailable, Message: "a worker of the connector " + name + " has not answered; it may have done what was asked"}
		}
	}
	h.options.Log.Warn("No worker of a managed connector has answered", "connector", name, "err", problem)
	return &model.Error{Code: model.CodeServiceUnavailable, Message: "no worker of the connector " + name + " answers; try again later"}
}

// reads reports whether a request changes nothing.
func reads(method, path string) bool {
	switch method {
	case http.MethodGet, http.MethodHead:
		return true
	case http.MethodPut:
		return strings.HasPrefix(path, "connector-plugins/") && strings.HasSuffix(path, "/config/validate")
	}
	return false
}

// inTime hands a request on, with a part of the time: others may have to be asked after a
// worker that hangs.
func (h *handler) inTime(ctx context.Context, a *answer, target string, body []byte, parts int) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(parts))
		defer cancel()
	}
	return h.handOn(ctx, a, target, body)
}

// unsent reports whether a request has certainly not reached anybody.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// handOn sends the request to a worker and its answer to the client. An error means
// that nothing was answered.
func (h *handler) handOn(ctx context.Context, a *answer, target string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, a.r.Method, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for _, name := range []string{"Accept", "Content-Type"} {
		if value := a.r.Header.Get(name); value != "" {
			r.Header.Set(name, value)
		}
	}
	resp, err := h.toWorkers.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxFromWorker))
	if err != nil {
		return err
	}
	a.write(resp.StatusCode, resp.Header.Get("Content-Type"), content)
	return nil
}

// newWorkerClient returns a client that goes straight to workers, whatever proxies the
// environment names.
func newWorkerClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy, transport.TLSHandshakeTimeout, transport.DisableCompression = nil, workerDial, true
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
