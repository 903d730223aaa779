// Package numberconverters converts numbers of a fixed size, big-endian.
//
// Floor 3. Connect: org.apache.kafka.connect.converters.ShortConverter and its
// like for int, long, float and double.
package numberconverters

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
)

// The converters of the number types, as they announce themselves.
var (
	Short   = announce("ShortConverter", short)
	Integer = announce("IntegerConverter", integer)
	Long    = announce("LongConverter", long)
	Float   = announce("FloatConverter", float)
	Double  = announce("DoubleConverter", double)
)

func announce(name string, c Converter) plugin.Converter {
	return plugin.Converter{
		Info: plugin.Info{
			Class:  "org.apache.kafka.connect.converters." + name,
			Config: config.NewDef(convert.TypeKey()),
		},
		Headers: true,
		New: func(map[string]string, convert.Role) (convert.Converter, error) {
			return c, nil
		},
	}
}

// Converter converts numbers of one type. It keeps no state.
type Converter struct {
	word         string // the type's name in error texts
	deserializer string // its deserializer's
	size         int
	schema       *data.Schema
	write        func(value any) ([]byte, bool)
	read         func(raw []byte) any
}

// canonicalNaN is the only NaN that Java writes for a double.
const canonicalNaN = 0x7ff8000000000000

var short = Converter{
	"short", "ShortDeserializer", 2, data.OptionalInt16Schema,
	func(value any) ([]byte, bool) {
		n, ok := value.(int16)
		return binary.BigEndian.AppendUint16(nil, uint16(n)), ok
	},
	func(raw []byte) any { return int16(binary.BigEndian.Uint16(raw)) },
}

var integer = Converter{
	"integer", "IntegerDeserializer", 4, data.OptionalInt32Schema,
	func(value any) ([]byte, bool) {
		n, ok := value.(int32)
		return binary.BigEndian.AppendUint32(nil, uint32(n)), ok
	},
	func(raw []byte) any { return int32(binary.BigEndian.Uint32(raw)) },
}

var long = Converter{
	"long", "LongDeserializer", 8, data.OptionalInt64Schema,
	func(value any) ([]byte, bool) {
		n, ok := value.(int64)
		return binary.BigEndian.AppendUint64(nil, uint64(n)), ok
	},
	func(raw []byte) any { return int64(binary.BigEndian.Uint64(raw)) },
}

var float = Converter{
	"float", "Deserializer", 4, data.OptionalFloat32Schema,
	func(value any) ([]byte, bool) {
		f, ok := value.(float32)
		return binary.BigEndian.AppendUint32(nil, math.Float32bits(f)), ok
	},
	func(raw []byte) any { return math.Float32frombits(binary.BigEndian.Uint32(raw)) },
}

var double = Converter{
	"double", "Deserializer", 8, data.OptionalFloat64Schema,
	func(value any) ([]byte, bool) {
		f, ok := value.(float64)
		bits := math.Float64bits(f)
		if f != f {
			// As Double.doubleToLongBits; a float keeps its kind of NaN.
			bits = canonicalNaN
		}
		return binary.BigEndian.AppendUint64(nil, bits), ok
	},
	func(raw []byte) any { return math.Float64frombits(binary.BigEndian.Uint64(raw)) },
}

// FromConnect returns the bytes of a number of the converter's type; schema is not
// looked at.
func (c Converter) FromConnect(_ string, _ *[]connect.RawHeader, _ *data.Schema, value any) ([]byte, error) {
	if value == nil {
		return nil, nil
	}
	raw, ok := c.write(value)
	if !ok {
		class := data.ClassName(value)
		return nil, data.Errorf("Failed to serialize to %s (was class %s): ", c.word, class).
			Because(data.Fail(data.BadClass, "class %s is not a %s", class, c.word))
	}
	return raw, nil
}

// ToConnect reads a number, which must have the right size.
func (c Converter) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	switch {
	case raw == nil:
		return c.schema, nil, nil
	case len(raw) != c.size:
		return nil, nil, data.Errorf("Failed to deserialize %s: ", c.word).
			Because(data.Fail(data.Unserializable, "Size of data received by %s is not %d", c.deserializer, c.size))
	}
	return c.schema, c.read(raw), nil
}

// MakesValues tells the host that ToConnect returns no structs or maps which others
// could have.
func (Converter) MakesValues() {}

// FromHeader is FromConnect.
func (c Converter) FromHeader(topic, _ string, schema *data.Schema, value any) ([]byte, error) {
	return c.FromConnect(topic, nil, schema, value)
}

// ToHeader is ToConnect.
func (c Converter) ToHeader(topic, _ string, raw []byte) (*data.Schema, any, error) {
	return c.ToConnect(topic, nil, raw)
}
