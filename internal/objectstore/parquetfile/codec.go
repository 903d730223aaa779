package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/compress/gzip"
	"github.com/parquet-go/parquet-go/compress/lz4"
	"github.com/parquet-go/parquet-go/compress/snappy"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// codec is what a value of parquet.codec stands for.
type codec struct {
	name   string
	suffix string                // of names of files, before .parquet
	absent string                // the Java class that the connector lacks for it
	pages  func() compress.Codec // nil: not compressed
}

// codecs are listed in the order in which the Java connector names them.
var codecs = [...]codec{
	{name: "none"},
	{name: "gzip", suffix: ".gz", pages: func() compress.Codec { return &gzip.Codec{Level: gzip.DefaultCompression} }},
	{name: "snappy", suffix: ".snappy", pages: func() compress.Codec { return &snappy.Codec{} }},
	{name: "lz4", suffix: ".lz4hadoop", pages: func() compress.Codec { return &hadoopLZ4{raw: lz4.Codec{Level: lz4.Fastest}} }},
	{name: "brotli", suffix: ".br", absent: "org.apache.hadoop.io.compress.BrotliCodec"},
	{name: "lz4_raw", suffix: ".lz4raw", pages: func() compress.Codec { return &lz4.Codec{Level: lz4.Fastest} }},
	{name: "zstd", suffix: ".zstd", pages: func() compress.Codec { return &zstd.Codec{} }},
	{name: "lzo", suffix: ".lzo", absent: "com.hadoop.compression.lzo.LzoCodec"},
}

func codecNamed(name string) (codec, error) {
	i := slices.IndexFunc(codecs[:], func(c codec) bool { return c.name == name })
	if i < 0 {
		return codec{}, fmt.Errorf("no Parquet codec is called %q", name)
	}
	return codecs[i], nil
}

func (c *codec) compressor() compress.Codec {
	if c.pages == nil {
		return &parquet.Uncompressed
	}
	return c.pages()
}

// codecError says that a codec may be configured but cannot be used. As in Java it
// comes with the first record.
type codecError struct{ class string }

// Error returns the text of the Java connector.
func (e *codecError) Error() string { return "Class " + e.class + " was not found" }

// JavaClass returns the class that users of Connect know the error by.
func (e *codecError) JavaClass() string { return "org.apache.parquet.hadoop.BadConfigurationException" }

// hadoopLZ4 is the codec LZ4 as Hadoop writes it: blocks of raw LZ4, each behind its
// length without and with compression.
type hadoopLZ4 struct{ raw lz4.Codec }

// hadoopBlock is how much goes into a block: Hadoop's own reader takes up to
// 256 KiB.
const hadoopBlock = 128 << 10

func (c *hadoopLZ4) String() string { return "LZ4" }

func (c *hadoopLZ4) CompressionCodec() format.CompressionCodec { return format.Lz4 }

func (c *hadoopLZ4) Encode(dst, src []byte) ([]byte, error) {
	dst = dst[:0]
	var block []byte
	for piece := range slices.Chunk(src, hadoopBlock) {
		var err error
		if block, err = c.raw.Encode(block, piece); err != nil {
			return nil, fmt.Errorf("compress a block: %w", err)
		}
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(piece)))
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(block)))
		dst = append(dst, block...)
	}
	return dst, nil
}

func (c *hadoopLZ4) Decode(dst, src []byte) ([]byte, error) {
	dst = dst[:0]
	for len(src) > 0 {
		if len(src) < 8 {
			return nil, errShortBlock
		}
		whole, packed := binary.BigEndian.Uint32(src), binary.BigEndian.Uint32(src[4:])
		if src = src[8:]; uint64(packed) > uint64(len(src)) {
			return nil, errShortBlock
		}
		block, err := c.raw.Decode(nil, src[:packed])
		if err != nil {
			return nil, fmt.Errorf("read a block: %w", err)
		}
		if uint64(len(block)) != uint64(whole) {
			return nil, errShortBlock
		}
		dst, src = append(dst, block...), src[packed:]
	}
	return dst, nil
}

var errShortBlock = errors.New("block of LZ4 is cut short")
