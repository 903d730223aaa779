package providers

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/internal/java/regex"
)

const allowlistKey = "allowlist.pattern"

func envVarConfig() *config.Def {
	return config.NewDef(config.Key{
		Name: allowlistKey, Type: config.StringType, Default: ".*", Importance: config.Low,
		Doc: "Java regular expression for the names of the variables that may be read.",
	})
}

// envVar reads the environment of the worker, as it was at its start.
type envVar struct{ values map[string]string }

func newEnvVar(params map[string]string) (provider.Provider, error) {
	return NewEnvVar(params, os.Environ())
}

// NewEnvVar returns the provider of environment variables over an environment of
// the form of os.Environ.
func NewEnvVar(params map[string]string, environ []string) (provider.Provider, error) {
	pattern, given := params[allowlistKey]
	if !given {
		pattern = ".*"
	}
	allowed, err := regex.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", allowlistKey, err)
	}
	values := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		ok, err := allowed.Matches(name)
		if err != nil {
			return nil, fmt.Errorf("match %s: %w", allowlistKey, err)
		}
		if ok {
			values[name] = value
		}
	}
	return envVar{values}, nil
}

func (e envVar) Get(_ context.Context, path string, keys []string) (provider.Data, error) {
	if path != "" {
		return provider.Data{}, config.Errorf("", "Path is not supported for EnvVarConfigProvider, invalid value '%s'", path)
	}
	return provider.Data{Values: pick(e.values, keys)}, nil
}
