package rest

import (
	"net/http"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/rest/jackson"
)

const mapClass = "java.util.LinkedHashMap"

func (a *api) connectorConfig(r *request) (any, error) {
	c, err := a.herder.Connector(r.Context(), r.connector())
	return configObject(c.Config), err
}

func (a *api) putConnectorConfig(r *request) (any, error) {
	config, err := readConfig(r)
	if err != nil {
		return nil, err
	}
	return a.put(r, herder.PutRequest{Name: r.connector()}, config)
}

func readConfig(r *request) (config map[string]*string, err error) {
	return config, r.read(mapClass, func(j *jackson.Reader) (err error) {
		config, err = j.StringMap()
		return err
	})
}

// put creates or changes a connector. The name in its configuration is the one in
// the request.
func (a *api) put(r *request, put herder.PutRequest, config map[string]*string) (any, error) {
	if config == nil {
		return nil, absent("java.util.Map.get(Object)", "connectorConfig")
	}
	if name := config["name"]; name == nil {
		config["name"] = &put.Name
	} else if *name != put.Name {
		return nil, fail(http.StatusBadRequest, "Connector name configuration (%s) doesn't match connector name in the URL (%s)", *name, put.Name)
	}
	props, nulls := withoutNulls(config)
	if err := a.refuseNulls(r.Context(), props, nulls); err != nil {
		return nil, err
	}
	put.Config = props
	c, isNew, err := a.herder.PutConnector(r.Context(), put)
	if err != nil || !isNew {
		return showConnector(c), err
	}
	return created(put.Name, showConnector(c))
}

// created answers with a connector that is new.
func created(name string, body any) (any, error) {
	if variable, found := template(name); found {
		return nil, fail(http.StatusInternalServerError, "The template variable '%s' has no value", variable)
	}
	return response{status: http.StatusCreated, location: location(name), body: body}, nil
}

// patchConnectorConfig changes single keys; null removes one (KIP-477).
func (a *api) patchConnectorConfig(r *request) (any, error) {
	patch, err := readConfig(r)
	if err != nil {
		return nil, err
	}
	if patch == nil {
		if _, err := a.herder.Connector(r.Context(), r.connector()); err != nil {
			return nil, err
		}
		return nil, absent("java.util.Map.forEach(java.util.function.BiConsumer)", "patch")
	}
	c, err := a.herder.PatchConnector(r.Context(), r.connector(), patch)
	return showConnector(c), err
}
