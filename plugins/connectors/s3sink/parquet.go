package s3sink

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/parquetfile"
)

// parquetFormatOf returns the Parquet format for what the key is about. Its schemas
// follow those of Avro.
func parquetFormatOf(v *config.Values, key string) (objectstore.Format, error) {
	o := parquetfile.Options{Codec: v.String(parquetCodec), Avro: avroDataOf(v)}
	if key == keysFormat {
		o.Envelope = parquetfile.Keys
	}
	f, err := parquetfile.New(o)
	if err != nil {
		return nil, config.Invalid(parquetCodec, o.Codec, err.Error())
	}
	return f, nil
}
