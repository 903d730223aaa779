package jsonconverter

import (
	"maps"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
)

// Plugin announces the converter.
var Plugin = plugin.Converter{
	Info: plugin.Info{
		Class:  "org.apache.kafka.connect.json.JsonConverter",
		Config: Config,
	},
	Headers: true,
	New: func(props map[string]string, role convert.Role) (convert.Converter, error) {
		return New(props, role)
	},
}

const (
	converterType  = "converter.type"
	schemasEnable  = "schemas.enable"
	cacheSize      = "schemas.cache.size"
	schemaContent  = "schema.content"
	decimalFormat  = "decimal.format"
	replaceDefault = "replace.null.with.default"

	schemasGroup = "Schemas"
	numbersGroup = "Serialization"
)

// Config declares the converter's keys.
var Config = config.NewDef(
	config.Key{
		Name: converterType, Type: config.StringType, Required: true, Importance: config.Low,
		Validator: config.OneOf("key", "value", "header"),
		Doc:       "What the converter is used for: keys, values or headers.",
	},
	config.Key{
		Name: schemasEnable, Type: config.Boolean, Default: true, Importance: config.High,
		Group: schemasGroup, Order: 0, Width: config.MediumWidth, Display: "Enable Schemas",
		Doc: "Whether every document carries its schema in an envelope.",
	},
	config.Key{
		Name: cacheSize, Type: config.Int, Default: 1000, Importance: config.High,
		Group: schemasGroup, Order: 1, Width: config.MediumWidth, Display: "Schema Cache Size",
		Doc: "How many schemas the converter remembers, in each direction.",
	},
	config.Key{
		Name: schemaContent, Type: config.StringType, Importance: config.High,
		Group: schemasGroup, Order: 2, Width: config.MediumWidth, Display: "Schema Content",
		Doc: "A schema, in the form of the envelope, for documents that carry none: they are read as payloads of this schema. Used for reading only, and only when " + schemasEnable + " is true.",
	},
	config.Key{
		Name: decimalFormat, Type: config.StringType, Default: "BASE64", Importance: config.Low,
		Validator: config.OneOfFold("NUMERIC", "BASE64"),
		Group:     numbersGroup, Order: 0, Width: config.MediumWidth, Display: "Decimal Format",
		Doc: "How decimals are written: BASE64 for the bytes of their unscaled value, NUMERIC for a JSON number. Both are read in any case.",
	},
	config.Key{
		Name: replaceDefault, Type: config.Boolean, Default: true, Importance: config.Low,
		Group: numbersGroup, Order: 1, Width: config.MediumWidth, Display: "Replace null with default",
		Doc: "Whether a null is replaced by the default of its schema. When false, an optional field stays null.",
	},
)

// settings are the parsed configuration.
type settings struct {
	schemas bool
	cache   int
	content string
	numeric bool // decimals are written as numbers
	replace bool // nulls are replaced by defaults
}

func parse(props map[string]string, role convert.Role) (settings, error) {
	if role != "" {
		props = maps.Clone(props)
		if props == nil {
			props = map[string]string{}
		}
		props[converterType] = string(role)
	}
	v, err := Config.Parse(props)
	if err != nil {
		return settings{}, err
	}
	return settings{
		schemas: v.Bool(schemasEnable),
		cache:   v.Int(cacheSize),
		content: v.String(schemaContent),
		numeric: strings.EqualFold(v.String(decimalFormat), "NUMERIC"),
		replace: v.Bool(replaceDefault),
	}, nil
}
