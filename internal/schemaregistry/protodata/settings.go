package protodata

import "github.com/millrace/millrace/connect/data"

// Settings are the choices that ProtobufData has.
type Settings struct {
	Enhanced         bool // names of messages and enums are read with their packages
	ScrubNames       bool // characters that Protobuf forbids in names are replaced
	IntEnums         bool // enums are read as numbers
	OptionalNulls    bool // optional fields are optional in Protobuf, and only those are read as such
	OptionalProto2   bool // a field that proto2 calls optional is read as null when it is not there
	WrapNulls        bool // optional fields are wrapped in messages
	UnwrapPrimitives bool // wrappers are read as what is in them
	StructsForNulls  bool // a message that is not there is read as an empty one
	IndexUnions      bool // fields for unions are called NAME_INDEX
	FlattenUnions    bool // members of unions are read as fields of the message
	GeneralSums      bool // unions and enums in the form shared by all formats
	IgnoreDefaults   bool // a null stays null where there is a default
}

// Namespace is that of the names which ProtobufData makes up.
const Namespace = "io.confluent.connect.protobuf"

// Names of parameters of Connect schemas and of Protobuf fields.
const (
	defaultName = "ConnectDefault"
	entrySuffix = "Entry"
	keyField    = "key"
	valueField  = "value"

	enumParam   = Namespace + ".Enum"
	unionName   = Namespace + ".Union"
	unionPrefix = unionName + "."
	tagParam    = Namespace + ".Tag"
	typeParam   = Namespace + ".Type"

	sumUnion = "org.apache.kafka.connect.data.Union"
	sumEnum  = "org.apache.kafka.connect.data.Enum"

	connectType      = "connect.type"
	connectInt8      = "int8"
	connectInt16     = "int16"
	decimalPrecision = "connect.decimal.precision"
	precisionParam   = "precision"
	scaleParam       = "scale"

	repeated = "repeated"
	optional = "optional"
)

// Full names of the messages that stand for something else.
const (
	decimalType   = "confluent.type.Decimal"
	dateType      = "google.type.Date"
	timeType      = "google.type.TimeOfDay"
	timestampType = "google.protobuf.Timestamp"

	doubleWrapper = "google.protobuf.DoubleValue"
	floatWrapper  = "google.protobuf.FloatValue"
	int64Wrapper  = "google.protobuf.Int64Value"
	uint64Wrapper = "google.protobuf.UInt64Value"
	int32Wrapper  = "google.protobuf.Int32Value"
	uint32Wrapper = "google.protobuf.UInt32Value"
	boolWrapper   = "google.protobuf.BoolValue"
	stringWrapper = "google.protobuf.StringValue"
	bytesWrapper  = "google.protobuf.BytesValue"
)

// logicalType returns the message that a logical type becomes, "" for other schemas.
func logicalType(s *data.Schema) string {
	if !s.HasName() {
		return ""
	}
	switch s.Name() {
	case data.DecimalName:
		return decimalType
	case data.DateName:
		return dateType
	case data.TimeName:
		return timeType
	case data.TimestampName:
		return timestampType
	}
	return ""
}

// isUnion tells whether a struct stands for a union.
func isUnion(s *data.Schema) bool {
	if s.Type() != data.StructType {
		return false
	}
	_, general := s.Parameter(sumUnion)
	return general || len(s.Name()) >= len(unionName) && s.Name()[:len(unionName)] == unionName
}

// enumOf returns the parameter that makes a schema an enum, and the enum's name.
func (s *Settings) enumOf(schema *data.Schema) (param, name string) {
	if schema.Type() == data.Int32 {
		name, _ = schema.Parameter(enumParam)
		return enumParam, name
	}
	if schema.Type() != data.String {
		return "", ""
	}
	first, second := enumParam, sumEnum
	if s.GeneralSums {
		first, second = second, first
	}
	if name, ok := schema.Parameter(first); ok {
		return first, name
	}
	name, _ = schema.Parameter(second)
	return second, name
}
