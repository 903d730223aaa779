package kafka

import (
	"github.com/klauspost/compress/zstd"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
)

// compression returns the codec of compression.type at the level the user asked
// for. Without one each codec keeps the default level of its Go library: Java's
// default of 9 for lz4 costs far more CPU here than it saves.
func compression(v *config.Values) kgo.CompressionCodec {
	given := func(key string) bool { _, ok := v.Originals()[key]; return ok }
	switch v.String(keyCompression) {
	case "gzip":
		if level := v.Int(keyGzipLevel); level > 0 {
			return kgo.GzipCompression().WithLevel(level)
		}
		return kgo.GzipCompression()
	case "snappy":
		return kgo.SnappyCompression()
	case "lz4":
		if given(keyLz4Level) {
			return kgo.Lz4Compression().WithLevel(lz4Level(v.Int(keyLz4Level)))
		}
		return kgo.Lz4Compression()
	case "zstd":
		if given(keyZstdLevel) {
			return kgo.ZstdCompression().WithLevel(int(zstd.EncoderLevelFromZstd(v.Int(keyZstdLevel))))
		}
		return kgo.ZstdCompression()
	}
	return kgo.NoCompression()
}

// lz4Level translates a level of lz4's C library to the Go library, whose levels 1
// to 9 are the powers of two from 512. C's levels below 3 are its fast mode, which
// is 0 here; those above 9 only search longer.
func lz4Level(level int) int {
	if level < 3 {
		return 0
	}
	return 1 << (8 + min(level, 9))
}
