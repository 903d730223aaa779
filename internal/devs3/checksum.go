package devs3

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"strings"
)

const (
	checksumPrefix = "X-Amz-Checksum-"
	// crc64NVME is the reversed polynomial of CRC-64/NVME.
	crc64NVME = 0x9a6c9329ac4bc9b5
)

// checksums are the algorithms of the x-amz-checksum-* headers.
func checksums() map[string]func() hash.Hash {
	return map[string]func() hash.Hash{
		"crc32":     func() hash.Hash { return crc32.NewIEEE() },
		"crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
		"crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(crc64NVME)) },
		"sha1":      sha1.New,
		"sha256":    sha256.New,
	}
}

// announced returns the checksum algorithms for which the request brings a
// value, in a header or in the trailer.
func announced(h http.Header) map[string]hash.Hash {
	var found map[string]hash.Hash
	trailer := strings.ToLower(h.Get("X-Amz-Trailer"))
	for name, make := range checksums() {
		if h.Get(checksumPrefix+name) == "" && !hasTrailer(trailer, name) {
			continue
		}
		if found == nil {
			found = map[string]hash.Hash{}
		}
		found[name] = make()
	}
	return found
}

func hasTrailer(trailer, algorithm string) bool {
	for name := range strings.SplitSeq(trailer, ",") {
		if strings.TrimSpace(name) == strings.ToLower(checksumPrefix)+algorithm {
			return true
		}
	}
	return false
}

// encodeSum returns the checksum as it stands in headers.
func encodeSum(h hash.Hash) string { return base64.StdEncoding.EncodeToString(h.Sum(nil)) }
