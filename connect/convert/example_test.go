package convert_test

import (
	"encoding/hex"
	"fmt"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
)

// hexConverter stores bytes as hexadecimal text.
type hexConverter struct{}

func (hexConverter) FromConnect(_ string, _ *[]connect.RawHeader, _ *data.Schema, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil // null stays null
	case []byte:
		return hex.AppendEncode(nil, v), nil
	}
	return nil, data.Errorf("Only bytes can be converted, found: %s", data.ClassName(value))
}

func (hexConverter) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return data.OptionalBytesSchema, nil, nil
	}
	v, err := hex.AppendDecode(nil, raw)
	if err != nil {
		return nil, nil, data.Errorf("The value is not hexadecimal text").Because(err)
	}
	return data.OptionalBytesSchema, v, nil
}

// Hex is what a host puts into its list of plugins.
var Hex = plugin.Converter{
	Info: plugin.Info{Class: "com.example.HexConverter", Version: "1.0.0"},
	New: func(map[string]string, convert.Role) (convert.Converter, error) {
		return hexConverter{}, nil
	},
}

func Example() {
	c, err := Hex.New(nil, convert.Value)
	if err != nil {
		fmt.Println(err)
		return
	}
	var headers []connect.RawHeader
	raw, err := c.FromConnect("t", &headers, data.BytesSchema, []byte{1, 255})
	fmt.Println(string(raw), err)
	schema, value, err := c.ToConnect("t", headers, raw)
	fmt.Println(schema, value, err)
	_, _, err = c.ToConnect("t", headers, []byte("xy"))
	fmt.Println(err)
	// Output:
	// 01ff <nil>
	// Schema{BYTES} [1 255] <nil>
	// The value is not hexadecimal text
}
