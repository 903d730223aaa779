package avroconverter

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// Plugin announces the converter.
var Plugin = plugin.Converter{
	Info: plugin.Info{Class: "io.confluent.connect.avro.AvroConverter", Config: Config},
	New: func(props map[string]string, role convert.Role) (convert.Converter, error) {
		return New(props, role)
	},
}

const (
	enhanced        = "enhanced.avro.schema.support"
	scrubNames      = "scrub.invalid.names"
	metaData        = "connect.meta.data"
	discardDefaults = "discard.type.doc.default"
	optionalMapKeys = "allow.optional.map.keys"
	flattenUnions   = "flatten.singleton.unions"
	generalSums     = "generalized.sum.type.support"
	ignoreDefaults  = "ignore.default.for.nullables"
	cacheSize       = "schemas.cache.config"
)

// Config declares the converter's keys.
var Config = config.NewDef(append(subject.ConfigKeys(), subject.Grouped("Avro", avroKeys())...)...)

func avroKeys() []config.Key {
	return []config.Key{
		{Name: enhanced, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Write enums as enums, and tell members of unions by their full names."},
		{Name: scrubNames, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Replace characters that Avro does not allow in names."},
		{Name: metaData, Type: config.Boolean, Default: true, Importance: config.Low, Doc: "Keep in properties called connect.* what Avro has no words for: small integers, versions, parameters, names."},
		{Name: discardDefaults, Type: config.Boolean, Default: false, Importance: config.Low, Doc: "Keep only documentation and defaults of fields, not those of types."},
		{Name: optionalMapKeys, Type: config.Boolean, Default: false, Importance: config.Low, Doc: "Write a map with optional strings as keys as an Avro map, not as an array of entries."},
		{Name: flattenUnions, Type: config.Boolean, Default: true, Importance: config.Low, Doc: "Read a union of one member as that member."},
		{Name: generalSums, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Read and write unions and enums in the form that is the same for Avro, Protobuf and JSON Schema."},
		{Name: ignoreDefaults, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Write a null as null, also where the schema has a default."},
		{Name: cacheSize, Type: config.Int, Default: 1000, Importance: config.Low, Doc: "Accepted for compatibility; max.schemas.per.subject counts."},
	}
}

func settingsOf(v *config.Values) avrodata.Settings {
	return avrodata.Settings{
		Enhanced: v.Bool(enhanced), ScrubNames: v.Bool(scrubNames), MetaData: v.Bool(metaData),
		DiscardDocDefault: v.Bool(discardDefaults), OptionalMapKeys: v.Bool(optionalMapKeys),
		FlattenSingletons: v.Bool(flattenUnions), GeneralSums: v.Bool(generalSums), IgnoreDefaults: v.Bool(ignoreDefaults),
	}
}
