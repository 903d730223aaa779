package objectstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

// gzipHeader is what Java writes: no name, no time, no hint of the level.
const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// zipBatch is how many bytes are collected before they are compressed.
const zipBatch = 32 << 10

// zipper compresses the bytes of an object into its buffer, as one gzip stream.
type zipper struct {
	deflate *flate.Writer
	raw     []byte // not compressed yet
	sum     uint32
	size    uint32
	begun   bool
}

// zippers keeps compressors between objects: each has tables of several hundred
// kilobytes.
type zippers struct {
	level int
	free  []*zipper // used by the owner of the sink only
}

const zippersKept = 8

func (z *zippers) get(dst *buffer) (*zipper, error) {
	if n := len(z.free); n > 0 {
		w := z.free[n-1]
		z.free = z.free[:n-1]
		w.deflate.Reset(dst)
		w.raw, w.sum, w.size, w.begun = w.raw[:0], 0, 0, false
		return w, nil
	}
	w, err := flate.NewWriter(dst, z.level)
	if err != nil {
		return nil, fmt.Errorf("make a compressor: %w", err)
	}
	return &zipper{deflate: w}, nil
}

func (z *zippers) put(w *zipper) {
	if len(z.free) < zippersKept {
		z.free = append(z.free, w)
	}
}

// push compresses what was collected.
func (z *zipper) push(dst *buffer) error {
	if !z.begun {
		z.begun = true
		dst.close(append(dst.open(), gzipHeader...))
	}
	z.sum = crc32.Update(z.sum, crc32.IEEETable, z.raw)
	z.size += uint32(len(z.raw))
	_, err := z.deflate.Write(z.raw)
	z.raw = z.raw[:0]
	if err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	return nil
}

// finish ends the stream.
func (z *zipper) finish(dst *buffer) error {
	if err := z.push(dst); err != nil {
		return err
	}
	if err := z.deflate.Close(); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	tail := binary.LittleEndian.AppendUint32(dst.open(), z.sum)
	dst.close(binary.LittleEndian.AppendUint32(tail, z.size))
	return nil
}
