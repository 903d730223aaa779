package glueavroconverter

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/glue"
)

// Plugin announces the converter.
var Plugin = plugin.Converter{
	Info: plugin.Info{Class: "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter", Config: Config},
	New: func(props map[string]string, role convert.Role) (convert.Converter, error) {
		return New(props, role)
	},
}

const (
	compression = "compression"
	recordType  = "avroRecordType"
	secondary   = "secondaryDeserializer"
	enhanced    = "enhanced.avro.schema.support"
	metaData    = "connect.meta.data"
	cacheSize   = "schemas.cache.config"

	noCompression = "NONE"
	zlib          = "ZLIB"
	generic       = "GENERIC_RECORD"
	specific      = "SPECIFIC_RECORD"
)

// Config declares the converter's keys.
var Config = config.NewDef(append(glue.ConfigKeys(), avroKeys()...)...)

func avroKeys() []config.Key {
	keys := []config.Key{
		{Name: compression, Type: config.StringType, Default: noCompression, Validator: config.OneOfFold(noCompression, zlib), Importance: config.Medium, Doc: "How values are compressed, each for itself: NONE or ZLIB. Both are read in any case."},
		{Name: recordType, Type: config.StringType, Default: generic, Validator: config.OneOf(generic, specific), Importance: config.Medium, Doc: "How values are read: GENERIC_RECORD, by the schema that they were written with. SPECIFIC_RECORD needs Java classes: values can be written with it but not read."},
		{Name: secondary, Type: config.StringType, Default: "", Validator: unset("it is a Java class"), Importance: config.Low, Doc: "Not supported: leave it empty. Values without the registry's header are refused."},
		{Name: enhanced, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Write enums as enums, and tell members of unions by their full names."},
		{Name: metaData, Type: config.Boolean, Default: true, Importance: config.Low, Doc: "Keep in properties called connect.* what Avro has no words for: small integers, versions, parameters, names."},
		{Name: cacheSize, Type: config.Int, Default: 1000, Importance: config.Low, Doc: "Accepted for compatibility; cacheSize counts."},
	}
	for i := range keys {
		keys[i].Group, keys[i].Order, keys[i].Display = "Avro", i, keys[i].Name
	}
	return keys
}

func unset(why string) config.Validator {
	return config.Valid("empty", func(key string, value any) error {
		if s, _ := value.(string); s != "" {
			return config.Invalid(key, value, why)
		}
		return nil
	})
}

func settingsOf(v *config.Values) avrodata.Settings {
	return avrodata.Settings{Enhanced: v.Bool(enhanced), MetaData: v.Bool(metaData)}
}
