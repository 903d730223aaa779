// Package simpleheader is the header converter that workers use unless told
// otherwise: it writes values as text and finds out from the text what they were.
// A round trip can change the type: the string "1" comes back as a number.
//
// Floor 3. Connect: org.apache.kafka.connect.storage.SimpleHeaderConverter.
package simpleheader

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/java/charset"
)

// Plugin announces the converter.
var Plugin = plugin.HeaderConverter{
	Info: plugin.Info{
		Class:  "org.apache.kafka.connect.storage.SimpleHeaderConverter",
		Config: config.NewDef(),
	},
	New: func(map[string]string) (convert.HeaderConverter, error) { return Converter{}, nil },
}

// Converter converts headers by the rules of data.ParseString and
// data.AppendString. It keeps no state.
type Converter struct{}

// FromHeader returns the text of a value.
func (Converter) FromHeader(_, _ string, _ *data.Schema, value any) ([]byte, error) {
	if value == nil {
		return nil, nil
	}
	return data.AppendString([]byte{}, value)
}

// ToHeader returns what a text stands for. A string lies in raw's memory.
func (Converter) ToHeader(_, _ string, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return nil, nil, nil
	}
	schema, value := data.ParseString(charset.UTF8(raw))
	return schema, value, nil
}
