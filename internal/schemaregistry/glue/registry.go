package glue

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// Registry is the registry as one converter for Avro sees it. It remembers what it
// was told. It must not be used by several goroutines at a time; Close may be called
// at any time.
type Registry struct {
	Settings
	api      *glue.Client
	ctx      context.Context // ends with Close: converters are called without one
	cancel   context.CancelFunc
	idle     func()
	versions remembered[definition, ID]
	schemas  remembered[ID, string]
}

// definition is a schema under a name.
type definition struct{ name, text string }

// Open returns the registry. It does not call it yet.
func Open(s Settings) (*Registry, error) {
	api, region, idle, err := newClient(&s)
	if err != nil {
		return nil, err
	}
	if s.Description == "" {
		s.Description = "DEFAULT-DESCRIPTION-" + region + "-" + s.Registry
	}
	r := &Registry{Settings: s, api: api, idle: idle}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.versions.size, r.versions.time = s.CacheSize, s.CacheTime
	r.schemas.size, r.schemas.time = s.CacheSize, s.CacheTime
	return r, nil
}

// Close ends calls and closes connections.
func (r *Registry) Close() {
	r.cancel()
	r.idle()
}

// Version returns the version that an Avro schema has under the name of a topic, and
// the time after which to ask again. It registers the schema if it may, and waits
// until the registry has found it compatible with earlier ones.
func (r *Registry) Version(topic, text string) (ID, time.Time, error) {
	name := r.Schema
	if name == "" {
		name = topic
	}
	return r.versions.get(definition{name, text}, func() (ID, error) {
		id, err := r.find(name, text)
		if !notFound(err) {
			return id, err
		}
		if !r.Register {
			return id, &Error{"the schema " + name + " has no such version, and " + registerKey + " is false", err}
		}
		return r.register(topic, name, text)
	})
}

// Definition returns the Avro schema of a version, and the time after which to ask
// again.
func (r *Registry) Definition(id ID) (string, time.Time, error) {
	return r.schemas.get(id, func() (string, error) {
		out, err := r.api.GetSchemaVersion(r.ctx, &glue.GetSchemaVersionInput{SchemaVersionId: aws.String(id.String())})
		what := "fetch the schema version " + id.String()
		switch {
		case err != nil:
			return "", &Error{what, err}
		case out.DataFormat != types.DataFormatAvro:
			return "", &Error{what, errors.New("it is not AVRO but " + string(out.DataFormat))}
		case aws.ToString(out.SchemaDefinition) == "":
			return "", &Error{what, errors.New("the answer has no definition")}
		}
		return *out.SchemaDefinition, nil
	})
}

func (r *Registry) find(name, text string) (ID, error) {
	what := "look up the schema " + name + " by its definition"
	out, err := r.api.GetSchemaByDefinition(r.ctx, &glue.GetSchemaByDefinitionInput{SchemaId: r.schemaID(name), SchemaDefinition: &text})
	if err != nil {
		return ID{}, &Error{what, err}
	}
	return r.available(what, out.SchemaVersionId, out.Status)
}

func (r *Registry) schemaID(name string) *types.SchemaId {
	return &types.SchemaId{RegistryName: &r.Registry, SchemaName: &name}
}
