package text

import (
	"errors"
	"math"
	"math/big"
	"strconv"
)

// ErrTooLong reports plain text that would exceed the caller's limit.
var ErrTooLong = errors.New("decimal text is too long")

// ParseDecimal is new BigDecimal(s): the value is unscaled × 10^-scale. The
// exponent only moves the scale, so 1E+2000000000 costs nothing. Errors are
// *NumberFormatError. The caller bounds the length of s; time grows with its
// square for millions of digits.
func ParseDecimal(s string) (unscaled *big.Int, scale int32, err error) {
	var p decimalParser
	if err := p.mantissa(s); err != nil {
		return nil, 0, err
	}
	at := p.fraction - p.exponent
	if at < math.MinInt32 || at > math.MaxInt32 {
		return nil, 0, &NumberFormatError{"Scale out of range."}
	}
	unscaled, _ = new(big.Int).SetString(string(p.digits), 10)
	return unscaled, int32(at), nil
}

type decimalParser struct {
	digits   []byte // sign and ASCII digits
	fraction int64  // digits after the point
	exponent int64
}

func (p *decimalParser) mantissa(s string) error {
	if s == "" {
		return &NumberFormatError{}
	}
	body := s
	if s[0] == '-' || s[0] == '+' {
		body = s[1:]
		if s[0] == '-' {
			p.digits = append(p.digits, '-')
		}
	}
	sign := len(p.digits)
	point := false
	for i, r := range body {
		d, ok := digit(r)
		switch {
		case ok:
			p.digits = append(p.digits, byte('0'+d))
			if point {
				p.fraction++
			}
		case r == '.' && point:
			return &NumberFormatError{"Character array contains more than one decimal point."}
		case r == '.':
			point = true
		case r == 'e' || r == 'E':
			if err := p.readExponent(body[i+1:]); err != nil {
				return err
			}
			return p.anyDigits(sign)
		default:
			return notDecimal(r)
		}
	}
	return p.anyDigits(sign)
}

func notDecimal(r rune) error {
	return &NumberFormatError{"Character " + string(r) +
		" is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark."}
}

func (p *decimalParser) anyDigits(sign int) error {
	if len(p.digits) == sign {
		return &NumberFormatError{"No digits found."}
	}
	return nil
}

func (p *decimalParser) readExponent(s string) error {
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return &NumberFormatError{}
	}
	digits := []rune(s)
	for len(digits) > 10 && isZero(digits[0]) {
		digits = digits[1:]
	}
	if len(digits) > 10 {
		return &NumberFormatError{"Too many nonzero exponent digits."}
	}
	for _, r := range digits {
		d, ok := digit(r)
		if !ok {
			return &NumberFormatError{"Not a digit."}
		}
		p.exponent = p.exponent*10 + int64(d)
	}
	if negative {
		p.exponent = -p.exponent
	}
	if p.exponent != int64(int32(p.exponent)) {
		return &NumberFormatError{"Exponent overflow."}
	}
	return nil
}

func isZero(r rune) bool {
	d, ok := digit(r)
	return ok && d == 0
}

// AppendDecimal appends BigDecimal.toString() of unscaled × 10^-scale to dst.
// Its length is that of the digits, whatever the scale.
func AppendDecimal(dst []byte, unscaled *big.Int, scale int32) []byte {
	if scale == 0 {
		return unscaled.Append(dst, 10)
	}
	digits := unscaled.Append(nil, 10)
	if digits[0] == '-' {
		dst = append(dst, '-')
		digits = digits[1:]
	}
	adjusted := int64(len(digits)-1) - int64(scale)
	if scale >= 0 && adjusted >= -6 {
		return appendPoint(dst, digits, int(scale))
	}
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	if adjusted == 0 {
		return dst
	}
	dst = append(dst, 'E')
	if adjusted > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, adjusted, 10)
}

// appendPoint appends digits with the last places of them after the point.
func appendPoint(dst, digits []byte, places int) []byte {
	whole := len(digits) - places
	if places == 0 {
		return append(dst, digits...)
	}
	if whole > 0 {
		dst = append(dst, digits[:whole]...)
		return append(append(dst, '.'), digits[whole:]...)
	}
	dst = append(dst, "0."...)
	dst = appendZeros(dst, -whole)
	return append(dst, digits...)
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// AppendPlain appends BigDecimal.toPlainString() to dst. Text longer than
// limit bytes is not made: the error is ErrTooLong.
func AppendPlain(dst []byte, unscaled *big.Int, scale int32, limit int) ([]byte, error) {
	digits := unscaled.Append(nil, 10)
	negative := digits[0] == '-'
	if negative {
		digits = digits[1:]
	}
	if plainLength(len(digits), int64(scale)) > int64(limit) {
		return dst, ErrTooLong
	}
	if negative {
		dst = append(dst, '-')
	}
	if scale >= 0 {
		return appendPoint(dst, digits, int(scale)), nil
	}
	dst = append(dst, digits...)
	if unscaled.Sign() == 0 {
		return dst, nil
	}
	return appendZeros(dst, -int(scale)), nil
}

func plainLength(digits int, scale int64) int64 {
	if scale < 0 {
		return int64(digits) - scale
	}
	return max(int64(digits), scale) + 3
}
