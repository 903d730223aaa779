package subject

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

// Registry is a schema registry as one converter sees it. Its methods wait for the
// registry; they remember nothing: converters keep what they made of a schema in a
// Cache. It is safe for concurrent use.
type Registry struct {
	settings
	format *Format
	key    bool
	client *client.Client
}

// Open returns the registry that a configuration names, for keys or for values. It
// does not call it yet. The configuration has been parsed with ConfigKeys.
func Open(v *config.Values, role convert.Role, format *Format) (*Registry, error) {
	r := &Registry{format: format, key: role == convert.Key}
	var err error
	if r.settings, err = settingsOf(v, role); err != nil {
		return nil, err
	}
	calls, err := client.FromConfig(v)
	if err != nil {
		return nil, err
	}
	r.client, err = client.New(calls)
	return r, err
}

// Close closes idle connections.
func (r *Registry) Close() { r.client.Close() }

// Remembered is how many schemas a converter may keep, in each direction.
func (r *Registry) Remembered() int { return r.remembered }

// role is the word for what is converted.
func (r *Registry) role() string {
	if r.key {
		return "key"
	}
	return "value"
}
