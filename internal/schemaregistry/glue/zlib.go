package glue

import (
	"bytes"
	"compress/zlib"
	"io"
)

// MaxInflated bounds the data of a value once it is decompressed, in bytes.
const MaxInflated = 128 << 20

// Codec compresses and decompresses the data of values. The zero value is ready. It
// must not be used by several goroutines at a time.
type Codec struct {
	out    bytes.Buffer
	writer *zlib.Writer
	in     bytes.Reader
	reader io.ReadCloser
}

// AppendDeflated appends data in its compressed form.
func (c *Codec) AppendDeflated(dst, data []byte) ([]byte, error) {
	c.out.Reset()
	if c.writer == nil {
		c.writer = zlib.NewWriter(&c.out)
	} else {
		c.writer.Reset(&c.out)
	}
	if _, err := c.writer.Write(data); err != nil {
		return nil, err
	}
	if err := c.writer.Close(); err != nil {
		return nil, err
	}
	return append(dst, c.out.Bytes()...), nil
}

// Inflate returns what data was before it was compressed, in memory of its own. What
// follows the compressed form is left aside.
func (c *Codec) Inflate(data []byte) ([]byte, error) {
	return c.inflate(data, MaxInflated)
}

func (c *Codec) inflate(data []byte, limit int64) ([]byte, error) {
	c.in.Reset(data)
	if err := c.rewind(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := out.ReadFrom(io.LimitReader(c.reader, limit+1)); err != nil {
		return nil, err
	}
	if int64(out.Len()) > limit {
		return nil, errTooLarge
	}
	return out.Bytes(), nil
}

// rewind reads the beginning of the compressed form.
func (c *Codec) rewind() (err error) {
	if c.reader == nil {
		c.reader, err = zlib.NewReader(&c.in)
		return err
	}
	return c.reader.(zlib.Resetter).Reset(&c.in, nil)
}
