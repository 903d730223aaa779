package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
)

// handler answers requests.
type handler struct {
	service    Service
	options    Options
	operations []operation
	door       *door
	slots      chan struct{} // one element for each request that is worked on
	toWorkers  *http.Client
}

// New returns the API of the service. It is safe for concurrent use. It serves paths
// below /v1/, and at / the one operation of the service "sts" that Terraform asks for;
// with [Options.Workers] also /connect/NAME/, which is the Connect REST API of a
// connector's workers, /scaling/NAME and /metrics.
func New(service Service, options Options) http.Handler {
	options = options.complete()
	return &handler{service, options, operations(), newDoor(options), make(chan struct{}, options.MaxRequests), newWorkerClient()}
}

// ServeHTTP answers one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &answer{w, r, model.NewUUID(), h.options.Log}
	defer func() {
		if p := recover(); p != nil {
			a.fail(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if h.share(a) {
		return
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		a.fail(&model.Error{Code: model.CodeTooManyRequests, Message: "too many requests at the same time; try again later"})
		return
	}
	if err := h.serve(a); err != nil {
		a.fail(err)
	}
}

func (h *handler) serve(a *answer) error {
	body, err := h.readBody(a)
	if err != nil {
		return err
	}
	if whoAmI(a.r) {
		if err := h.door.admit(a.r, stsService, body); err != nil {
			return err
		}
		return a.identity(h.options.Account, body)
	}
	if err := h.door.admit(a.r, signingName, body); err != nil {
		return err
	}
	if done, err := h.beyond(a, body); done {
		return err
	}
	op, at, ok := h.route(a.r)
	if !ok {
		return &refusal{http.StatusNotFound, "UnknownOperationException", "there is no operation " + a.r.Method + " with this path"}
	}
	return h.call(a, op, at, body)
}

// call runs the operation.
func (h *handler) call(a *answer, op operation, at place, body []byte) error {
	ctx, cancel := context.WithTimeout(a.r.Context(), h.options.Timeout)
	defer cancel()
	c := &call{Context: ctx, service: h.service, request: a.r, body: body}
	if err := c.resolve(op, at.arn); err != nil {
		return err
	}
	result, err := op.do(c)
	if err != nil {
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return &model.Error{Code: model.CodeServiceUnavailable, Message: "the operation took too long; try again later"}
		}
		return fmt.Errorf("%s: %w", op.name, err)
	}
	return a.succeed(result)
}

// readBody reads all of the body: a signature covers it.
func (h *handler) readBody(a *answer) ([]byte, error) {
	control := http.NewResponseController(a.w)
	// Not every writer has deadlines; those of a server have.
	_ = control.SetReadDeadline(time.Now().Add(h.options.BodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(a.w, a.r.Body, h.options.MaxBody))
	_ = control.SetReadDeadline(time.Time{})
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, model.BadRequest("the request has a body of more than %d bytes", large.Limit)
	case err != nil:
		return nil, model.BadRequest("the body of the request cannot be read")
	}
	return body, nil
}
