package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/restclient"
	"github.com/millrace/millrace/internal/signing"
)

// response is an answer other than 200 with a value.
type response struct {
	status   int
	location string // "" for none
	body     any    // nil for none
}

// failure is an error of the API itself.
type failure struct {
	status int
	msg    string
}

func (f *failure) Error() string { return f.msg }

func fail(status int, format string, args ...any) error {
	return &failure{status, fmt.Sprintf(format, args...)}
}

// errorMessage is the body of every error (ErrorMessage).
type errorMessage struct {
	Code    int    `json:"error_code"`
	Message string `json:"message"`
}

// statusOf tells an error in HTTP (ConnectExceptionMapper). Whatever is unknown is
// 500, and there is always a message: clients rely on one.
func statusOf(err error) errorMessage {
	var own *failure
	var known *herder.Error
	var forwarded *restclient.Error
	var unproven *signing.Refusal
	var unreadable *signing.HeaderError
	var worded *connect.Error
	switch {
	case errors.As(err, &own):
		return errorMessage{own.status, own.msg}
	case errors.As(err, &forwarded):
		return errorMessage{forwarded.Status, forwarded.Error()}
	case errors.As(err, &unproven):
		return errorMessage{unproven.Status, unproven.Msg}
	case errors.As(err, &unreadable):
		return errorMessage{http.StatusBadRequest, unreadable.Error()}
	case errors.As(err, &known):
		return errorMessage{reasonStatus(known.Reason), nonEmpty(known.Msg)}
	case errors.As(err, &worded): // also when time was the reason
		return errorMessage{http.StatusInternalServerError, nonEmpty(err.Error())}
	case errors.Is(err, context.DeadlineExceeded):
		return errorMessage{http.StatusInternalServerError, "Request timed out"}
	case errors.Is(err, context.Canceled):
		return errorMessage{http.StatusInternalServerError, "Request interrupted"}
	}
	return errorMessage{http.StatusInternalServerError, nonEmpty(err.Error())}
}

func nonEmpty(msg string) string {
	if msg == "" {
		return "HTTP 500 Internal Server Error"
	}
	return msg
}

func reasonStatus(r herder.Reason) int {
	switch r {
	case herder.BadRequest:
		return http.StatusBadRequest
	case herder.NotFound:
		return http.StatusNotFound
	case herder.Conflict:
		return http.StatusConflict
	case herder.Forbidden:
		return http.StatusForbidden
	case herder.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// respond sends what a handler returned.
func respond(w http.ResponseWriter, r *http.Request, contentType string, answer any, err error) {
	if err != nil {
		msg := statusOf(err)
		answer = response{status: msg.Code, body: msg}
	}
	res, ok := answer.(response)
	if !ok {
		res = response{status: http.StatusOK, body: answer}
	}
	if res.body == nil {
		send(w, res.status, "", nil)
		return
	}
	body, err := encode(res.body)
	if err != nil {
		body, _ = encode(errorMessage{http.StatusInternalServerError, err.Error()})
		res = response{status: http.StatusInternalServerError}
	}
	if res.location != "" {
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		w.Header().Set("Location", scheme+"://"+r.Host+res.location)
	}
	send(w, res.status, contentType, body)
}

// encode returns JSON text, in which HTML is nothing special.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// send writes a response; contentType "" is for none.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header()["Content-Type"] = nil // keeps net/http from guessing
	if contentType != "" {
		w.Header().Set("Content-Type", contentType)
	}
	if status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// refuse sends an error of the router, which has no Content-Type.
func refuse(w http.ResponseWriter, status int) {
	body, _ := encode(errorMessage{status, "HTTP " + strconv.Itoa(status) + " " + http.StatusText(status)})
	send(w, status, "", body)
}

// refuseAsServer sends an error page as the HTTP server of the Java worker does, for
// what does not reach Connect there.
func refuseAsServer(w http.ResponseWriter, r *http.Request, why refusal) {
	w.Header().Set("Cache-Control", "must-revalidate,no-cache,no-store")
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, r.Method) {
		send(w, why.status, "", nil)
		return
	}
	if r.Header.Get("Accept") == jsonType && why.status == http.StatusBadRequest {
		body, _ := encode(struct {
			URL     string `json:"url"`
			Status  string `json:"status"`
			Message string `json:"message"`
		}{r.URL.Path, strconv.Itoa(why.status), why.reason})
		send(w, why.status, jsonType, body)
		return
	}
	title := html.EscapeString(fmt.Sprintf("Error %d %s", why.status, why.reason))
	page := "<html>\n<head><title>" + title + "</title></head>\n<body><h2>" + title + "</h2></body>\n</html>\n"
	send(w, why.status, "text/html;charset=iso-8859-1", []byte(page))
}
