package objectstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"

	"github.com/millrace/millrace/connect/data"
)

// gzipHeader is what Java writes: no name, no time, no hint of the level.
const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

const (
	zipBatch = 240 << 10 // bytes that are compressed at once; with a record they fit into a chunk
	// zipGroup is after how many bytes an object gives its compressor up, and what
	// follows is compressed without a look at what came before.
	zipGroup = 4 << 20
)

// zippers keeps compressors, each of which has tables of several hundred kilobytes. It
// is for the owner of the sink only.
type zippers struct {
	level int
	group int // zipGroup
	lent  int
	free  []*flate.Writer
}

// zippersKept is how many objects have a compressor at a time. What others have to
// compress waits.
const zippersKept = 8

func (z *zippers) get(dst io.Writer) (*flate.Writer, error) {
	z.lent++
	if n := len(z.free); n > 0 {
		w := z.free[n-1]
		z.free = z.free[:n-1]
		w.Reset(dst)
		return w, nil
	}
	w, err := flate.NewWriter(dst, z.level)
	if err != nil {
		return nil, fmt.Errorf("make a compressor: %w", err)
	}
	return w, nil
}

func (z *zippers) put(w *flate.Writer) {
	z.lent--
	if len(z.free) < zippersKept {
		z.free = append(z.free, w)
	}
}

// zipEncoder compresses what another encoder writes, as one gzip stream. It is a
// BatchEncoder.
type zipEncoder struct {
	zippers *zippers
	inner   Encoder
	deflate *flate.Writer // nil: lent to others
	group   int           // bytes that it has compressed
	sum     uint32
	size    uint32
	begun   bool
}

// Append appends a record as the other encoder does.
func (z *zipEncoder) Append(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	return z.inner.Append(dst, schema, value)
}

// BatchSize returns zipBatch.
func (z *zipEncoder) BatchSize() int { return zipBatch }

// Ready tells whether there is a compressor, or so much to do that one is made.
func (z *zipEncoder) Ready(waiting int) bool {
	return z.deflate != nil || z.zippers.lent < zippersKept || waiting >= z.zippers.group
}

// Write compresses a batch.
func (z *zipEncoder) Write(w io.Writer, batch []byte, _ int) error {
	if err := z.begin(w); err != nil {
		return err
	}
	z.sum = crc32.Update(z.sum, crc32.IEEETable, batch)
	z.size += uint32(len(batch))
	if _, err := z.deflate.Write(batch); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	if z.group += len(batch); z.group < z.zippers.group {
		return nil
	}
	if err := z.deflate.Flush(); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	z.Release()
	return nil
}

func (z *zipEncoder) begin(w io.Writer) error {
	if !z.begun {
		z.begun = true
		if _, err := w.Write([]byte(gzipHeader)); err != nil {
			return fmt.Errorf("write what gzip begins with: %w", err)
		}
	}
	if z.deflate != nil {
		return nil
	}
	var err error
	z.deflate, err = z.zippers.get(w)
	return err
}

// Finish ends the stream.
func (z *zipEncoder) Finish(w io.Writer) error {
	if err := z.begin(w); err != nil {
		return err
	}
	if err := z.deflate.Close(); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	var tail [8]byte
	binary.LittleEndian.PutUint32(tail[:4], z.sum)
	binary.LittleEndian.PutUint32(tail[4:], z.size)
	_, err := w.Write(tail[:])
	return err
}

// Release gives the compressor to others.
func (z *zipEncoder) Release() {
	if z.deflate != nil {
		z.zippers.put(z.deflate)
		z.deflate, z.group = nil, 0
	}
}
