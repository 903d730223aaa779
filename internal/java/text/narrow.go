package text

import "math"

// ToInt32 is Java's (int) f: towards zero, saturating, NaN to 0.
func ToInt32(f float64) int32 {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt32:
		return math.MaxInt32
	case f <= math.MinInt32:
		return math.MinInt32
	}
	return int32(f)
}

// ToInt64 is Java's (long) f: towards zero, saturating, NaN to 0.
func ToInt64(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

// ToInt8 is Java's (byte) f: the low eight bits of (int) f.
func ToInt8(f float64) int8 { return int8(ToInt32(f)) }

// ToInt16 is Java's (short) f: the low sixteen bits of (int) f.
func ToInt16(f float64) int16 { return int16(ToInt32(f)) }
