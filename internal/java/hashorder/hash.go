package hashorder

import (
	"math"
	"unicode/utf16"
)

// HashString returns String.hashCode of s.
func HashString(s string) uint32 {
	var h uint32
	for _, r := range s {
		if r < 0x10000 {
			h = 31*h + uint32(r)
			continue
		}
		hi, lo := utf16.EncodeRune(r)
		h = 31*(31*h+uint32(hi)) + uint32(lo)
	}
	return h
}

// HashInt32 returns Integer.hashCode of v; Short and Byte hash alike.
func HashInt32(v int32) uint32 { return uint32(v) }

// HashInt64 returns Long.hashCode of v.
func HashInt64(v int64) uint32 { return uint32(v) ^ uint32(v>>32) }

// HashBool returns Boolean.hashCode of v.
func HashBool(v bool) uint32 {
	if v {
		return 1231
	}
	return 1237
}

// HashFloat64 returns Double.hashCode of v.
func HashFloat64(v float64) uint32 {
	if math.IsNaN(v) {
		return 0x7ff80000
	}
	return HashInt64(int64(math.Float64bits(v)))
}

// HashFloat32 returns Float.hashCode of v.
func HashFloat32(v float32) uint32 {
	if v != v {
		return 0x7fc00000
	}
	return math.Float32bits(v)
}
