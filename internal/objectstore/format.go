package objectstore

import "github.com/millrace/millrace/connect/data"

// Format says how records become bytes. It is safe for concurrent use.
type Format interface {
	// Extension is how the names of objects end, without that of compression.
	Extension() string
	// New returns an encoder for one object.
	New() Encoder
}

// Encoder writes the records of one object.
type Encoder interface {
	// Append appends a record. After an error dst is not used; a record that cannot
	// be written in this format is a *data.Error.
	Append(dst []byte, schema *data.Schema, value any) ([]byte, error)
	// Finish appends what stands after the last record.
	Finish(dst []byte) ([]byte, error)
}
