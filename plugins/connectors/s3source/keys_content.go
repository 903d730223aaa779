package s3source

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/internal/objectstore"
)

// Keys of the group Format.
const (
	bytesExtension  = "format.bytearray.extension"
	bytesSeparator  = "format.bytearray.separator"
	jsonSchema      = "format.json.schema.enable"
	enhancedAvro    = "enhanced.avro.schema.support"
	connectMeta     = "connect.meta.data"
	optionalMapKeys = "allow.optional.map.keys"
	schemaCache     = "schema.cache.size"
	csvSeparator    = "csv.separator.char"
	csvQuote        = "csv.quote.char"
	csvEscape       = "csv.escape.char"
	csvHeader       = "csv.first.row.as.header"
	csvSkip         = "csv.skip.lines"
	csvCharset      = "csv.file.charset"
	csvNull         = "csv.null.field.indicator"
)

func contentKeys() []config.Key {
	return objectstore.Grouped("Format", append(bytesKeys(), csvKeys()...)...)
}

func bytesKeys() []config.Key {
	return []config.Key{
		{
			Name: bytesExtension, Type: config.StringType, Default: ".bin", Importance: config.Low, Width: config.LongWidth,
			Display: "File Extension for ByteArrayFormat", Doc: "How names of byte objects end.",
		},
		{
			Name: bytesSeparator, Type: config.StringType, Importance: config.Low, Width: config.LongWidth,
			Display: "Line separator for ByteArrayFormat", Doc: "What stands behind each record in byte objects, taken as it is, blanks included. Without the key it is a line feed; when it is empty, an object is one record.",
		},
		{
			Name: jsonSchema, Type: config.Boolean, Default: false, Validator: noJSONSchema(), Importance: config.Low,
			Display: "JSON with schema", Doc: "Documents with schema and payload, which the sink does not write. Only false is supported.",
		},
		{
			Name: enhancedAvro, Type: config.Boolean, Default: true, Importance: config.Low,
			Display: "Enhanced Avro Support", Doc: "AvroFormat and ParquetFormat read enums as enums, and tell the members of unions by their full names. As in the sink.",
		},
		{
			Name: connectMeta, Type: config.Boolean, Default: true, Importance: config.Low,
			Display: "Connect Metadata", Doc: "AvroFormat and ParquetFormat read properties called connect.*. As in the sink.",
		},
		{
			Name: optionalMapKeys, Type: config.Boolean, Default: false, Importance: config.Low,
			Display: "Allow Optional Map Keys", Doc: "A map with optional strings as keys is an Avro map. As in the sink.",
		},
		{
			Name: schemaCache, Type: config.Int, Default: 50, Importance: config.Low,
			Display: "Schema Cache Size", Doc: "Accepted for compatibility: each object has its schema.",
		},
	}
}

func csvKeys() []config.Key {
	return []config.Key{
		{
			Name: csvSeparator, Type: config.Int, Default: 44, Validator: config.Between(1, 127), Importance: config.Low,
			Display: "CSV Separator", Doc: "Character between fields, as its number: 44 is a comma.",
		},
		{
			Name: csvQuote, Type: config.Int, Default: 34, Validator: config.Between(0, 127), Importance: config.Low,
			Display: "CSV Quote", Doc: "Character around fields that have separators or line breaks in them, as its number; 0 for none.",
		},
		{
			Name: csvEscape, Type: config.Int, Default: 92, Validator: config.Between(0, 127), Importance: config.Low,
			Display: "CSV Escape", Doc: "Character before quotes within quotes, as its number; 0 for none.",
		},
		{
			Name: csvHeader, Type: config.Boolean, Default: true, Importance: config.Medium,
			Display: "CSV Header", Doc: "The first row has the names of the fields. Otherwise they are column01, column02 and so on.",
		},
		{
			Name: csvSkip, Type: config.Int, Default: 0, Validator: config.AtLeast(0), Importance: config.Low,
			Display: "CSV Skip Lines", Doc: "Lines at the begin of an object that are not read.",
		},
		{
			Name: csvCharset, Type: config.StringType, Default: "UTF-8", Validator: config.OneOfFold("UTF-8", "US-ASCII", "ISO-8859-1"), Importance: config.Low,
			Display: "CSV Charset", Doc: "Character set of the text.",
		},
		{
			Name: csvNull, Type: config.StringType, Default: "NEITHER", Validator: config.OneOfFold("NEITHER", "EMPTY_SEPARATORS", "EMPTY_QUOTES", "BOTH"), Importance: config.Low,
			Display: "CSV Null Field Indicator", Doc: "Which empty fields are null: none, those without quotes, those with quotes, or all.",
		},
	}
}

func noJSONSchema() config.Validator {
	return config.Valid("false", func(key string, value any) error {
		if value == true {
			return config.Invalid(key, value, "to read JSON with schemas is not supported")
		}
		return nil
	})
}

// routesValidator demands entries topic:regex.
func routesValidator() config.Validator {
	return config.Valid("topic:regex entries", func(key string, value any) error {
		list, _ := value.([]string)
		_, err := routesOf(key, list)
		return err
	})
}

func routesOf(key string, list []string) ([]route, error) {
	var routes []route
	for _, entry := range list {
		topic, expression, ok := strings.Cut(entry, ":")
		if topic = strings.TrimSpace(topic); !ok || topic == "" {
			return nil, config.Invalid(key, entry, "it is not of the form topic:regex")
		}
		p, err := regex.Compile(expression)
		if err != nil {
			return nil, config.Invalid(key, entry, err.Error())
		}
		routes = append(routes, route{topic, p})
	}
	return routes, nil
}
