package avrodata

// Settings are the choices that AvroData has.
type Settings struct {
	Enhanced          bool // enum symbols and full names are kept
	ScrubNames        bool // characters that Avro forbids in names are replaced
	MetaData          bool // connect.* properties are written and read
	DiscardDocDefault bool // only docs and defaults of fields are kept
	OptionalMapKeys   bool // maps with optional string keys are Avro maps too
	FlattenSingletons bool // a union of one is that one
	GeneralSums       bool // unions and enums in the form shared by all formats
	IgnoreDefaults    bool // a null stays null where there is a default
}

// Namespace is that of the names which AvroData makes up.
const Namespace = "io.confluent.connect.avro"

// Names of properties of Avro schemas and of parameters of Connect schemas.
const (
	defaultName = "ConnectDefault"
	mapEntry    = "MapEntry"
	unionName   = Namespace + ".Union"
	enumParam   = Namespace + ".Enum"

	recordDoc    = Namespace + ".record.doc"
	enumDoc      = Namespace + ".enum.doc."
	enumDefault  = Namespace + ".enum.default."
	fieldDoc     = Namespace + ".field.doc."
	fieldDefault = Namespace + ".field.default"

	connectName       = "connect.name"
	connectDoc        = "connect.doc"
	connectVersion    = "connect.version"
	connectDefault    = "connect.default"
	connectParameters = "connect.parameters"
	connectType       = "connect.type"
	connectInternal   = "connect.internal.type"
	connectRecordDoc  = "connect.record.doc"
	connectEnumDoc    = "connect.enum.doc"

	fixedSize        = "connect.fixed.size"
	decimalPrecision = "connect.decimal.precision"
	usualPrecision   = 64
	scaleParam       = "scale"
	precisionProp    = "precision"
	logicalType      = "logicalType"
	avroPrefix       = "avro"

	sumUnion       = "org.apache.kafka.connect.data.Union"
	sumEnum        = "org.apache.kafka.connect.data.Enum"
	sumUnionPrefix = "connect_union_"
	sumFieldPrefix = sumUnionPrefix + "field_"
)

// enumParameter is the parameter that makes a string an enum.
func (s *Settings) enumParameter() string {
	if s.GeneralSums {
		return sumEnum
	}
	return enumParam
}
