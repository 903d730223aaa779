package content

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/millrace/millrace/internal/objectstore/parquetfile"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

// Parquet is Parquet files. They are read from their end, so they go to a temporary
// file first.
type Parquet struct{ Settings avrodata.Settings }

// MaxParquet is the most bytes that a Parquet object may have.
const MaxParquet = 16 << 30

// Open fetches an object and reads its schema.
func (f Parquet) Open(src io.Reader) (_ Reader, err error) {
	file, err := os.CreateTemp("", "millrace-parquet-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	r := &parquetReader{file: file}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	size, err := io.Copy(file, io.LimitReader(src, MaxParquet+1))
	if err == nil && size > MaxParquet {
		err = fmt.Errorf("a Parquet object of more than %d bytes", int64(MaxParquet))
	}
	if err != nil {
		return nil, fmt.Errorf("fetch a Parquet object: %w", err)
	}
	r.Reader, err = parquetfile.NewReader(file, size, f.Settings)
	return r, err
}

type parquetReader struct {
	*parquetfile.Reader
	file *os.File
}

// Close removes the temporary file.
func (r *parquetReader) Close() error {
	var err error
	if r.Reader != nil {
		err = r.Reader.Close()
	}
	return errors.Join(err, r.file.Close(), os.Remove(r.file.Name()))
}
