// Package booleanconverter converts booleans: one byte, 0 or 1.
//
// Floor 3. Connect: org.apache.kafka.connect.converters.BooleanConverter.
package booleanconverter

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
)

// Plugin announces the converter.
var Plugin = plugin.Converter{
	Info: plugin.Info{
		Class:  "org.apache.kafka.connect.converters.BooleanConverter",
		Config: config.NewDef(convert.TypeKey()),
	},
	Headers: true,
	New: func(map[string]string, convert.Role) (convert.Converter, error) {
		return Converter{}, nil
	},
}

// Converter converts booleans. It keeps no state.
type Converter struct{}

// FromConnect returns one byte.
func (Converter) FromConnect(_ string, _ *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error) {
	if schema != nil && schema.Type() != data.Boolean {
		return nil, data.Errorf("Invalid schema type for BooleanConverter: %s", schema.Type())
	}
	switch value {
	case nil:
		return nil, nil
	case true:
		return []byte{1}, nil
	case false:
		return []byte{0}, nil
	}
	return nil, data.Errorf("BooleanConverter is not compatible with objects of type class %s", data.ClassName(value))
}

// ToConnect reads one byte.
func (Converter) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	switch {
	case raw == nil:
		return data.OptionalBooleanSchema, nil, nil
	case len(raw) != 1:
		return nil, nil, unreadable("Size of data received by BooleanDeserializer is not 1")
	case raw[0] > 1:
		return nil, nil, unreadable("Unexpected byte received by BooleanDeserializer: %d", int8(raw[0]))
	}
	return data.OptionalBooleanSchema, raw[0] == 1, nil
}

func unreadable(format string, args ...any) error {
	return data.Errorf("Failed to deserialize boolean: ").Because(data.Fail(data.Unserializable, format, args...))
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
