package avroconverter

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/client"
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

	autoRegister = "auto.register.schemas"
	normalize    = "normalize.schemas"
	useID        = "use.schema.id"
	idStrict     = "id.compatibility.strict"
	useLatest    = "use.latest.version"
	latestStrict = "latest.compatibility.strict"
	useMetadata  = "use.latest.with.metadata"
	latestTTL    = "latest.cache.ttl.sec"
	maxSchemas   = "max.schemas.per.subject"

	keyStrategy   = "key.subject.name.strategy"
	valueStrategy = "value.subject.name.strategy"
	contextName   = "context.name.strategy"
	noContext     = "io.confluent.kafka.serializers.context.NullContextNameStrategy"
	idSerializer  = ".schema.id.serializer"
	prefixed      = "io.confluent.kafka.serializers.schema.id.PrefixSchemaIdSerializer"

	avroGroup     = "Avro"
	registryGroup = "Schemas"
)

// Config declares the converter's keys.
var Config = config.NewDef(append(append(client.ConfigKeys(), grouped(registryGroup, schemaKeys())...), grouped(avroGroup, avroKeys())...)...)

func grouped(group string, keys []config.Key) []config.Key {
	for i := range keys {
		keys[i].Group, keys[i].Order, keys[i].Display = group, i, keys[i].Name
	}
	return keys
}

func schemaKeys() []config.Key {
	return []config.Key{
		{Name: autoRegister, Type: config.Boolean, Default: true, Importance: config.Medium, Doc: "Register the schemas of values that are written. When false they must be there."},
		{Name: normalize, Type: config.Boolean, Default: false, Importance: config.Medium, Doc: "Let the registry bring schemas into a normal form before it compares them."},
		{Name: useID, Type: config.Int, Default: -1, Importance: config.Low, Doc: "Write all values with the schema of this id. Only when " + autoRegister + " is false."},
		{Name: idStrict, Type: config.Boolean, Default: true, Importance: config.Low, Doc: "Refuse values that the schema of " + useID + " is not compatible with."},
		{Name: useLatest, Type: config.Boolean, Default: false, Importance: config.Low, Doc: "Write all values with the latest schema of the subject. Only when " + autoRegister + " is false. Values are read with the schema that they were written with."},
		{Name: latestStrict, Type: config.Boolean, Default: true, Importance: config.Low, Doc: "Refuse values that the latest schema is not compatible with."},
		{Name: useMetadata, Type: config.StringType, Default: "", Validator: unset("schemas cannot be chosen by their metadata"), Importance: config.Low, Doc: "Not supported: leave it empty."},
		{Name: latestTTL, Type: config.Int, Default: -1, Importance: config.Low, Doc: "After how many seconds the latest schema is asked for again; -1 for never."},
		{Name: maxSchemas, Type: config.Int, Default: 1000, Validator: config.AtLeast(1), Importance: config.Low, Doc: "How many schemas the converter remembers, in each direction."},
		{Name: keyStrategy, Type: config.StringType, Default: client.TopicName.String(), Validator: strategy(), Importance: config.Medium, Doc: "Under which subject the schemas of keys are: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy, with its package."},
		{Name: valueStrategy, Type: config.StringType, Default: client.TopicName.String(), Validator: strategy(), Importance: config.Medium, Doc: "The same for values."},
		{Name: contextName, Type: config.StringType, Default: noContext, Validator: config.OneOf(noContext), Importance: config.Low, Doc: "Only the strategy without contexts is supported."},
		{Name: "key" + idSerializer, Type: config.StringType, Default: prefixed, Validator: config.OneOf(prefixed), Importance: config.Low, Doc: "Where the id of a key's schema is written: only before the key. It is read from a header as well."},
		{Name: "value" + idSerializer, Type: config.StringType, Default: prefixed, Validator: config.OneOf(prefixed), Importance: config.Low, Doc: "The same for values."},
	}
}

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
		{Name: cacheSize, Type: config.Int, Default: 1000, Importance: config.Low, Doc: "Accepted for compatibility; " + maxSchemas + " counts."},
	}
}

func strategy() config.Validator {
	return config.OneOf(client.TopicName.String(), client.RecordName.String(), client.TopicRecordName.String())
}

func unset(why string) config.Validator {
	return config.Valid("empty", func(key string, value any) error {
		if s, _ := value.(string); s != "" {
			return config.Invalid(key, value, why)
		}
		return nil
	})
}

// settings are what a configuration says about schemas.
type settings struct {
	data         avrodata.Settings
	strategy     client.Strategy
	register     bool
	normalize    bool
	id           int
	idStrict     bool
	latest       bool
	latestStrict bool
	latestTTL    int // seconds; below 0 for ever
	cache        int
}

func settingsOf(v *config.Values, role convert.Role) (settings, error) {
	s := settings{
		data: avrodata.Settings{
			Enhanced: v.Bool(enhanced), ScrubNames: v.Bool(scrubNames), MetaData: v.Bool(metaData),
			DiscardDocDefault: v.Bool(discardDefaults), OptionalMapKeys: v.Bool(optionalMapKeys),
			FlattenSingletons: v.Bool(flattenUnions), GeneralSums: v.Bool(generalSums), IgnoreDefaults: v.Bool(ignoreDefaults),
		},
		register: v.Bool(autoRegister), normalize: v.Bool(normalize), id: v.Int(useID), idStrict: v.Bool(idStrict),
		latest: v.Bool(useLatest), latestStrict: v.Bool(latestStrict), latestTTL: v.Int(latestTTL), cache: v.Int(maxSchemas),
	}
	class := v.String(valueStrategy)
	if role == convert.Key {
		class = v.String(keyStrategy)
	}
	var err error
	if s.strategy, err = client.StrategyOf(strings.TrimSpace(class)); err != nil {
		return s, config.Errorf(valueStrategy, "%s", err.Error())
	}
	return s, nil
}
