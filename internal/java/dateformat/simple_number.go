package dateformat

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseNumber reads an integer as java.text.DecimalFormat does when it ignores
// fractions: digits of any script, a minus sign, an exponent, NaN and ∞. The
// value is cut to 32 bits the way Number.intValue does.
func parseNumber(text string, at int) (v int32, end int, ok bool) {
	if strings.HasPrefix(text[at:], "NaN") {
		return 0, at + 3, true
	}
	negative := at < len(text) && text[at] == '-'
	if negative {
		at++
	}
	if strings.HasPrefix(text[at:], "∞") {
		return pick[int32](negative, math.MinInt32, math.MaxInt32), at + len("∞"), true
	}
	digits, end := readDigits(text, at)
	if end == at {
		return 0, at, false
	}
	exponent, end := readExponent(text, end)
	return intValue(digits, exponent, negative), end, true
}

// readDigits collects decimal digits as ASCII, without leading zeros.
func readDigits(text string, at int) (digits []byte, end int) {
	for at < len(text) {
		d, n := decimalDigit(text[at:])
		if d < 0 {
			break
		}
		if d > 0 || len(digits) > 0 {
			digits = append(digits, byte('0'+d))
		}
		at += n
	}
	return digits, at
}

// decimalDigit decodes the digit at the start of s; d is negative if there is
// none.
func decimalDigit(s string) (d, n int) {
	if s[0] < utf8.RuneSelf {
		return pick(isDigit(s[0]), int(s[0])-'0', -1), 1
	}
	r, n := utf8.DecodeRuneInString(s)
	if r > 0xffff || !unicode.Is(unicode.Nd, r) {
		return -1, n
	}
	zero := r
	for unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return int(r-zero) % 10, n
}

func readExponent(text string, at int) (exponent, end int) {
	if at == len(text) || text[at] != 'E' {
		return 0, at
	}
	from := at + 1
	negative := from < len(text) && text[from] == '-'
	if negative {
		from++
	}
	digits, end := readDigits(text, from)
	if end == from || len(digits) > 18 {
		return 0, at
	}
	n, _ := strconv.ParseInt("0"+string(digits), 10, 64)
	exponent = int(int32(n))
	return pick(negative, -exponent, exponent), end
}

// intValue is the int of digits × 10^exponent: of a long its low 32 bits, of
// anything larger or with a fraction the saturated value.
func intValue(digits []byte, exponent int, negative bool) int32 {
	text := strings.TrimRight(string(digits), "0")
	exponent += len(digits) - len(text)
	sign := pick(negative, "-", "")
	if text == "" {
		return 0
	}
	if exponent >= 0 && len(text)+exponent <= 19 {
		n, err := strconv.ParseInt(sign+text+strings.Repeat("0", exponent), 10, 64)
		if err == nil {
			return int32(n)
		}
	}
	f, _ := strconv.ParseFloat(sign+text+"e"+strconv.Itoa(exponent), 64)
	return int32(max(math.MinInt32, min(math.MaxInt32, math.Trunc(f))))
}
