package content

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/millrace/millrace/connect/data"
)

// MaxRecord is the most bytes that a record may have in formats of text and bytes.
const MaxRecord = 128 << 20

// Format says how bytes become records. It is safe for concurrent use.
type Format interface {
	// Open begins to read an object. The reader reads from src until it is closed.
	Open(src io.Reader) (Reader, error)
}

// Reader reads the records of one object. An error of the object's source is within
// the errors that it returns; others say what is wrong with the content.
type Reader interface {
	// Next returns the next record with its schema, which is nil for values without;
	// io.EOF itself after the last. What it returns is nobody else's.
	Next() (*data.Schema, any, error)
	// Skip passes over so many records, or all when there are less.
	Skip(n int64) error
	// Close releases what the reader holds, but not its source.
	Close() error
}

// Open begins to read an object, which may be compressed as a whole.
func Open(f Format, src io.Reader, gzipped bool) (Reader, error) {
	if !gzipped {
		return f.Open(src)
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(src, 64<<10))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", unexpected(err))
	}
	return f.Open(unzipped{z})
}

// unzipped says what went wrong when a stream is not what gzip writes.
type unzipped struct{ *gzip.Reader }

// Read reads, as io.Reader.
func (u unzipped) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("decompress: %w", err)
	}
	return n, err
}

// unexpected returns err, where the end is no good end.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// passer is the one method of a Reader that is needed to skip.
type passer interface{ pass() error }

// skip passes over records one by one.
func skip(r passer, n int64) error {
	for range n {
		err := r.pass()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
