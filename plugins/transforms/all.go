package transforms

import (
	"slices"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
)

const namespace = "org.apache.kafka.connect.transforms."

// All returns the descriptors of the transformations, in order of their names.
func All() []plugin.Plugin {
	return slices.Concat(
		keyAndValue("Cast", castConfig(), newCast),
		whole("DropHeaders", dropHeadersConfig(), newDropHeaders),
		keyAndValue("ExtractField", extractFieldConfig(), newExtractField),
		whole("Filter", config.NewDef(), newFilter),
		keyAndValue("Flatten", flattenConfig(), newFlatten),
		keyAndValue("HeaderFrom", headerFromConfig(), newHeaderFrom),
		keyAndValue("HoistField", hoistFieldConfig(), newHoistField),
		keyAndValue("InsertField", insertFieldConfig(), newInsertField),
		whole("InsertHeader", insertHeaderConfig(), newInsertHeader),
		keyAndValue("MaskField", maskFieldConfig(), newMaskField),
		whole("RegexRouter", regexRouterConfig(), newRegexRouter),
		keyAndValue("ReplaceField", replaceFieldConfig(), newReplaceField),
		keyAndValue("SetSchemaMetadata", setSchemaMetadataConfig(), newSetSchemaMetadata),
		keyAndValue("TimestampConverter", timestampConverterConfig(), newTimestampConverter),
		whole("TimestampRouter", timestampRouterConfig(), newTimestampRouter),
		whole("ValueToKey", valueToKeyConfig(), newValueToKey),
	)
}

type (
	makeWhole func(*config.Values) (transform.Transformation, error)
	makeSided func(*config.Values, side) (transform.Transformation, error)
)

// keyAndValue describes a transformation that exists for keys and for values.
func keyAndValue(name string, def *config.Def, make makeSided) []plugin.Plugin {
	var both []plugin.Plugin
	for _, s := range []side{keySide, valueSide} {
		both = append(both, whole(name+"$"+s.String(), def, func(v *config.Values) (transform.Transformation, error) {
			return make(v, s)
		})...)
	}
	return both
}

// whole describes a transformation of the record as a whole.
func whole(name string, def *config.Def, make makeWhole) []plugin.Plugin {
	return []plugin.Plugin{plugin.Transformation{
		Info: plugin.Info{Class: namespace + name, Config: def},
		New: func(props map[string]string) (transform.Transformation, error) {
			values, err := def.Parse(props)
			if err != nil {
				return nil, err
			}
			return make(values)
		},
	}}
}

const replaceNullKey = "replace.null.with.default"

// replaceNullOption is the key that most transformations of structs share.
func replaceNullOption() config.Key {
	return config.Key{
		Name: replaceNullKey, Type: config.Boolean, Default: true, Importance: config.Medium,
		Doc: "What becomes of null in a field that has a default value: true writes the default, false keeps null.",
	}
}

func nullRuleOf(v *config.Values) nullRule { return nullRule(v.Bool(replaceNullKey)) }
