package subject

import (
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

const (
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
)

// ConfigKeys are the keys that say which registry to call, under which subjects it
// has schemas, and which of them count.
func ConfigKeys() []config.Key {
	return append(client.ConfigKeys(), Grouped("Schemas", schemaKeys())...)
}

// Grouped puts keys into a group, in the order that they have, and returns them.
func Grouped(group string, keys []config.Key) []config.Key {
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
	strategy     client.Strategy
	register     bool
	normalize    bool
	id           int // below 0 for none
	idStrict     bool
	latest       bool
	latestStrict bool
	latestTTL    time.Duration // below 0 for ever
	remembered   int
}

func settingsOf(v *config.Values, role convert.Role) (settings, error) {
	s := settings{
		register: v.Bool(autoRegister), normalize: v.Bool(normalize), id: v.Int(useID), idStrict: v.Bool(idStrict),
		latest: v.Bool(useLatest), latestStrict: v.Bool(latestStrict),
		latestTTL: time.Duration(v.Int(latestTTL)) * time.Second, remembered: v.Int(maxSchemas),
	}
	key := valueStrategy
	if role == convert.Key {
		key = keyStrategy
	}
	var err error
	if s.strategy, err = client.StrategyOf(strings.TrimSpace(v.String(key))); err != nil {
		return s, config.Errorf(key, "%s", err.Error())
	}
	return s, nil
}
