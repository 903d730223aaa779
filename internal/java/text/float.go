package text

import (
	"math"
	"strconv"
)

// AppendDouble appends Double.toString(f) to dst: the shortest digits that
// read back as f (JDK 19 and later; older ones print some values longer).
func AppendDouble(dst []byte, f float64) []byte { return appendFloat(dst, f, 64) }

// AppendFloat appends Float.toString(f) to dst, with the digits of a float.
func AppendFloat(dst []byte, f float32) []byte { return appendFloat(dst, float64(f), 32) }

// Double returns Double.toString(f).
func Double(f float64) string { return string(AppendDouble(nil, f)) }

// Float returns Float.toString(f).
func Float(f float32) string { return string(AppendFloat(nil, f)) }

func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case f != f:
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e7 {
		if f == 0 && math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(strconv.AppendInt(dst, int64(f), 10), ".0"...)
	}
	if math.Signbit(f) {
		dst = append(dst, '-')
		f = -f
	}
	if bits == 64 && f < 1e7 {
		if cents := math.Round(f * 100); cents/100 == f {
			return appendCents(dst, uint64(cents))
		}
	}
	var buf [32]byte
	digits, exp := shortest(buf[:0], f, bits)
	if exp >= -3 && exp < 7 {
		return appendPlain(dst, digits, exp)
	}
	dst = append(dst, digits[0], '.')
	if len(digits) == 1 {
		dst = append(dst, '0')
	}
	dst = append(dst, digits[1:]...)
	return strconv.AppendInt(append(dst, 'E'), int64(exp), 10)
}

// appendCents appends what has no more than two decimals: no other number of up to 15
// digits reads back the same.
func appendCents(dst []byte, cents uint64) []byte {
	dst = append(strconv.AppendUint(dst, cents/100, 10), '.', byte('0'+cents/10%10))
	if last := cents % 10; last != 0 {
		dst = append(dst, byte('0'+last))
	}
	return dst
}

// shortest returns the significant digits of f and the decimal exponent of the
// first one. Where one digit would do, Java takes the nearer of the values with
// two (4.9E-324, not 5.0E-324).
func shortest(buf []byte, f float64, bits int) (digits []byte, exp int) {
	digits, exp = scientific(strconv.AppendFloat(buf, f, 'e', -1, bits))
	if len(digits) > 1 {
		return digits, exp
	}
	var near [32]byte
	text := strconv.AppendFloat(near[:0], f, 'e', 1, bits)
	if back, err := strconv.ParseFloat(string(text), bits); err != nil || back != f {
		return digits, exp
	}
	two, twoExp := scientific(text)
	if two[1] == '0' {
		return digits, exp
	}
	return append(buf[:0], two...), twoExp
}

// scientific takes Go's d.ddde±xx apart, in place.
func scientific(text []byte) (digits []byte, exp int) {
	e := len(text) - 1
	for text[e] != 'e' {
		e--
	}
	for _, c := range text[e+2:] {
		exp = exp*10 + int(c-'0')
	}
	if text[e+1] == '-' {
		exp = -exp
	}
	if e == 1 {
		return text[:1], exp
	}
	copy(text[1:], text[2:e])
	return text[:e-1], exp
}

func appendPlain(dst, digits []byte, exp int) []byte {
	if exp < 0 {
		dst = append(dst, "0.000"[:1-exp]...)
		return append(dst, digits...)
	}
	for i := 0; i <= exp; i++ {
		if i < len(digits) {
			dst = append(dst, digits[i])
		} else {
			dst = append(dst, '0')
		}
	}
	dst = append(dst, '.')
	if len(digits) <= exp+1 {
		return append(dst, '0')
	}
	return append(dst, digits[exp+1:]...)
}
