package jsondata

// Settings are the choices that JsonSchemaData has.
type Settings struct {
	ClosedObjects          bool // objects allow no properties but those of the schema
	OptionalForNonRequired bool // properties that are not required are optional
	IgnoreModern           bool // schemas of drafts after 7 are read as draft 7
	NumericDecimals        bool // decimals are numbers, not bytes in base64
	FlattenSingletons      bool // a union of one is that one
	GeneralSums            bool // unions and enums in the form shared by all formats
	IgnoreDefaults         bool // a null stays null where there is a default
}

// Names of properties of JSON Schemas and of parameters of Connect schemas.
const (
	namespace = "io.confluent.connect.json"
	oneOfName = namespace + ".OneOf"
	oneOfPart = oneOfName + ".field."
	enumParam = namespace + ".Enum"
	idParam   = namespace + ".Id"

	connectType       = "connect.type"
	connectVersion    = "connect.version"
	connectParameters = "connect.parameters"
	connectIndex      = "connect.index"
	mapType           = "map"
	bytesType         = "bytes"
	keyField          = "key"
	valueField        = "value"

	sumUnion       = "org.apache.kafka.connect.data.Union"
	sumEnum        = "org.apache.kafka.connect.data.Enum"
	sumUnionPrefix = "connect_union_"
	sumFieldPrefix = sumUnionPrefix + "field_"

	nullSymbol = "<NULL>" // of an enum that allows null
)

// enumParameter is the parameter that makes a string an enum.
func (s *Settings) enumParameter() string {
	if s.GeneralSums {
		return sumEnum
	}
	return enumParam
}
