package jsonschemaconverter

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/schemaregistry/jsondata"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// Plugin announces the converter.
var Plugin = plugin.Converter{
	Info: plugin.Info{Class: "io.confluent.connect.json.JsonSchemaConverter", Config: Config},
	New: func(props map[string]string, role convert.Role) (convert.Converter, error) {
		return New(props, role)
	},
}

const (
	additional     = "object.additional.properties"
	nonRequired    = "use.optional.for.nonrequired"
	ignoreModern   = "ignore.modern.dialects"
	decimalFormat  = "decimal.format"
	flattenUnions  = "flatten.singleton.unions"
	preserve       = "preserve.additional.properties"
	generalSums    = "generalized.sum.type.support"
	ignoreDefaults = "ignore.default.for.nullables"
	cacheSize      = "schemas.cache.config"

	failInvalid = "json.fail.invalid.schema"
	failUnknown = "json.fail.unknown.properties"
	indent      = "json.indent.output"
	isoDates    = "json.write.dates.iso8601"
	specVersion = "json.schema.spec.version"
	nullables   = "json.oneof.for.nullables"
	inclusion   = "json.default.property.inclusion"

	numeric = "NUMERIC"
	ofBeans = "Accepted for compatibility. It is about Java objects that are no Connect data: the converter never meets them."
)

// Config declares the converter's keys.
var Config = config.NewDef(append(append(subject.ConfigKeys(), subject.Grouped("JSON Schema", schemaKeys())...), subject.Grouped("JSON", textKeys())...)...)

func schemaKeys() []config.Key {
	return []config.Key{
		{Name: additional, Type: config.Boolean, Default: true, Importance: config.Medium, Doc: "Let the schemas of objects allow properties beside those that they list."},
		{Name: nonRequired, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Read properties that a schema does not require as optional fields."},
		{Name: ignoreModern, Type: config.Boolean, Default: false, Importance: config.Low, Doc: "Read schemas of drafts after 7 as if they were of draft 7."},
		{Name: decimalFormat, Type: config.StringType, Default: "BASE64", Validator: config.OneOfFold("BASE64", numeric), Importance: config.Low, Doc: "How decimals are written: BASE64 for the bytes of their unscaled value, NUMERIC for a JSON number. Both are read in any case."},
		{Name: flattenUnions, Type: config.Boolean, Default: true, Importance: config.Low, Doc: "Read a union of one member as that member."},
		{Name: preserve, Type: config.Boolean, Default: false, Validator: off("properties that the schema does not list cannot be kept"), Importance: config.Low, Doc: "Not supported: leave it false. Properties that a schema does not list are dropped when they are read."},
		{Name: generalSums, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Read and write unions and enums in the form that is the same for Avro, Protobuf and JSON Schema."},
		{Name: ignoreDefaults, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Write a null as null, also where the schema has a default."},
		{Name: cacheSize, Type: config.Int, Default: 1000, Importance: config.Low, Doc: "Accepted for compatibility; max.schemas.per.subject counts."},
	}
}

func textKeys() []config.Key {
	return []config.Key{
		{Name: failInvalid, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Refuse values that break their schema: patterns, bounds, required properties."},
		{Name: indent, Type: config.Boolean, Default: false, Importance: config.Low, Doc: "Write JSON with line breaks, for people."},
		{Name: isoDates, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Accepted for compatibility. Dates are numbers in any case, as their schema says."},
		{Name: specVersion, Type: config.StringType, Default: "draft_7", Validator: config.OneOfFold("draft_4", "draft_6", "draft_7", "draft_2019_09", "draft_2020_12"), Importance: config.Medium, Doc: ofBeans},
		{Name: nullables, Type: config.Boolean, Default: true, Importance: config.Medium, Doc: ofBeans},
		{Name: failUnknown, Type: config.Boolean, Default: true, Importance: config.Low, Doc: ofBeans},
		{Name: inclusion, Type: config.StringType, Importance: config.Medium, Doc: ofBeans},
	}
}

func off(why string) config.Validator {
	return config.Valid("false", func(key string, value any) error {
		if on, _ := value.(bool); on {
			return config.Invalid(key, value, why)
		}
		return nil
	})
}

func settingsOf(v *config.Values) jsondata.Settings {
	return jsondata.Settings{
		ClosedObjects: !v.Bool(additional), OptionalForNonRequired: v.Bool(nonRequired), IgnoreModern: v.Bool(ignoreModern),
		NumericDecimals: strings.EqualFold(v.String(decimalFormat), numeric), FlattenSingletons: v.Bool(flattenUnions),
		GeneralSums: v.Bool(generalSums), IgnoreDefaults: v.Bool(ignoreDefaults),
	}
}

// format has the words of the Java converter.
var format = subject.Format{
	Type: "JSON", Name: "JSON", Colon: ": ",
	Write: subject.Words{
		Data:    "Converting Kafka Connect data to byte[] failed due to serialization error of topic %s: ",
		Retry:   "Converting Kafka Connect data to byte[] failed due to serialization error of topic %s: ",
		Network: "Network connection error while serializing Json data for topic %s: %s",
	},
	Read: subject.Words{
		Data:    "Converting byte[] to Kafka Connect data failed due to serialization error of topic %s: ",
		Retry:   "Converting byte[] to Kafka Connect data failed due to serialization error of topic %s: ",
		Network: "Network connection error while deserializing data for topic %s: %s",
	},
}
