package protobufconverter

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/schemaregistry/protodata"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// Plugin announces the converter.
var Plugin = plugin.Converter{
	Info: plugin.Info{Class: "io.confluent.connect.protobuf.ProtobufConverter", Config: Config},
	New: func(props map[string]string, role convert.Role) (convert.Converter, error) {
		return New(props, role)
	},
}

const (
	enhanced         = "enhanced.protobuf.schema.support"
	scrubNames       = "scrub.invalid.names"
	intEnums         = "int.for.enums"
	optionalNulls    = "optional.for.nullables"
	optionalProto2   = "optional.for.proto2"
	wrapNulls        = "wrapper.for.nullables"
	unwrapPrimitives = "wrapper.for.raw.primitives"
	structsForNulls  = "generate.struct.for.nulls"
	indexUnions      = "generate.index.for.unions"
	flattenUnions    = "flatten.unions"
	generalSums      = "generalized.sum.type.support"
	ignoreDefaults   = "ignore.default.for.nullables"
	cacheSize        = "schemas.cache.config"

	lookupOnly        = "reference.lookup.only"
	skipKnown         = "skip.known.types"
	referenceStrategy = "reference.subject.name.strategy"
	referenceName     = "io.confluent.kafka.serializers.subject.DefaultReferenceSubjectNameStrategy"
)

// Config declares the converter's keys.
var Config = config.NewDef(append(subject.ConfigKeys(), subject.Grouped("Protobuf", protobufKeys())...)...)

func protobufKeys() []config.Key {
	return []config.Key{
		{Name: enhanced, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Keep the packages of messages and enums in the names of schemas."},
		{Name: scrubNames, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Replace characters that Protobuf does not allow in names."},
		{Name: intEnums, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Read enums as numbers, not as texts."},
		{Name: optionalNulls, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Write optional fields as fields that Protobuf calls optional, and read only those as optional."},
		{Name: optionalProto2, Type: config.Boolean, Default: true, Importance: config.Medium, Doc: "Read a field that proto2 calls optional as null when it is not there, not as its default."},
		{Name: wrapNulls, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Write optional primitives in messages like google.protobuf.StringValue, so that null can be told from zero, and read those messages as optional primitives."},
		{Name: unwrapPrimitives, Type: config.Boolean, Default: true, Importance: config.Medium, Doc: "Read messages like google.protobuf.StringValue as what is in them, also where they are the whole value."},
		{Name: structsForNulls, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Read a message that is not there as one without fields, not as null."},
		{Name: indexUnions, Type: config.Boolean, Default: true, Importance: config.Medium, Doc: "Call the field for a union NAME_INDEX, not only NAME."},
		{Name: flattenUnions, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Read the members of unions as fields of the message around them."},
		{Name: generalSums, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Read and write unions and enums in the form that is the same for Avro, Protobuf and JSON Schema."},
		{Name: ignoreDefaults, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Write a null as null, also where the schema has a default."},
		{Name: cacheSize, Type: config.Int, Default: 1000, Importance: config.Low, Doc: "Accepted for compatibility; max.schemas.per.subject counts."},
		{Name: lookupOnly, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Accepted for compatibility: schemas that are registered refer to no others."},
		{Name: skipKnown, Type: config.Boolean, Default: true, Validator: mustBe(true, "registering the files that every registry knows is not supported"), Importance: config.Low, Doc: "Do not register files that every registry knows, like google/protobuf/timestamp.proto. Only true is supported."},
		{Name: referenceStrategy, Type: config.StringType, Default: referenceName, Validator: config.OneOf(referenceName), Importance: config.Low, Doc: "Under which subject schemas are that others refer to: only their own name is supported."},
	}
}

func mustBe(want bool, why string) config.Validator {
	return config.Valid("true", func(key string, value any) error {
		if b, ok := value.(bool); ok && b != want {
			return config.Invalid(key, value, why)
		}
		return nil
	})
}

func settingsOf(v *config.Values) protodata.Settings {
	return protodata.Settings{
		Enhanced: v.Bool(enhanced), ScrubNames: v.Bool(scrubNames), IntEnums: v.Bool(intEnums),
		OptionalNulls: v.Bool(optionalNulls), OptionalProto2: v.Bool(optionalProto2), WrapNulls: v.Bool(wrapNulls),
		UnwrapPrimitives: v.Bool(unwrapPrimitives), StructsForNulls: v.Bool(structsForNulls),
		IndexUnions: v.Bool(indexUnions), FlattenUnions: v.Bool(flattenUnions),
		GeneralSums: v.Bool(generalSums), IgnoreDefaults: v.Bool(ignoreDefaults),
	}
}
