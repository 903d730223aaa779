package avrofile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// Bounds of what a file may claim, in bytes.
const (
	maxMetadata = avro.MaxText + 1<<20
	maxBlock    = 256 << 20 // of records, with and without compression
	maxEntries  = 1 << 12   // of metadata
)

// Reader reads a file block by block.
type Reader struct {
	src        *bufio.Reader
	metadata   map[string][]byte
	sync       Sync
	decompress decompressor
	count      int64 // records in the block that is next
	size       int   // its bytes
	begun      bool  // its head is read
}

// NewReader reads what a file begins with. An error is about the file, unless the
// source has a failure of its own.
func NewReader(src io.Reader) (*Reader, error) {
	r := &Reader{src: bufio.NewReaderSize(src, 64<<10), metadata: map[string][]byte{}}
	if err := r.header(); err != nil {
		return nil, fmt.Errorf("read the header of an Avro file: %w", cut(err))
	}
	codec := "null"
	if name, ok := r.metadata["avro.codec"]; ok {
		codec = string(name)
	}
	var err error
	r.decompress, err = decompressorOf(codec)
	return r, err
}

func (r *Reader) header() error {
	var magic [4]byte
	if _, err := io.ReadFull(r.src, magic[:]); err != nil {
		return err
	}
	if string(magic[:]) != "Obj\x01" {
		return errors.New("it does not begin as one")
	}
	for {
		count, err := r.long()
		if err != nil {
			return err
		}
		if count < 0 {
			count = -count
			if _, err := r.long(); err != nil {
				return err
			}
		}
		if count == 0 {
			break
		}
		if err := r.entries(count); err != nil {
			return err
		}
	}
	_, err := io.ReadFull(r.src, r.sync[:])
	return err
}

// entries reads metadata.
func (r *Reader) entries(count int64) error {
	for range count {
		if len(r.metadata) >= maxEntries {
			return fmt.Errorf("more than %d entries of metadata", maxEntries)
		}
		key, err := r.bytes()
		if err != nil {
			return err
		}
		value, err := r.bytes()
		if err != nil {
			return err
		}
		r.metadata[string(key)] = value
	}
	return nil
}

// Schema returns the text of the schema of the records.
func (r *Reader) Schema() []byte { return r.metadata["avro.schema"] }

// Count returns how many records there are in the next block; io.EOF after the last.
func (r *Reader) Count() (int64, error) {
	for !r.begun {
		if _, err := r.src.Peek(1); err != nil {
			return 0, err // io.EOF: the file ends where a block may begin
		}
		if err := r.head(); err != nil {
			return 0, fmt.Errorf("read the head of an Avro block: %w", cut(err))
		}
		if r.count > 0 {
			r.begun = true
		} else if err := r.pass(); err != nil {
			return 0, err
		}
	}
	return r.count, nil
}

func (r *Reader) head() error {
	count, err := r.long()
	if err != nil {
		return err
	}
	size, err := r.long()
	if err == nil && (count < 0 || count > maxBlock || size < 0 || size > maxBlock) {
		err = fmt.Errorf("a block of %d records in %d bytes", count, size)
	}
	r.count, r.size = count, int(size)
	return err
}

// Skip passes over the next block, which Count looked at.
func (r *Reader) Skip() error {
	r.begun = false
	return r.pass()
}

func (r *Reader) pass() error {
	if _, err := r.src.Discard(r.size); err != nil {
		return fmt.Errorf("skip an Avro block: %w", cut(err))
	}
	return r.mark()
}

// Next returns the records of the next block, which Count looked at, in memory of
// their own.
func (r *Reader) Next() ([]byte, error) {
	r.begun = false
	packed, err := take(r.src, r.size)
	if err != nil {
		return nil, fmt.Errorf("read an Avro block: %w", cut(err))
	}
	if err := r.mark(); err != nil {
		return nil, err
	}
	if r.decompress == nil {
		return packed, nil
	}
	records, err := r.decompress(packed)
	if err != nil {
		return nil, fmt.Errorf("decompress an Avro block: %w", err)
	}
	return records, nil
}

// mark checks the mark behind a block.
func (r *Reader) mark() error {
	var sync Sync
	if _, err := io.ReadFull(r.src, sync[:]); err != nil {
		return fmt.Errorf("read the mark behind an Avro block: %w", cut(err))
	}
	if sync != r.sync {
		return errors.New("the mark behind an Avro block is not that of the file")
	}
	return nil
}

func (r *Reader) long() (int64, error) {
	n, err := binary.ReadUvarint(r.src)
	return int64(n>>1) ^ -int64(n&1), err
}

func (r *Reader) bytes() ([]byte, error) {
	size, err := r.long()
	if err != nil {
		return nil, err
	}
	if size < 0 || size > maxMetadata {
		return nil, fmt.Errorf("metadata of %d bytes", size)
	}
	return take(r.src, int(size))
}

// take reads so many bytes. Memory for many is taken as they come, because the
// number may be wrong.
func take(src io.Reader, size int) ([]byte, error) {
	const atOnce = 1 << 20
	if size <= atOnce {
		b := make([]byte, size)
		_, err := io.ReadFull(src, b)
		return b, err
	}
	b, err := io.ReadAll(io.LimitReader(src, int64(size)))
	if err == nil && len(b) < size {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

// cut returns err, where the end of the file is no good end.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
