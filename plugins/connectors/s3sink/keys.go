package s3sink

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
)

// Names of classes that configurations contain.
const (
	class           = "io.confluent.connect.s3.S3SinkConnector"
	storageClass    = "io.confluent.connect.s3.storage.S3Storage"
	jsonFormat      = "io.confluent.connect.s3.format.json.JsonFormat"
	bytesFormat     = "io.confluent.connect.s3.format.bytearray.ByteArrayFormat"
	avroFormat      = "io.confluent.connect.s3.format.avro.AvroFormat"
	parquetFormat   = "io.confluent.connect.s3.format.parquet.ParquetFormat"
	formatClass     = "format.class"
	flushSize       = "flush.size"
	rotateInterval  = "rotate.interval.ms"
	rotateSchedule  = "rotate.schedule.interval.ms"
	schemasCache    = "schemas.cache.config"
	enhancedAvro    = "enhanced.avro.schema.support"
	connectMeta     = "connect.meta.data"
	retryBackoff    = "retry.backoff.ms"
	padWidth        = "filename.offset.zero.pad.width"
	avroCodec       = "avro.codec"
	optionalMapKeys = "allow.optional.map.keys"
	parquetCodec    = "parquet.codec"
	compatibility   = "schema.compatibility"
	storeKeys       = "store.kafka.keys"
	storeHeaders    = "store.kafka.headers"
	keysFormat      = "keys.format.class"
	headersFormat   = "headers.format.class"
)

// newDef returns the keys of the connector in the order of the Java connector.
func newDef() *config.Def {
	var keys []config.Key
	keys = append(keys, connectorKeys()...)
	keys = append(keys, objectstore.Grouped("Schema", config.Key{
		Name: compatibility, Type: config.StringType, Default: "NONE", Importance: config.High, Width: config.ShortWidth,
		Display: "Schema Compatibility", Recommend: choices("NONE", "BACKWARD", "FORWARD", "FULL"),
		Doc: "What another value schema does: NONE begins a new object; BACKWARD, FORWARD and FULL convert records of " +
			"compatible versions to the schema of the open object. Other texts mean NONE.",
	})...)
	keys = append(keys, s3Keys()...)
	keys = append(keys, keyAndHeaderKeys()...)
	keys = append(keys, objectstore.StorageKeys(storageClass)...)
	keys = append(keys, objectstore.PartitionerKeys()...)
	return config.NewDef(keys...)
}

func formats() config.Validator {
	return objectstore.ClassOf(jsonFormat, bytesFormat, avroFormat, parquetFormat)
}

func connectorKeys() []config.Key {
	return objectstore.Grouped("Connector",
		config.Key{
			Name: formatClass, Type: config.Class, Required: true, Importance: config.High, Validator: formats(),
			Display: "Format class", Recommend: choices(jsonFormat, bytesFormat, avroFormat, parquetFormat),
			Doc: "How values are written: JsonFormat, AvroFormat, ParquetFormat or ByteArrayFormat.",
		},
		config.Key{
			Name: flushSize, Type: config.Int, Required: true, Importance: config.High, Width: config.LongWidth,
			Display: "Flush Size", Doc: "Records of a Kafka partition, in all its open objects together, after which the objects are committed.",
		},
		config.Key{
			Name: rotateInterval, Type: config.Long, Default: -1, Importance: config.High,
			Display: "Rotate Interval (ms)", Doc: "Objects are committed when a record's time is that much later than the first one's. Only with a partitioner by time; an object whose partition gets no further record stays open.",
		},
		config.Key{
			Name: rotateSchedule, Type: config.Long, Default: -1, Importance: config.Medium,
			Display: "Rotate Schedule Interval (ms)", Doc: "Objects are committed each time this period of the wall clock, counted from midnight of the time zone, is over, also without further records. What is in an object then depends on when it was read.",
		},
		config.Key{
			Name: schemasCache, Type: config.Int, Default: 1000, Importance: config.Low,
			Display: "Schemas Cache Size", Doc: "How many schemas AvroFormat remembers with the plan by which it writes them.",
		},
		config.Key{
			Name: enhancedAvro, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Enhanced Avro Support", Doc: "AvroFormat writes enums as enums, and tells the members of unions by their full names.",
		},
		config.Key{
			Name: connectMeta, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Connect Metadata", Doc: "AvroFormat keeps in properties called connect.* what Avro has no words for: small integers, versions, parameters, names.",
		},
		config.Key{
			Name: retryBackoff, Type: config.Long, Default: 5000, Importance: config.Low,
			Display: "Retry Backoff (ms)", Doc: "Pause of a partition after an error of the store that may pass. Then its records are read and written again.",
		},
		config.Key{
			Name: padWidth, Type: config.Int, Default: 10, Validator: config.AtLeast(0), Importance: config.Low, Width: config.LongWidth,
			Display: "Filename Offset Zero Pad Width", Doc: "Least number of digits of the offset in object names, so that they sort. At least 1.",
		},
		config.Key{
			Name: avroCodec, Type: config.StringType, Default: "null", Validator: config.OneOf("null", "deflate", "snappy", "bzip2"),
			Importance: config.Low, Width: config.LongWidth,
			Display: "Avro Compression Codec", Doc: "How AvroFormat compresses blocks: null for not at all, deflate, snappy or bzip2.",
		},
		config.Key{
			Name: optionalMapKeys, Type: config.Boolean, Default: false, Importance: config.Low, Width: config.ShortWidth,
			Display: "Allow Optional Map Keys", Doc: "AvroFormat writes a map with optional strings as keys as an Avro map, not as an array of entries.",
		},
		config.Key{
			Name: parquetCodec, Type: config.StringType, Default: "snappy", Importance: config.Low, Width: config.LongWidth,
			Validator: valueOf("none", "gzip", "snappy", "lz4", "brotli", "lz4_raw", "zstd", "lzo"),
			Display:   "Parquet Compression Codec", Doc: "How ParquetFormat compresses pages. brotli and lzo are accepted, as by the Java connector, and fail the task at its first record.",
		},
	)
}

func keyAndHeaderKeys() []config.Key {
	return objectstore.Grouped("Keys and Headers",
		config.Key{
			Name: storeKeys, Type: config.Boolean, Default: false, Importance: config.Low,
			Display: "Store Kafka Record Keys", Doc: "Write the keys of records to an object of their own beside that of the values. Each record must have one.",
		},
		config.Key{
			Name: storeHeaders, Type: config.Boolean, Default: false, Importance: config.Low,
			Display: "Store Kafka Record Headers", Doc: "Write the headers of records to an object of their own beside that of the values. Each record must have some.",
		},
		config.Key{
			Name: keysFormat, Type: config.Class, Default: avroFormat, Importance: config.Low, Validator: formats(),
			Display: "Keys format class", Recommend: choices(jsonFormat, bytesFormat, avroFormat, parquetFormat),
			Doc: "How keys are written: AvroFormat, JsonFormat, ParquetFormat or ByteArrayFormat.",
		},
		config.Key{
			Name: headersFormat, Type: config.Class, Default: avroFormat, Importance: config.Low, Validator: formats(),
			Display: "Headers format class", Recommend: choices(jsonFormat, avroFormat, parquetFormat),
			Doc: "How headers are written: AvroFormat, JsonFormat or ParquetFormat.",
		},
	)
}
