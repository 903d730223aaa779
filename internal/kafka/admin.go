package kafka

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

// Admin is an admin client's configuration.
type Admin struct {
	Options
	APITimeout time.Duration // default.api.timeout.ms: an operation with all its tries
	Retries    int           // of a request
}

// AdminOptions reads the properties of an admin client. Errors are *config.Error.
func AdminOptions(props map[string]string) (*Admin, error) {
	if props[keyControllers] != "" {
		return nil, config.Errorf(keyControllers, "%s is not supported; use %s", keyControllers, keyBootstrap)
	}
	if props[keyBootstrap] == "" {
		return nil, config.Errorf(keyBootstrap, "You must set either %s or %s", keyBootstrap, keyControllers)
	}
	r, err := read(AdminDef(), props)
	if err != nil {
		return nil, err
	}
	a := &Admin{APITimeout: r.duration(keyAPITimeout), Retries: r.Int(keyRetries)}
	if a.APITimeout < r.RequestTimeout {
		if r.given(keyAPITimeout) {
			return nil, config.Errorf(keyAPITimeout, "The specified value of %s must be no smaller than the value of %s.", keyAPITimeout, keyRequestTimeout)
		}
		a.APITimeout = r.RequestTimeout
	}
	r.add(kgo.RequestRetries(a.Retries), kgo.RetryTimeout(max(a.APITimeout, time.Millisecond)))
	a.Options = r.done()
	return a, nil
}
