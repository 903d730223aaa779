// Package stringconverter converts text: every value is written as Java would
// print it, and read as a string.
//
// Floor 3. Connect: org.apache.kafka.connect.storage.StringConverter.
package stringconverter

import (
	"maps"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/java/charset"
)

const (
	typeKey     = "converter.type"
	encodingKey = "converter.encoding"
)

var configDef = config.NewDef(
	convert.TypeKey(),
	config.Key{
		Name: encodingKey, Type: config.StringType, Default: "UTF-8", Importance: config.High,
		Doc:   "Java name of the character set in which text is written and read.",
		Width: config.MediumWidth, Display: "Encoding",
	},
)

// Plugin announces the converter.
var Plugin = plugin.Converter{
	Info:    plugin.Info{Class: "org.apache.kafka.connect.storage.StringConverter", Config: configDef},
	Headers: true,
	New:     create,
}

// Converter converts text in one character set. It keeps no state.
type Converter struct{ set *charset.Charset }

func create(props map[string]string, role convert.Role) (convert.Converter, error) {
	props = maps.Clone(props)
	if props == nil {
		props = map[string]string{}
	}
	props[typeKey] = string(role)
	values, err := configDef.Parse(props)
	if err != nil {
		return nil, err
	}
	name := values.String(encodingKey)
	set, ok := charset.Lookup(name)
	if !ok {
		return nil, data.Fail(data.Unserializable, "Unsupported encoding %s", name)
	}
	return Converter{set}, nil
}

// FromConnect returns the text of any value; schema is not looked at. In UTF-8 a
// string's own memory is returned.
func (c Converter) FromConnect(_ string, _ *[]connect.RawHeader, _ *data.Schema, value any) ([]byte, error) {
	if value == nil {
		return nil, nil
	}
	return c.set.Encode(data.Text(value)), nil
}

// ToConnect returns a string; in UTF-8 it lies in raw's memory.
func (c Converter) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return data.OptionalStringSchema, nil, nil
	}
	return data.OptionalStringSchema, c.set.Decode(raw), nil
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
