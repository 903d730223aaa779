package jsontext

import (
	"math"
	"strconv"
	"unsafe"

	"github.com/millrace/millrace/internal/java/text"
)

func digit(src []byte, i int) bool { return i < len(src) && src[i]-'0' <= 9 }

// ScanNumber checks the number that begins at i. Its kind is Whole or Fraction.
func ScanNumber(src []byte, i int) (end int, k Kind, f Flags, err error) {
	negative := src[i] == '-'
	if negative {
		i++
	}
	first := i
	for digit(src, i) {
		i++
	}
	n := i - first
	if n == 0 {
		return i, Whole, 0, unexpected(src, i, "in a number")
	}
	if i < len(src) && (src[i] == '.' || src[i]|0x20 == 'e') {
		return scanFraction(src, first, i, negative)
	}
	if n <= 18 && (src[first] != '0' || n == 1 && !negative) {
		return i, Whole, 0, nil
	}
	if significant(src[first:i]) > maxDigits {
		return i, Whole, 0, fail(first, "number too long")
	}
	return i, Whole, Rewrite, nil
}

// significant counts digits without leading zeros.
func significant(digits []byte) int {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return len(digits)
}

// scanFraction is ScanNumber from the end of the whole part on.
func scanFraction(src []byte, first, point int, negative bool) (end int, k Kind, f Flags, err error) {
	i := point
	if src[i] == '.' {
		for i++; digit(src, i); i++ {
		}
		if i == point+1 {
			return i, Fraction, 0, unexpected(src, i, "after a decimal point")
		}
	}
	whole, fraction := src[first:point], src[point:i]
	digits := significant(whole) + max(len(fraction)-1, 0)
	f = Rewrite
	if i < len(src) && src[i]|0x20 == 'e' {
		from := i + 1
		if i, err = scanExponent(src, from, len(fraction)); err != nil {
			return i, Fraction, 0, err
		}
		digits += i - from
	} else if shortest(whole, fraction[1:], negative) {
		f = 0
	}
	if digits > maxDigits {
		return i, Fraction, 0, fail(first, "number too long")
	}
	return i, Fraction, f, nil
}

// scanExponent checks an exponent after its letter. It must fit a BigDecimal
// whose fraction takes up that many bytes, point included.
func scanExponent(src []byte, i, fraction int) (end int, err error) {
	from := i
	negative := i < len(src) && src[i] == '-'
	if i < len(src) && (src[i] == '-' || src[i] == '+') {
		i++
	}
	start, exp := i, int64(0)
	for ; digit(src, i); i++ {
		exp = min(exp*10+int64(src[i]-'0'), math.MaxInt32+2)
	}
	if i == start {
		return i, unexpected(src, i, "in an exponent")
	}
	if negative {
		exp = -exp
	}
	scale := int64(max(fraction-1, 0)) - exp
	if exp != int64(int32(exp)) || scale != int64(int32(scale)) {
		return i, fail(from, "exponent out of range")
	}
	return i, nil
}

// shortest tells whether Double.toString would print a number just so.
func shortest(whole, fraction []byte, negative bool) bool {
	n := len(fraction)
	if len(whole) > 7 || len(whole)+n > 15 || fraction[n-1] == '0' && n > 1 {
		return false
	}
	if whole[0] != '0' {
		return true
	}
	if len(whole) > 1 {
		return false
	}
	for _, c := range fraction[:min(n, 3)] {
		if c != '0' {
			return true
		}
	}
	return n == 1 && !negative
}

// Long returns a checked Whole number as Java's longValue does: the low 64 bits.
func Long(number []byte) int64 {
	digits := number
	if digits[0] == '-' {
		digits = digits[1:]
	}
	var n uint64
	for _, c := range digits {
		n = n*10 + uint64(c-'0')
	}
	if len(digits) != len(number) {
		n = -n
	}
	return int64(n)
}

// Fits tells whether a checked Whole number is in the range of an int32.
func Fits(number []byte) (n int32, ok bool) {
	digits := number
	if digits[0] == '-' {
		digits = digits[1:]
	}
	if significant(digits) > 10 {
		return 0, false
	}
	long := Long(number)
	return int32(long), long == int64(int32(long))
}

// Double returns a checked number as BigDecimal.doubleValue does: zero has no
// sign, and what is too large is infinite.
func Double(number []byte) float64 {
	if f, ok := shortDouble(number); ok {
		return f
	}
	return float(number, 64)
}

// shortDouble reads numbers of up to 15 digits without sign and exponent: they and the power
// of ten are exact, so that their quotient is the nearest there is.
func shortDouble(number []byte) (f float64, ok bool) {
	if len(number) > 16 {
		return 0, false
	}
	n, scale := int64(0), 1.0
	for i, c := range number {
		switch {
		case c-'0' <= 9:
			n = n*10 + int64(c-'0')
		case c == '.':
			scale = powersOfTen[len(number)-i-1]
		default:
			return 0, false
		}
	}
	return float64(n) / scale, true
}

var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// Float is Double for a float.
func Float(number []byte) float32 { return float32(float(number, 32)) }

func float(number []byte, bits int) float64 {
	f, _ := strconv.ParseFloat(unsafe.String(unsafe.SliceData(number), len(number)), bits)
	if f == 0 && math.Signbit(f) && isZero(number) {
		return 0
	}
	return f
}

// isZero tells whether all digits before the exponent are 0.
func isZero(number []byte) bool {
	for _, c := range number {
		switch {
		case c|0x20 == 'e':
			return true
		case c >= '1' && c <= '9':
			return false
		}
	}
	return true
}

// AppendDouble appends f as Jackson does: not-a-number and infinities in quotes.
func AppendDouble(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(text.AppendDouble(append(dst, '"'), f), '"')
	}
	return text.AppendDouble(dst, f)
}

// AppendFloat is AppendDouble for a float.
func AppendFloat(dst []byte, f float32) []byte {
	if wide := float64(f); math.IsNaN(wide) || math.IsInf(wide, 0) {
		return append(text.AppendFloat(append(dst, '"'), f), '"')
	}
	return text.AppendFloat(dst, f)
}
