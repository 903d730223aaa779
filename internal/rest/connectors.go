package rest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/rest/jackson"
	"github.com/millrace/millrace/internal/store/state"
)

// connectors lists names, or with ?expand what the connectors are and do (KIP-465).
func (a *api) connectors(r *request) (any, error) {
	names, err := a.herder.Connectors(r.Context())
	if err != nil {
		return nil, err
	}
	expand := r.URL.Query()["expand"]
	if len(expand) == 0 {
		return list(names), nil
	}
	all := object{}
	for _, name := range names {
		o, err := a.expand(r.Context(), name, expand)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, member{name, o})
	}
	return all, nil
}

// expand returns the info and status of a connector. Without a status it counts as
// not found.
func (a *api) expand(ctx context.Context, name string, what []string) (object, error) {
	o := object{}
	if slices.Contains(what, "info") {
		c, err := a.herder.Connector(ctx, name)
		switch {
		case isNotFound(err):
			o = append(o, member{"info", nil})
		case err != nil:
			return nil, err
		default:
			o = append(o, member{"info", showConnector(c)})
		}
	}
	if slices.Contains(what, "status") {
		s, err := a.herder.ConnectorStatus(ctx, name)
		if err != nil {
			return nil, err
		}
		o = append(o, member{"status", showStatus(s)})
	}
	return o, nil
}

func isNotFound(err error) bool {
	var known *herder.Error
	return errors.As(err, &known) && known.Reason == herder.NotFound
}

// reword gives a not-found error the words that the endpoint has for it.
func reword(err error, format string, args ...any) error {
	if isNotFound(err) {
		return herder.Fail(herder.NotFound, format, args...)
	}
	return err
}

func (a *api) connector(r *request) (any, error) {
	c, err := a.herder.Connector(r.Context(), r.connector())
	return showConnector(c), err
}

func (a *api) deleteConnector(r *request) (any, error) {
	return response{status: http.StatusNoContent}, a.herder.DeleteConnector(r.Context(), r.connector())
}

const (
	createRequest = "org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest"
	initialState  = createRequest + "$InitialState"
)

// createConnector is POST /connectors.
func (a *api) createConnector(r *request) (any, error) {
	put, config, err := readCreateRequest(r)
	if err != nil {
		return nil, err
	}
	return a.put(r, put, config)
}

func readCreateRequest(r *request) (put herder.PutRequest, config map[string]*string, err error) {
	var name *string
	given := false
	err = r.read(createRequest, func(j *jackson.Reader) (err error) {
		given, err = j.Bean(createRequest,
			jackson.Field{Name: "config", Read: func() (err error) { config, err = j.StringMap(); return err }},
			jackson.Field{Name: "name", Read: func() (err error) { name, err = j.Text(); return err }},
			jackson.Field{Name: "initial_state", Read: func() (err error) { put.Target, err = readTarget(j); return err }})
		return err
	})
	if err == nil && !given {
		err = absent(createRequest+".name()", "createRequest")
	}
	if name != nil {
		put.Name = strings.TrimFunc(*name, func(c rune) bool { return c <= ' ' })
	}
	put.Create = true
	return put, config, err
}

// absent is what the Java worker says when it stumbles over a body that is not there.
func absent(call, name string) error {
	return fail(http.StatusInternalServerError, `Cannot invoke "%s" because "%s" is null`, call, name)
}

// readTarget reads an initial_state (KIP-980).
func readTarget(j *jackson.Reader) (state.Target, error) {
	text, err := j.Text()
	if err != nil || text == nil {
		return "", err
	}
	switch upper := strings.ToUpper(*text); upper {
	case "RUNNING":
		return state.TargetStarted, nil
	case "PAUSED":
		return state.TargetPaused, nil
	case "STOPPED":
		return state.TargetStopped, nil
	default:
		return "", j.Invalid("Cannot construct instance of `%s`, problem: No enum constant %s.%s",
			initialState, strings.ReplaceAll(initialState, "$", "."), upper)
	}
}
