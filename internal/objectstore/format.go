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

// BatchEncoder is an Encoder that writes many records at once. What its Append appends
// is not content yet: its user collects it, may take back the last record of it, and
// gives it to Write in batches. Such an object cannot be compressed as a whole.
//
// Where batches end decides what the content is, so that the same records make the same
// object whenever they are written.
type BatchEncoder interface {
	Encoder
	// BatchSize is how many bytes make a batch, with the record that reaches them.
	BatchSize() int
	// Ready tells whether batches, so many bytes of which wait, are to be written now.
	// An encoder that takes much memory lets them wait while others have it.
	Ready(waiting int) bool
	// Write takes a batch of records, which it does not keep. It may always be called.
	Write(w io.Writer, batch []byte, records int) error
	// Finish writes the end of the object.
	Finish(w io.Writer) error
	// Release gives back memory. It comes last, also after errors.
	Release()
}
