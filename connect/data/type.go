package data

// Type is the kind of value that a schema describes.
type Type uint8

// The types of Connect, in the order of its own enumeration.
const (
	Int8 Type = iota
	Int16
	Int32
	Int64
	Float32
	Float64
	Boolean
	String
	Bytes
	Array
	MapType
	StructType
	noType
)

// Names are the spellings in error texts and enumerations: INT8, STRUCT.
func (t Type) String() string {
	if t >= noType {
		return "UNKNOWN"
	}
	return [...]string{
		"INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64",
		"BOOLEAN", "STRING", "BYTES", "ARRAY", "MAP", "STRUCT",
	}[t]
}

// Name is the lower-case spelling: int8, struct.
func (t Type) Name() string {
	if t >= noType {
		return "unknown"
	}
	return [...]string{
		"int8", "int16", "int32", "int64", "float32", "float64",
		"boolean", "string", "bytes", "array", "map", "struct",
	}[t]
}

// Primitive tells whether values of the type have no parts.
func (t Type) Primitive() bool { return t <= Bytes }

// TypeOf returns the type that a schemaless value has, and false for a value
// outside the model (Decimal, Instant and everything else), as
// ConnectSchema.schemaType.
func TypeOf(v any) (Type, bool) {
	switch v.(type) {
	case int8:
		return Int8, true
	case int16:
		return Int16, true
	case int32:
		return Int32, true
	case int64:
		return Int64, true
	case float32:
		return Float32, true
	case float64:
		return Float64, true
	case bool:
		return Boolean, true
	case string:
		return String, true
	case []byte:
		return Bytes, true
	case []any:
		return Array, true
	case *Map:
		return MapType, true
	case *Struct:
		return StructType, true
	}
	return noType, false
}
