package avrofile

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// decompressor returns the records of a compressed block, at most maxBlock bytes.
type decompressor func(packed []byte) ([]byte, error)

var errLarge = fmt.Errorf("it has more than %d bytes, or says so", maxBlock)

// decompressorOf returns how to read blocks of a codec, nil when they are not
// compressed. It knows one more than CodecOf: zstandard.
func decompressorOf(codec string) (decompressor, error) {
	switch codec {
	case "null":
		return nil, nil
	case "deflate":
		return func(packed []byte) ([]byte, error) { return readBlock(flate.NewReader(bytes.NewReader(packed))) }, nil
	case "bzip2":
		return func(packed []byte) ([]byte, error) { return readBlock(bzip2.NewReader(bytes.NewReader(packed))) }, nil
	case "snappy":
		return unsnap, nil
	case "zstandard":
		return unzstd, nil
	}
	return nil, fmt.Errorf("Avro codec %q is not supported", codec)
}

func readBlock(r io.Reader) ([]byte, error) {
	records, err := io.ReadAll(io.LimitReader(r, maxBlock+1))
	if err == nil && len(records) > maxBlock {
		err = errLarge
	}
	return records, err
}

// unsnap reads the block format of snappy, with a checksum behind it.
func unsnap(packed []byte) ([]byte, error) {
	at := len(packed) - crc32.Size
	if at < 0 {
		return nil, io.ErrUnexpectedEOF
	}
	size, err := snappy.DecodedLen(packed[:at])
	if err != nil {
		return nil, err
	}
	// Snappy does not make data smaller than a twentieth: memory for more is not taken.
	if size > maxBlock || size > 32*(at+1) {
		return nil, errLarge
	}
	records, err := snappy.Decode(nil, packed[:at])
	if err == nil && crc32.ChecksumIEEE(records) != binary.BigEndian.Uint32(packed[at:]) {
		err = errors.New("the checksum is wrong")
	}
	return records, err
}

func unzstd(packed []byte) ([]byte, error) {
	d, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlock))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return readBlock(d)
}
