package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/rest/jackson"
)

// handler answers a request: with a response, a value that is sent as JSON with
// status 200, an http.Handler that answers in its place, or an error.
type handler func(*request) (any, error)

// api is the endpoints over a herder.
type api struct {
	Settings
	herder    herder.Herder
	readiness readiness
}

// request is a request at its route.
type request struct {
	*http.Request
	params map[string]string
	body   []byte
}

func (r *request) connector() string { return r.params["connector"] }

// flag reads a boolean query parameter: true, in any case, is true; other words are
// false; without one the fallback counts.
func (r *request) flag(name string, fallback bool) bool {
	text := r.URL.Query().Get(name)
	if text == "" {
		return fallback
	}
	return strings.EqualFold(text, "true")
}

// read reads the body with a function that is called on the first token. class is
// the Java class of the body. Of an empty body nothing is read.
func (r *request) read(class string, value func(*jackson.Reader) error) error {
	j, err := jackson.Read(r.body)
	if err != nil || j.Token() == jackson.None {
		return err
	}
	if err := value(j); err != nil {
		return err
	}
	return j.End(class)
}

// router finds the route of a request. It is immutable.
type router struct {
	*api
	routes []pattern
}

type pattern struct {
	route
	segments []string
}

func newRouter(a *api, routes []route) *router {
	r := &router{api: a}
	for _, at := range routes {
		var segments []string
		if path := strings.Trim(at.path, "/"); path != "" {
			segments = strings.Split(path, "/")
		}
		r.routes = append(r.routes, pattern{at, segments})
	}
	return r
}

// match returns the parameters of a path that fits the pattern.
func (p *pattern) match(segments []string) (map[string]string, bool) {
	if len(segments) != len(p.segments) {
		return nil, false
	}
	var params map[string]string
	for i, want := range p.segments {
		if strings.HasPrefix(want, "{") {
			if params == nil {
				params = map[string]string{}
			}
			params[strings.Trim(want, "{}")] = segments[i]
		} else if want != segments[i] {
			return nil, false
		}
	}
	return params, true
}

// serve answers a request whose path has been read.
func (r *router) serve(w http.ResponseWriter, req *http.Request, at uri) {
	method := req.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var allowed []string
	for i := range r.routes {
		p := &r.routes[i]
		params, ok := p.match(at.segments)
		if !ok {
			continue
		}
		if p.method == method {
			r.enter(w, &request{Request: req, params: params}, p, at.odd)
			return
		}
		allowed = append(allowed, p.method)
	}
	switch {
	case allowed == nil:
		refuse(w, http.StatusNotFound)
	case method == http.MethodOptions:
		if contentType, _ := acceptable(req.Header.Values("Accept")); r.admit(w, &request{Request: req}, &pattern{}, contentType) {
			options(w, req, allowed)
		}
	default:
		refuse(w, http.StatusMethodNotAllowed)
	}
}

// options tells which methods a path has, in the order that Jersey has them.
func options(w http.ResponseWriter, req *http.Request, methods []string) {
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	methods = append(methods, http.MethodOptions)
	order := []string{"HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"}
	slices.SortFunc(methods, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	contentType, text := plain(req.Header.Values("Accept"))
	w.Header().Set("Allow", strings.Join(methods, ","))
	var body []byte
	if text {
		body = []byte(strings.Join(methods, ", "))
	}
	send(w, http.StatusOK, contentType, body)
}

// enter checks what a request offers and accepts, and calls the handler.
func (r *router) enter(w http.ResponseWriter, req *request, p *pattern, odd bool) {
	offer := offered(req.Header.Values("Content-Type"))
	restricted := p.accepts == jsonOnly || p.accepts == jsonBody
	contentType, ok := acceptable(req.Header.Values("Accept"))
	switch {
	case offer == unreadable:
		refuseAsServer(w, req.Request, refusal{http.StatusBadRequest, "Bad Request"})
		return
	case restricted && offer == otherType:
		refuse(w, http.StatusUnsupportedMediaType)
		return
	case !ok && p.accepts != ownType:
		refuse(w, http.StatusNotAcceptable)
		return
	}
	if !r.admit(w, req, p, contentType) {
		return
	}
	r.noteReady()
	ctx, cancel := context.WithTimeout(req.Context(), r.RequestTimeout)
	defer cancel()
	req.Request = req.WithContext(ctx)
	if odd && !r.exists(req) {
		refuseAsServer(w, req.Request, refusal{http.StatusBadRequest, "Bad Request"})
		return
	}
	answer, err := r.call(w, req, p, offer)
	if own, ok := answer.(http.Handler); ok && err == nil {
		own.ServeHTTP(w, req.Request)
		return
	}
	respond(w, req.Request, contentType, answer, err)
}

// exists tells whether the path is that of a connector. One whose name has a slash
// or percent sign must be within reach, though it cannot be made by a path.
func (r *router) exists(req *request) bool {
	_, err := r.herder.Connector(req.Context(), req.connector())
	return req.connector() != "" && !isNotFound(err)
}

func (r *router) call(w http.ResponseWriter, req *request, p *pattern, offer offer) (any, error) {
	if p.accepts == jsonBody || p.accepts == rawBody {
		var err error
		if req.body, err = r.readBody(w, req.Request); err != nil {
			return nil, err
		}
		if p.accepts == jsonBody && offer == untyped && len(req.body) > 0 {
			return nil, fail(http.StatusUnsupportedMediaType, "HTTP 415 Unsupported Media Type")
		}
	}
	answer, err := p.handle(req)
	var elsewhere *herder.Elsewhere
	if errors.As(err, &elsewhere) {
		return r.forward(req, p, elsewhere)
	}
	return answer, err
}

// readBody reads the body. When it cannot be had whole, the connection is of no more
// use: waiting for the rest would delay the answer.
func (r *router) readBody(w http.ResponseWriter, req *http.Request) ([]byte, error) {
	var b bytes.Buffer
	var err error
	if req.ContentLength <= r.MaxBody {
		_, err = io.Copy(&b, http.MaxBytesReader(w, req.Body, r.MaxBody))
	}
	var larger *http.MaxBytesError
	switch {
	case req.ContentLength > r.MaxBody || errors.As(err, &larger):
		w.Header().Set("Connection", "close")
		return nil, fail(http.StatusRequestEntityTooLarge, "The request body is larger than %d bytes", r.MaxBody)
	case err != nil:
		w.Header().Set("Connection", "close")
		return nil, fail(http.StatusBadRequest, "The request body could not be read: %s", err)
	case req.ContentLength != 0:
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	}
	return b.Bytes(), nil
}
