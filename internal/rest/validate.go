package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/javaerr"
)

// keyInfo, valueInfo and configInfos are the outcome of a validation (ConfigInfos).
type keyInfo struct {
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Required      bool     `json:"required"`
	Default       *string  `json:"default_value"`
	Importance    string   `json:"importance"`
	Documentation string   `json:"documentation"`
	Group         *string  `json:"group"`
	Order         int      `json:"order_in_group"`
	Width         string   `json:"width"`
	DisplayName   string   `json:"display_name"`
	Dependents    []string `json:"dependents"`
}

type valueInfo struct {
	Name        string   `json:"name"`
	Value       *string  `json:"value"`
	Recommended []string `json:"recommended_values"`
	Errors      []string `json:"errors"`
	Visible     bool     `json:"visible"`
}

type configInfo struct {
	Definition *keyInfo  `json:"definition"`
	Value      valueInfo `json:"value"`
}

type configInfos struct {
	Name       string       `json:"name"`
	ErrorCount int          `json:"error_count"`
	Groups     []string     `json:"groups"`
	Configs    []configInfo `json:"configs"`
}

func showDefinition(d *herder.Definition) *keyInfo {
	if d == nil {
		return nil
	}
	return &keyInfo{
		d.Name, d.Type, d.Required, d.Default, d.Importance, d.Documentation, d.Group, d.OrderInGroup, d.Width, d.DisplayName,
		list(d.Dependents),
	}
}

// list makes an empty array of nil.
func list(items []string) []string { return append([]string{}, items...) }

func showValidation(v *herder.Validation) configInfos {
	infos := configInfos{v.Class, v.ErrorCount, list(v.Groups), []configInfo{}}
	for _, k := range v.Configs {
		infos.Configs = append(infos.Configs, configInfo{
			showDefinition(k.Definition),
			valueInfo{k.Name, k.Value, list(k.Recommended), list(k.Errors), k.Visible},
		})
	}
	return infos
}

// validateConfig checks a configuration. That the class is unknown is an error here,
// and 500: clients rely on it.
func (a *api) validateConfig(r *request) (any, error) {
	config, err := readConfig(r)
	if err != nil {
		return nil, err
	}
	if config == nil {
		return nil, absent("java.util.Map.get(Object)", "connectorConfig")
	}
	asked := r.params["plugin"]
	if class := config["connector.class"]; class != nil && !strings.HasSuffix(pruned(*class), pruned(asked)) {
		return nil, fail(http.StatusBadRequest, "Included connector type %s does not match request type %s", *class, asked)
	}
	props, nulls := withoutNulls(config)
	v, err := a.validate(r.Context(), props, nulls)
	if err != nil {
		return nil, asJavaTells(err)
	}
	return showValidation(v), nil
}

func pruned(class string) string {
	if short, ok := strings.CutSuffix(class, "Connector"); ok && short != "" {
		return short
	}
	return class
}

// asJavaTells puts the exception's class before its message. A time-out has none, and
// no full stop.
func asJavaTells(err error) error {
	var known *herder.Error
	switch {
	case errors.As(err, &known) && known.Reason == herder.BadRequest:
		return fail(http.StatusInternalServerError, "org.apache.kafka.connect.runtime.rest.errors.BadRequestException: %s", known.Msg)
	case known != nil && known.Reason == herder.TimedOut:
		return herder.Fail(herder.TimedOut, "%s", strings.TrimSuffix(known.Msg, "."))
	case known != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return err
	}
	return fail(http.StatusInternalServerError, "%s: %s", javaerr.Class(err), err)
}
