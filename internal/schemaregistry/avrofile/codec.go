package avrofile

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/snappy"

	"github.com/millrace/millrace/internal/bzip2"
)

// Codec compresses blocks. It is safe for concurrent use.
type Codec struct {
	name   string
	append func(dst, src []byte) ([]byte, error)
}

// Name returns how files call the codec.
func (c *Codec) Name() string { return c.name }

// CodecOf returns the codec of a name: null, deflate, snappy or bzip2.
func CodecOf(name string) (*Codec, error) {
	switch name {
	case "null":
		return &Codec{name, nil}, nil
	case "deflate":
		return &Codec{name, (&deflater{}).append}, nil
	case "snappy":
		return &Codec{name, appendSnappy}, nil
	case "bzip2":
		return &Codec{name, func(dst, src []byte) ([]byte, error) { return bzip2.Append(dst, src), nil }}, nil
	}
	return nil, fmt.Errorf("unknown Avro codec %q", name)
}

// appendSnappy compresses in the block format of snappy, with a checksum behind it.
func appendSnappy(dst, src []byte) ([]byte, error) {
	room := snappy.MaxEncodedLen(len(src))
	if room < 0 {
		return nil, fmt.Errorf("a block of %d bytes is too large for snappy", len(src))
	}
	start := len(dst)
	dst = append(dst, make([]byte, room)...)
	dst = dst[:start+len(snappy.Encode(dst[start:], src))]
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(src)), nil
}

// deflater keeps compressors, which have large tables, between blocks.
type deflater struct{ free sync.Pool } // of *flate.Writer

func (d *deflater) append(dst, src []byte) ([]byte, error) {
	out := sliceWriter{dst}
	w, ok := d.free.Get().(*flate.Writer)
	if ok {
		w.Reset(&out)
	} else {
		var err error
		if w, err = flate.NewWriter(&out, flate.DefaultCompression); err != nil {
			return nil, err
		}
	}
	defer d.free.Put(w)
	if _, err := w.Write(src); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.dst, err
}

// sliceWriter appends what is written to it.
type sliceWriter struct{ dst []byte }

func (w *sliceWriter) Write(p []byte) (int, error) {
	w.dst = append(w.dst, p...)
	return len(p), nil
}
