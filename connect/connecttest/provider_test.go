package connecttest

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/provider"
)

// vault has two secrets at the path "safe": well, or with a fault.
type vault struct {
	fault  string
	values map[string]string
}

func (v vault) Get(_ context.Context, path string, keys []string) (provider.Data, error) {
	switch {
	case path != "safe" && v.fault == "tells":
		return provider.Data{}, fmt.Errorf("%s is no path, but %v is here", path, v.values)
	case path != "safe":
		return provider.Data{}, fmt.Errorf("there is nothing at %s", path)
	case v.fault == "ttl":
		return provider.Data{Values: maps.Clone(v.values), TTL: -time.Second}, nil
	case keys == nil || v.fault == "all keys":
		return provider.Data{Values: maps.Clone(v.values)}, nil
	}
	found := map[string]string{}
	for _, k := range keys {
		if value, ok := v.values[k]; ok || v.fault == "invents" {
			found[k] = value
		}
	}
	return provider.Data{Values: found}, nil
}

func vaultSuite(fault string) Provider {
	return Provider{
		Plugin: plugin.Provider{
			Info: plugin.Info{Class: "com.example.Vault"},
			New: func(params map[string]string) (provider.Provider, error) {
				if params["door"] == "none" {
					return nil, config.Invalid("door", "none", "")
				}
				return vault{fault, map[string]string{"user": "ann", "password": "s3cret"}}, nil
			},
		},
		Path: "safe", Values: map[string]string{"user": "ann", "password": "s3cret"}, Wrong: "elsewhere",
		Bad: []BadSetting{{Key: "door", Value: "none"}},
	}
}

func TestProviderSuite(t *testing.T) {
	t.Run("good", func(t *testing.T) {
		vaultSuite("").Run(t)
		expect(t, vaultSuite("").checks(), "", "")
	})
	for _, c := range []struct{ fault, check, want string }{
		{"tells", "secrets stay out of errors", "contains the value of password"},
		{"ttl", "all values", "TTL is negative"},
		{"all keys", "some values", "asked for"},
		{"invents", "some values", "asked for"},
	} {
		t.Run(c.fault, func(t *testing.T) { expect(t, vaultSuite(c.fault).checks(), c.check, c.want) })
	}
}
