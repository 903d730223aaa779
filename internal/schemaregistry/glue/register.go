package glue

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// transportKey labels a version with the topic that it was first written to.
const transportKey = "x-amz-meta-transport"

// register makes a definition the latest version of a schema, which it creates if it
// is not there.
func (r *Registry) register(topic, name, text string) (ID, error) {
	id, err := r.addVersion(name, text)
	if notFound(err) {
		id, err = r.create(name, text)
	}
	if exists(err) { // another task was faster
		id, err = r.addVersion(name, text)
	}
	if err != nil {
		return ID{}, err
	}
	// The label is for people who look at the registry, and may need a permission
	// that is not there: values are written without it as well.
	_, _ = r.api.PutSchemaVersionMetadata(r.ctx, &glue.PutSchemaVersionMetadataInput{
		SchemaVersionId:  aws.String(id.String()),
		MetadataKeyValue: &types.MetadataKeyValuePair{MetadataKey: aws.String(transportKey), MetadataValue: &topic},
	})
	return id, nil
}

func (r *Registry) addVersion(name, text string) (ID, error) {
	what := "register a version of the schema " + name
	out, err := r.api.RegisterSchemaVersion(r.ctx, &glue.RegisterSchemaVersionInput{SchemaId: r.schemaID(name), SchemaDefinition: &text})
	if err != nil {
		return ID{}, &Error{what, err}
	}
	return r.available(what, out.SchemaVersionId, out.Status)
}

func (r *Registry) create(name, text string) (ID, error) {
	what := "create the schema " + name
	out, err := r.api.CreateSchema(r.ctx, &glue.CreateSchemaInput{
		RegistryId: &types.RegistryId{RegistryName: &r.Registry}, SchemaName: &name, SchemaDefinition: &text,
		DataFormat: types.DataFormatAvro, Compatibility: types.Compatibility(r.Compatibility), Description: &r.Description,
	})
	if err != nil {
		return ID{}, &Error{what, err}
	}
	return r.available(what, out.SchemaVersionId, out.SchemaVersionStatus)
}

// available waits until values may be written with a version, a bounded time.
func (r *Registry) available(what string, version *string, status types.SchemaVersionStatus) (ID, error) {
	id, err := ParseID(aws.ToString(version))
	for i := 0; err == nil && status == types.SchemaVersionStatusPending; i++ {
		if i == r.Checks {
			return ID{}, &Error{what, fmt.Errorf("version %s: %w", id, errPending)}
		}
		status, err = r.check(id)
	}
	if err != nil {
		return ID{}, &Error{what, err}
	}
	switch status {
	case types.SchemaVersionStatusAvailable:
		return id, nil
	case types.SchemaVersionStatusFailure:
		return ID{}, &Error{what, fmt.Errorf("version %s is not compatible with earlier ones (status FAILURE)", id)}
	}
	return ID{}, &Error{what, fmt.Errorf("version %s is not available (status %s)", id, status)}
}

// check returns the status of a version after a pause.
func (r *Registry) check(id ID) (types.SchemaVersionStatus, error) {
	timer := time.NewTimer(r.CheckWait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.ctx.Done():
		return "", errors.New("the registry was closed")
	}
	out, err := r.api.GetSchemaVersion(r.ctx, &glue.GetSchemaVersionInput{SchemaVersionId: aws.String(id.String())})
	if err != nil {
		return "", err
	}
	return out.Status, nil
}
