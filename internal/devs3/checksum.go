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

// newChecksum returns the algorithm of that name in the x-amz-checksum-*
// headers, or nil.
func newChecksum(name string) hash.Hash {
	switch name {
	case "crc32":
		return crc32.NewIEEE()
	case "crc32c":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "crc64nvme":
		return crc64.New(crc64.MakeTable(crc64NVME))
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	}
	return nil
}

// announced returns the checksum algorithms for which the request brings a
// value, in a header or in the trailer.
func announced(h http.Header) map[string]hash.Hash {
	var found map[string]hash.Hash
	add := func(header string) {
		short, ok := strings.CutPrefix(header, checksumPrefix)
		if !ok {
			return
		}
		name := strings.ToLower(short)
		if sum := newChecksum(name); sum != nil {
			if found == nil {
				found = map[string]hash.Hash{}
			}
			found[name] = sum
		}
	}
	for header := range h {
		if h.Get(header) != "" {
			add(header)
		}
	}
	if trailer := h.Get("X-Amz-Trailer"); trailer != "" {
		for header := range strings.SplitSeq(trailer, ",") {
			add(http.CanonicalHeaderKey(strings.TrimSpace(header)))
		}
	}
	return found
}

// encodeSum returns the checksum as it stands in headers.
func encodeSum(h hash.Hash) string { return base64.StdEncoding.EncodeToString(h.Sum(nil)) }
