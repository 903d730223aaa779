package s3sink

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/avroformat"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

// avroFormatOf returns the Avro format that a configuration asks for.
func avroFormatOf(v *config.Values) (objectstore.Format, error) {
	f, err := avroformat.New(avroformat.Settings{Codec: v.String(avroCodec), Data: avroDataOf(v), Cache: v.Int(schemasCache)})
	if err != nil {
		return nil, config.Invalid(avroCodec, v.String(avroCodec), err.Error())
	}
	return f, nil
}

// avroDataOf returns how Connect schemas become Avro schemas: for Avro files, and
// for others that follow an Avro schema.
func avroDataOf(v *config.Values) avrodata.Settings {
	return avrodata.Settings{
		Enhanced: v.Bool(enhancedAvro), MetaData: v.Bool(connectMeta), OptionalMapKeys: v.Bool(optionalMapKeys),
		FlattenSingletons: true,
	}
}
