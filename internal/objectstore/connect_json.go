package objectstore

import "github.com/millrace/millrace/connect/data"

// AppendConnectJSON appends a value as JsonConverter writes it without its envelope:
// decimals in base64, times as numbers. The schema is nil for values without one. An
// error leaves dst unusable.
func AppendConnectJSON(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	if s, ok := value.(*data.Struct); ok && schema == nil {
		schema = s.Schema()
	}
	return structJSON{}.append(dst, schema, value)
}
