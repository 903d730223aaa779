package rest

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/rest/jackson"
)

// InternalRequests are what the workers of a cluster ask their leader. A herder that
// has none is standalone.
type InternalRequests interface {
	PutTaskConfigs(ctx context.Context, connector string, configs []map[string]string, by *Signature) error
	FenceZombies(ctx context.Context, connector string, by *Signature) error
}

// Signature proves that a request comes from a worker of the cluster (KIP-507).
type Signature struct {
	Algorithm string // Java's name, as sent
	MAC       []byte
	Body      []byte // what is signed
}

func (a *api) putTaskConfigs(r *request) (any, error) {
	configs, err := readTaskConfigs(r)
	if err != nil {
		return nil, err
	}
	by, err := signatureOf(r)
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
	by, err := signatureOf(r)
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

// signatureOf returns the signature of a request, nil when it has none.
func signatureOf(r *request) (*Signature, error) {
	mac, algorithm := r.Header.Get("X-Connect-Authorization"), r.Header.Get("X-Connect-Request-Signature-Algorithm")
	if mac == "" || algorithm == "" {
		return nil, nil
	}
	known := []string{"HMACMD5", "HMACSHA1", "HMACSHA224", "HMACSHA256", "HMACSHA384", "HMACSHA512"}
	if !slices.Contains(known, strings.ToUpper(algorithm)) {
		return nil, fail(http.StatusBadRequest, "Algorithm %s not available", algorithm)
	}
	bytes, err := base64.StdEncoding.DecodeString(mac)
	var at base64.CorruptInputError
	switch {
	case errors.As(err, &at) && int(at) < len(mac) && mac[at] != '=':
		return nil, fail(http.StatusBadRequest, "Illegal base64 character %x", mac[at])
	case err != nil:
		return nil, fail(http.StatusBadRequest, "Input byte array has wrong 4-byte ending unit")
	}
	return &Signature{Algorithm: algorithm, MAC: bytes, Body: r.body}, nil
}
