// Package bytearrayconverter passes bytes through as they are.
//
// Floor 3. Connect: org.apache.kafka.connect.converters.ByteArrayConverter.
package bytearrayconverter

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
		Class:  "org.apache.kafka.connect.converters.ByteArrayConverter",
		Config: config.NewDef(convert.TypeKey()),
	},
	Headers: true,
	New: func(map[string]string, convert.Role) (convert.Converter, error) {
		return Converter{}, nil
	},
}

// Converter passes bytes through. It keeps no state.
type Converter struct{}

// FromConnect returns the value itself, which must be bytes.
func (Converter) FromConnect(_ string, _ *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error) {
	if schema != nil && schema.Type() != data.Bytes {
		return nil, data.Errorf("Invalid schema type for ByteArrayConverter: %s", schema.Type())
	}
	switch v := value.(type) {
	case nil:
		return nil, nil
	case []byte:
		if v == nil {
			v = []byte{}
		}
		return v, nil
	}
	return nil, data.Errorf("ByteArrayConverter is not compatible with objects of type class %s", data.ClassName(value))
}

// ToConnect returns raw itself.
func (Converter) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return data.OptionalBytesSchema, nil, nil
	}
	return data.OptionalBytesSchema, raw, nil
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
