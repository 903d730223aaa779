package aivens3sink

import (
	"slices"

	"github.com/millrace/millrace/connect/config"
)

// Keys of files and of what is in them.
const (
	nameTemplate   = "file.name.template"
	prefixTemplate = "file.prefix.template"
	compression    = "file.compression.type"
	maxRecords     = "file.max.records"
	nameZone       = "file.name.timestamp.timezone"
	nameTime       = "file.name.timestamp.source"

	outputType     = "format.output.type"
	outputFields   = "format.output.fields"
	outputEncoding = "format.output.fields.value.encoding"
	outputEnvelope = "format.output.envelope"

	oldZone = "timestamp.timezone"
	oldTime = "timestamp.source"

	kafkaBackoff = "kafka.retry.backoff.ms"
)

// Keys of Avro.
const (
	avroCodec       = "avro.codec"
	enhancedAvro    = "enhanced.avro.schema.support"
	scrubNames      = "scrub.invalid.names"
	connectMeta     = "connect.meta.data"
	discardDefaults = "discard.type.doc.default"
	optionalMapKeys = "allow.optional.map.keys"
	generalSums     = "generalized.sum.type.support"
	ignoreDefaults  = "ignore.default.for.nullables"
)

// newDef declares all keys, in the order in which the Java connector does; those of
// Avro, which it reads without declaring them, come last.
func newDef() *config.Def {
	return config.NewDef(slices.Concat(awsKeys(), roleKeys(), oldKeys(), retryKeys(), partKeys(), fileKeys(), formatKeys(), oldTimeKeys(), kafkaKeys(), avroKeys())...)
}

func fileKeys() []config.Key {
	return grouped("File", []int{1, 2, 2, 4, 5, 6}, []config.Key{
		{
			Name: nameTemplate, Type: config.StringType, Validator: fileNames(), Importance: config.Medium, Width: config.LongWidth,
			Doc: "Names of objects, with {{variables}}: topic, partition, start_offset, timestamp and key. Which of them there are decides which records share an object. " +
				"Without the key it is {{topic}}-{{partition}}-{{start_offset}} and the ending of the compression.",
		},
		{
			Name: prefixTemplate, Type: config.StringType, Importance: config.Medium, Width: config.LongWidth,
			Doc: "Accepted for compatibility: it is for the source connector.",
		},
		{
			Name: compression, Type: config.StringType, Validator: compressions(), Importance: config.Medium, Recommend: choices(compressionNames()...),
			Doc: "Compression of objects: none, gzip, snappy or zstd; gzip unless set. Parquet compresses its pages by it instead, and does not unless it is set.",
		},
		{
			Name: maxRecords, Type: config.Int, Default: 0, Validator: config.Between(0, 1<<31-1), Importance: config.Medium, Width: config.ShortWidth,
			Doc: "Most records in an object; 0 for no limit.",
		},
		{
			Name: nameZone, Type: config.StringType, Default: "Z", Validator: zones(), Importance: config.Low, Width: config.ShortWidth,
			Doc: "Time zone of the variable timestamp.",
		},
		{
			Name: nameTime, Type: config.StringType, Default: "WALLCLOCK", Validator: timeSources(), Importance: config.Low, Width: config.ShortWidth,
			Doc: "What the variable timestamp is: wallclock, the time at which a record is put, or event, the timestamp of the record.",
		},
	})
}

func formatKeys() []config.Key {
	return grouped("Format", []int{0, 0, 1, 2}, []config.Key{
		{
			Name: outputType, Type: config.StringType, Default: "csv", Validator: outputTypes(), Importance: config.Medium, Recommend: choices(typeNames()...),
			Doc: "What objects are: csv, json (one array), jsonl (a document in each line), avro or parquet.",
		},
		{
			Name: outputFields, Type: config.List, Validator: fieldLists(), Importance: config.Medium, Recommend: choices(fieldNames()...),
			Doc: "What is written of each record: key, value, offset, timestamp, headers, in this order in csv, avro and parquet; value unless set.",
		},
		{
			Name: outputEncoding, Type: config.StringType, Default: "base64", Validator: encodings(), Importance: config.Medium, Recommend: choices("none", "base64"),
			Doc: "How csv has values: base64, or none for the bytes as they are. Keys are always in base64.",
		},
		{
			Name: outputEnvelope, Type: config.Boolean, Default: true, Importance: config.Medium, Width: config.ShortWidth,
			Doc: "Whether a single field stands in an object of that name. Several fields always do.",
		},
	})
}

func oldTimeKeys() []config.Key {
	return grouped("File", []int{0, 1}, []config.Key{
		{
			Name: oldZone, Type: config.StringType, Default: "Z", Validator: zones(), Importance: config.Low, Width: config.ShortWidth,
			Doc: "Time zone of the variable timestamp in aws.s3.prefix.",
		},
		{
			Name: oldTime, Type: config.StringType, Default: "WALLCLOCK", Validator: timeSources(), Importance: config.Low, Width: config.ShortWidth,
			Doc: "What the variable timestamp in aws.s3.prefix is: wallclock, or event, the timestamp of the first record.",
		},
	})
}

func kafkaKeys() []config.Key {
	return grouped("Retry backoff policy", []int{1}, []config.Key{{
		Name: kafkaBackoff, Type: config.Long, Validator: backoffs(), Importance: config.Medium,
		Doc: "Milliseconds for which partitions pause whose records could not be written, before they are read again; 5000 unless set. At most a day.",
	}})
}

func avroKeys() []config.Key {
	keys := []config.Key{
		{Name: avroCodec, Type: config.StringType, Default: "null", Validator: avroCodecs(), Importance: config.Medium, Doc: "How Avro files compress their blocks: null for not at all, deflate, snappy or bzip2. They are compressed as a whole, too, as file.compression.type says."},
		{Name: enhancedAvro, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Avro: write enums as enums, and tell members of unions by their full names."},
		{Name: scrubNames, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Avro: replace characters that it does not allow in names."},
		{Name: connectMeta, Type: config.Boolean, Default: true, Importance: config.Low, Doc: "Avro: keep in properties called connect.* what it has no words for: small integers, versions, parameters, names."},
		{Name: discardDefaults, Type: config.Boolean, Default: false, Importance: config.Low, Doc: "Avro: keep only documentation and defaults of fields, not those of types."},
		{Name: optionalMapKeys, Type: config.Boolean, Default: false, Importance: config.Low, Doc: "Avro: write a map with optional strings as keys as a map, not as an array of entries."},
		{Name: generalSums, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Avro: write unions and enums from the form that is the same for Avro, Protobuf and JSON Schema."},
		{Name: ignoreDefaults, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Avro: write a null as null, also where the schema has a default."},
	}
	return grouped("Avro", []int{0, 1, 2, 3, 4, 5, 6, 7}, keys)
}

// grouped puts keys into a group, at positions some of which the Java connector
// gives twice.
func grouped(group string, orders []int, keys []config.Key) []config.Key {
	for i := range keys {
		keys[i].Group, keys[i].Order = group, orders[i]
	}
	return keys
}
