package rest

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// site is what a group of listeners serves: nothing but an error page until a router
// is mounted.
type site struct {
	log     *slog.Logger
	headers []header
	cors    *cors // nil when it is off
	router  atomic.Pointer[router]
}

// ServeHTTP answers a request and logs it.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	counted := &countedWriter{ResponseWriter: w}
	defer func() {
		if p := recover(); p != nil {
			s.recovered(counted, r, p)
		}
		s.logRequest(counted, r, time.Since(began))
	}()
	s.serve(counted, r)
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	at, no := parseURI(r)
	router := s.router.Load()
	if no == nil && router == nil {
		no = &refusal{http.StatusNotFound, "Not Found"}
	}
	if no != nil {
		refuseAsServer(w, r, *no)
		return
	}
	if r.ContentLength != 0 {
		// http.Server.ReadTimeout would also end the context of a request that waits.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
	}
	for _, h := range s.headers {
		h.apply(w.Header())
	}
	if s.cors != nil {
		s.cors.apply(r, w.Header())
	}
	router.serve(w, r, at)
}

// recovered answers for a handler that panicked. http.ErrAbortHandler is no accident.
func (s *site) recovered(w *countedWriter, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	s.log.Error("A request handler panicked", "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if w.status == 0 {
		respond(w, r, jsonType, nil, fail(http.StatusInternalServerError, "HTTP 500 Internal Server Error"))
	}
}

// logRequest writes the line that a request log has.
func (s *site) logRequest(w *countedWriter, r *http.Request, took time.Duration) {
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = r.RemoteAddr
	}
	level := slog.LevelInfo
	if r.URL.Path == "/metrics" && w.status == http.StatusOK {
		level = slog.LevelDebug // scrapers come every few seconds
	}
	s.log.Log(r.Context(), level, "Request", "method", r.Method, "uri", r.RequestURI, "status", w.status, "bytes", w.bytes,
		"ms", took.Milliseconds(), "client", client, "agent", r.UserAgent())
}

// countedWriter remembers what was answered.
type countedWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *countedWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *countedWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *countedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
