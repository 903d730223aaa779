package rest

import (
	"context"

	"github.com/millrace/millrace/internal/herder"
)

// nullValidator is a herder that can tell what is wrong with keys that are null.
type nullValidator interface {
	ValidateNulls(ctx context.Context, props map[string]string, nulls map[string]bool) (*herder.Validation, error)
}

// withoutNulls splits a configuration into the keys with a value and those that are
// null.
func withoutNulls(config map[string]*string) (props map[string]string, nulls map[string]bool) {
	props, nulls = map[string]string{}, map[string]bool{}
	for key, value := range config {
		if value != nil {
			props[key] = *value
		} else {
			nulls[key] = true
		}
	}
	return props, nulls
}

// validate checks a configuration in which some keys are null (KIP-891).
func (a *api) validate(ctx context.Context, props map[string]string, nulls map[string]bool) (*herder.Validation, error) {
	if len(nulls) == 0 {
		return a.herder.Validate(ctx, props)
	}
	if v, ok := a.herder.(nullValidator); ok {
		return v.ValidateNulls(ctx, props, nulls)
	}
	return nil, herder.Fail(herder.BadRequest, "Null value can not be supplied as the configuration value.")
}

// refuseNulls returns what is wrong with a configuration in which keys are null.
func (a *api) refuseNulls(ctx context.Context, props map[string]string, nulls map[string]bool) error {
	if len(nulls) == 0 {
		return nil
	}
	v, err := a.validate(ctx, props, nulls)
	if err != nil {
		return err
	}
	if problems := v.Problems(); problems != "" {
		return herder.Fail(herder.BadRequest, "%s", problems)
	}
	return nil
}
