package avrofile

import (
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// BlockSize is how many bytes of records make a block full, before compression.
const BlockSize = 64000

// Sync is the mark between the blocks of a file.
type Sync [16]byte

// SyncOf returns a mark that depends on what a file begins with, so that the same
// records make the same file.
func SyncOf(schema string, first []byte) Sync {
	h := sha256.New()
	_, _ = io.WriteString(h, schema)
	_, _ = h.Write(first)
	return Sync(h.Sum(nil)[:len(Sync{})])
}

// AppendHeader appends what a file begins with.
func AppendHeader(dst []byte, c *Codec, schema string, sync Sync) []byte {
	dst = append(dst, "Obj\x01"...)
	dst = avro.AppendLong(dst, 2)
	dst = avro.AppendString(dst, "avro.codec")
	dst = avro.AppendString(dst, c.name)
	dst = avro.AppendString(dst, "avro.schema")
	dst = avro.AppendString(dst, schema)
	return append(append(dst, 0), sync[:]...)
}

// WriteBlock writes a number of records, already encoded. Scratch is memory that
// may be used; it is returned for the next block.
func WriteBlock(w io.Writer, c *Codec, sync Sync, count int, records, scratch []byte) ([]byte, error) {
	scratch = scratch[:0]
	if c.append != nil {
		var err error
		if scratch, err = c.append(scratch, records); err != nil {
			return nil, fmt.Errorf("compress a block: %w", err)
		}
		records = scratch
	}
	var size [20]byte
	head := avro.AppendLong(avro.AppendLong(size[:0], int64(count)), int64(len(records)))
	for _, piece := range [][]byte{head, records, sync[:]} {
		if _, err := w.Write(piece); err != nil {
			return scratch, fmt.Errorf("write a block: %w", err)
		}
	}
	return scratch, nil
}
