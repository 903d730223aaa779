package api

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/millrace/millrace/internal/msk/model"
)

const (
	requestIDHeader = "X-Amzn-Requestid"
	errorTypeHeader = "X-Amzn-Errortype"
)

// answer is the answer to a request.
type answer struct {
	w   http.ResponseWriter
	r   *http.Request
	id  string
	log *slog.Logger
}

// refusal is an error of the front end, which is none of the API's exceptions.
type refusal struct {
	status        int
	code, message string
}

// Error returns the message.
func (e *refusal) Error() string { return e.message }

// succeed answers with the result; nil is an empty object.
func (a *answer) succeed(result any) error {
	if result == nil {
		result = struct{}{}
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(result); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	a.write(http.StatusOK, "application/json", bytes.TrimSuffix(body.Bytes(), []byte("\n")))
	return nil
}

// fail answers with an exception.
func (a *answer) fail(err error) {
	status, code, message := http.StatusInternalServerError, string(model.CodeInternalServer), "internal error; the log of the control plane says more"
	var known *model.Error
	var refused *refusal
	switch {
	case errors.As(err, &known):
		status, code, message = known.Code.Status(), string(known.Code), known.Message
	case errors.As(err, &refused):
		status, code, message = refused.status, refused.code, refused.message
	}
	if status >= http.StatusInternalServerError {
		a.log.Error("Request failed", "request", a.id, "method", a.r.Method, "path", a.r.URL.EscapedPath(), "err", err)
	}
	a.w.Header().Set(errorTypeHeader, code)
	body, _ := json.Marshal(struct {
		Message string `json:"message"`
	}{message})
	a.write(status, "application/json", body)
}

func (a *answer) write(status int, contentType string, body []byte) {
	header := a.w.Header()
	header.Set(requestIDHeader, a.id)
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	a.w.WriteHeader(status)
	if _, err := a.w.Write(body); err != nil {
		a.log.Debug("Client left before its answer", "request", a.id, "err", err)
	}
}

// identity answers GetCallerIdentity.
func (a *answer) identity(account string, form []byte) error {
	if !asksIdentity(form) {
		return &refusal{http.StatusNotFound, "UnknownOperationException", "of the service sts there is only GetCallerIdentity"}
	}
	type result struct{ Arn, UserId, Account string }
	body, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Result    result   `xml:"GetCallerIdentityResult"`
		RequestID string   `xml:"ResponseMetadata>RequestId"`
	}{Result: result{"arn:aws:iam::" + account + ":root", account, account}, RequestID: a.id})
	if err != nil {
		return fmt.Errorf("write identity: %w", err)
	}
	a.write(http.StatusOK, "text/xml", body)
	return nil
}
