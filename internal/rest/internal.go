package rest

import (
	"context"
	"net/http"

	"github.com/millrace/millrace/internal/rest/jackson"
	"github.com/millrace/millrace/internal/signing"
)

// InternalRequests are what the workers of a cluster ask their leader. A herder that
// has none is standalone. It decides whether the signature is demanded and good; its
// *signing.Refusal is answered as such.
type InternalRequests interface {
	PutTaskConfigs(ctx context.Context, connector string, configs []map[string]string, by signing.Claim) error
	FenceZombies(ctx context.Context, connector string, by signing.Claim) error
}

func (a *api) putTaskConfigs(r *request) (any, error) {
	configs, err := readTaskConfigs(r)
	if err != nil {
		return nil, err
	}
	by, err := r.claim()
	if err != nil {
		return nil, err
	}
	leader, ok := a.herder.(InternalRequests)
	if !ok {
		return nil, notStandalone("externally setting task configurations")
	}
	return response{status: http.StatusNoContent}, leader.PutTaskConfigs(r.Context(), r.connector(), configs, by)
}

func (a *api) fence(r *request) (any, error) {
	by, err := r.claim()
	if err != nil {
		return nil, err
	}
	leader, ok := a.herder.(InternalRequests)
	if !ok {
		return nil, notStandalone("exactly-once source connectors")
	}
	return response{status: http.StatusNoContent}, leader.FenceZombies(r.Context(), r.connector(), by)
}

func notStandalone(what string) error {
	return fail(http.StatusInternalServerError, "Kafka Connect in standalone mode does not support %s.", what)
}

func readTaskConfigs(r *request) ([]map[string]string, error) {
	j, err := jackson.Read(r.body)
	if err != nil {
		return nil, err
	}
	if j.Token() == jackson.None {
		return nil, jackson.NoContent()
	}
	configs := []map[string]string{}
	return configs, j.List("java.util.ArrayList<java.util.Map<java.lang.String,java.lang.String>>", func() error {
		config, err := j.StringMap()
		props, _ := withoutNulls(config)
		configs = append(configs, props)
		return err
	})
}

// claim returns a request with the signature that it carries, if it does.
func (r *request) claim() (signing.Claim, error) {
	s, signed, err := signing.FromHeaders(r.Header)
	if err != nil || !signed {
		return signing.Claim{Body: r.body}, err
	}
	return signing.Claim{Signature: &s, Body: r.body}, nil
}
