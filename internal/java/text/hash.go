package text

import (
	"unicode/utf16"
)

// HashCode returns String.hashCode of s, which Java computes over UTF-16 units.
func HashCode(s string) int32 {
	var h int32
	for _, r := range s {
		if r < 0x10000 {
			h = 31*h + r
			continue
		}
		hi, lo := utf16.EncodeRune(r)
		h = 31*(31*h+hi) + lo
	}
	return h
}

// Length returns String.length of s: its number of UTF-16 units.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// Truncate returns the longest prefix of s that has at most units UTF-16 units.
// Java cuts a surrogate pair in half where this leaves it out.
func Truncate(s string, units int) string {
	n := 0
	for i, r := range s {
		n += max(utf16.RuneLen(r), 1)
		if n > units {
			return s[:i]
		}
	}
	return s
}

// Murmur2 is the hash of Kafka's default partitioner. The partition of a key is
// (Murmur2(key) & 0x7fffffff) mod partitions.
func Murmur2(b []byte) int32 {
	const (
		seed  = 0x9747b28c
		m     = 0x5bd1e995
		shift = 24
	)
	h := uint32(seed) ^ uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		k *= m
		k ^= k >> shift
		h = h*m ^ k*m
	}
	for i := len(b) - 1; i >= 0; i-- {
		h ^= uint32(b[i]) << (8 * i)
	}
	if len(b) > 0 {
		h *= m
	}
	h ^= h >> 13
	h *= m
	return int32(h ^ h>>15)
}
