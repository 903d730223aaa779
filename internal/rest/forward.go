package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/restclient"
)

// forward passes a request on to the worker that can do it, and answers as that one
// does. A user's request makes two hops at most: to the leader, and from there to
// the worker that has the connector or task.
func (r *router) forward(req *request, p *pattern, to *herder.Elsewhere) (any, error) {
	hop, hopped := req.URL.Query()["forward"]
	switch {
	case to.URL == "":
		return nil, fail(http.StatusConflict,
			"Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.")
	case hopped && !strings.EqualFold(hop[0], "true"):
		return nil, fail(http.StatusConflict, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)")
	}
	header := http.Header{}
	if user := req.Header.Values("Authorization"); user != nil {
		header["Authorization"] = user
	}
	answer, err := r.Leader.Send(req.Context(), restclient.Request{
		Method: p.method, URL: strings.TrimRight(to.URL, "/") + p.encode(req.params) + "?" + onward(req, !hopped),
		Header: header, Body: req.body,
	})
	var failed *restclient.Error
	if errors.As(err, &failed) && failed.Err != nil {
		r.Log.Error("A request could not be passed on", "method", p.method, "uri", req.RequestURI, "to", to.URL, "err", err)
	}
	if err != nil {
		return nil, err
	}
	return asOwn(answer)
}

// encode returns a path that fits the pattern.
func (p *pattern) encode(params map[string]string) string {
	var b strings.Builder
	for _, segment := range p.segments {
		if strings.HasPrefix(segment, "{") {
			segment = url.PathEscape(params[strings.Trim(segment, "{}")])
		}
		b.WriteString("/" + segment)
	}
	return b.String()
}

// onward returns the query of a request that is passed on: whether the next worker
// may pass it on again, and what to restart.
func onward(req *request, again bool) string {
	query := url.Values{"forward": {strconv.FormatBool(again)}}
	tasks, onlyFailed := req.flag("includeTasks", false), req.flag("onlyFailed", false)
	if tasks || onlyFailed {
		query.Set("includeTasks", strconv.FormatBool(tasks))
		query.Set("onlyFailed", strconv.FormatBool(onlyFailed))
	}
	return query.Encode()
}

// asOwn turns what another worker answered into an answer of this one. The Location
// of what was created is on this worker.
func asOwn(answer restclient.Answer) (any, error) {
	if answer.Body == nil {
		return response{status: answer.Status}, nil
	}
	if answer.Status != http.StatusCreated {
		return response{status: answer.Status, body: answer.Body}, nil
	}
	var made struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(answer.Body, &made); err != nil {
		return nil, fail(http.StatusInternalServerError, "IO Error trying to forward REST request: %s", err)
	}
	return created(made.Name, answer.Body)
}
