package objectstore

import "github.com/millrace/millrace/connect/data"

// BytesFormat writes bytes as they are, each record with a separator behind it.
type BytesFormat struct {
	Suffix    string // of names, with its dot
	Separator string
}

// Extension returns the suffix.
func (f BytesFormat) Extension() string { return f.Suffix }

// New returns the format itself: it keeps nothing between records.
func (f BytesFormat) New() Encoder { return f }

// Append appends bytes and the separator.
func (f BytesFormat) Append(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	if schema != nil && schema.Type() != data.Bytes {
		return nil, data.Errorf("Invalid schema type for ByteArrayConverter: %s", schema.Type())
	}
	raw, ok := value.([]byte)
	if !ok && value != nil {
		return nil, data.Errorf("ByteArrayConverter is not compatible with objects of type class %s", data.ClassName(value))
	}
	return append(append(dst, raw...), f.Separator...), nil
}
