package objectstore

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// Compression is how a whole object is compressed.
type Compression uint8

// The kinds of compression.
const (
	NoCompression Compression = iota
	Gzip
	Snappy // blocks as the Java library snappy-java frames them
	Zstd
)

// compressor compresses one object after the other.
type compressor interface {
	io.WriteCloser
	Reset(w io.Writer)
}

const compressorsKept = 8

// compressor returns one that writes to dst.
func (u *Uploads) compressor(dst io.Writer) compressor {
	if n := len(u.free); n > 0 {
		c := u.free[n-1]
		u.free = u.free[:n-1]
		c.Reset(dst)
		return c
	}
	switch u.compression {
	case Gzip:
		return gzip.NewWriter(dst)
	case Snappy:
		return &snappyWriter{dst: dst}
	default:
		return newZstd(dst)
	}
}

// recycle keeps a compressor that was closed.
func (u *Uploads) recycle(c compressor) {
	if len(u.free) < compressorsKept {
		u.free = append(u.free, c)
	}
}

// zstdWindow bounds what a compressor remembers: each holds several times as much.
const zstdWindow = 1 << 20

func newZstd(dst io.Writer) *zstd.Encoder {
	e, err := zstd.NewWriter(dst, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow),
		zstd.WithLowerEncoderMem(true), zstd.WithZeroFrames(true))
	if err != nil {
		panic(fmt.Sprintf("objectstore: options of zstd: %s", err)) // they are constants
	}
	return e
}

// Framing of snappy-java: a header with magic bytes, version and the oldest version
// that can read it; then blocks, each behind its length.
const (
	snappyHeader = "\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01"
	snappyBlock  = 32 << 10 // bytes of content in a block
)

// snappyWriter writes that framing.
type snappyWriter struct {
	dst     io.Writer
	begun   bool
	block   []byte // not compressed yet
	scratch []byte
}

// Reset begins anew.
func (s *snappyWriter) Reset(dst io.Writer) { s.dst, s.begun, s.block = dst, false, s.block[:0] }

// Write compresses full blocks and keeps the rest.
func (s *snappyWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		some := min(len(p), snappyBlock-len(s.block))
		s.block, p = append(s.block, p[:some]...), p[some:]
		if len(s.block) == snappyBlock {
			if err := s.flush(); err != nil {
				return n - len(p), err
			}
		}
	}
	return n, nil
}

func (s *snappyWriter) flush() error {
	out := s.scratch[:0]
	if !s.begun {
		s.begun = true
		out = append(out, snappyHeader...)
	}
	if len(s.block) > 0 {
		at := len(out)
		out = append(out, make([]byte, 4+snappy.MaxEncodedLen(len(s.block)))...)
		body := snappy.Encode(out[at+4:], s.block)
		binary.BigEndian.PutUint32(out[at:], uint32(len(body)))
		out = out[:at+4+len(body)]
	}
	s.scratch, s.block = out, s.block[:0]
	if _, err := s.dst.Write(out); err != nil {
		return fmt.Errorf("write a block of snappy: %w", err)
	}
	return nil
}

// Close ends the object.
func (s *snappyWriter) Close() error {
	if s.begun && len(s.block) == 0 {
		return nil
	}
	return s.flush()
}
