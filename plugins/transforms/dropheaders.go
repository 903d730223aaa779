package transforms

import (
	"slices"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/transform"
)

const dropHeadersKey = "headers"

func dropHeadersConfig() *config.Def {
	return config.NewDef(config.Key{
		Name: dropHeadersKey, Type: config.List, Required: true,
		Validator: config.ListRule{}, Importance: config.High,
		Doc: "Names of the headers to remove.",
	})
}

// dropHeaders removes headers by name.
type dropHeaders struct{ names []string }

func newDropHeaders(v *config.Values) (transform.Transformation, error) {
	return keeper{dropHeaders{v.List(dropHeadersKey)}}, nil
}

func (d dropHeaders) Apply(r *connect.Record) (bool, error) {
	if slices.ContainsFunc(r.Headers, d.listed) {
		r.Headers.Keep(func(h connect.Header) bool { return !d.listed(h) })
	}
	return true, nil
}

func (d dropHeaders) listed(h connect.Header) bool { return slices.Contains(d.names, h.Key) }
