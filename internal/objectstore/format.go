package objectstore

import (
	"io"

	"github.com/millrace/millrace/connect/data"
)

// Format says how records become bytes. It is safe for concurrent use.
type Format interface {
	// Extension is how the names of objects end, without that of compression.
	Extension() string
	// New returns an encoder for one object.
	New() Encoder
}

// Encoder writes the records of one object. It is used by one goroutine at a time.
type Encoder interface {
	// Append appends a record to dst. After an error dst is not used and the record
	// counts as never given; one that cannot be written in this format is a
	// *data.Error or reportable otherwise.
	Append(dst []byte, schema *data.Schema, value any) ([]byte, error)
}

// BlockEncoder is an Encoder that collects records and writes many at once. Its
// Append returns dst as it was. Such an object cannot be compressed as a whole.
type BlockEncoder interface {
	Encoder
	// Undo takes back the last record, which was not kept.
	Undo()
	// Keep makes the last record final and writes the blocks that are full.
	Keep(w io.Writer) error
	// Finish writes what is left and the end of the object.
	Finish(w io.Writer) error
	// Release gives back memory. It comes last, also after errors.
	Release()
}
