package content

import (
	"io"

	"github.com/millrace/millrace/internal/objectstore/avroformat"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

// Avro is object container files.
type Avro struct{ Settings avrodata.Settings }

// Open reads the head of an object.
func (f Avro) Open(src io.Reader) (Reader, error) {
	r, err := avroformat.NewReader(src, f.Settings)
	if err != nil {
		return nil, err
	}
	return avroReader{r}, nil
}

type avroReader struct{ *avroformat.Reader }

// Close does nothing.
func (avroReader) Close() error { return nil }
