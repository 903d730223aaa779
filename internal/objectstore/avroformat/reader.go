package avroformat

import (
	"fmt"
	"io"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/avrofile"
)

// Reader reads the records of an object. It holds one block of them.
type Reader struct {
	file   *avrofile.Reader
	values *avrodata.Reader
	block  []byte // what is left of it
	left   int64  // records in block
}

// NewReader returns a reader of an Avro object container file. An error of the
// source itself is within the error that it returns; others say what is wrong with
// the file.
func NewReader(src io.Reader, settings avrodata.Settings) (*Reader, error) {
	file, err := avrofile.NewReader(src)
	if err != nil {
		return nil, err
	}
	schema, err := avro.Parse(file.Schema())
	if err != nil {
		return nil, fmt.Errorf("read the schema of an Avro file: %w", err)
	}
	values, err := settings.NewReader(schema, avrodata.NoVersion)
	if err != nil {
		return nil, fmt.Errorf("read the schema of an Avro file: %w", err)
	}
	return &Reader{file: file, values: values}, nil
}

// Next returns the next record with its schema, which is nil for values without;
// io.EOF after the last.
func (r *Reader) Next() (schema *data.Schema, value any, err error) {
	if r.left == 0 {
		if r.left, err = r.file.Count(); err != nil {
			return nil, nil, err
		}
		if r.block, err = r.file.Next(); err != nil {
			return nil, nil, err
		}
	}
	value, r.block, err = r.values.Read(r.block)
	if err != nil {
		return nil, nil, fmt.Errorf("read an Avro record: %w", err)
	}
	if r.left--; r.left == 0 && len(r.block) > 0 {
		return nil, nil, fmt.Errorf("%d bytes behind the last record of an Avro block", len(r.block))
	}
	return r.values.Schema(), value, nil
}

// Skip passes over so many records, or all when there are less. Whole blocks are not
// even decompressed.
func (r *Reader) Skip(n int64) error {
	for n > 0 {
		if r.left == 0 {
			count, err := r.file.Count()
			if err == nil && count <= n {
				n -= count
				if err = r.file.Skip(); err == nil {
					continue
				}
			}
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
		if _, _, err := r.Next(); err != nil {
			return err
		}
		n--
	}
	return nil
}
