package data

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/java/dateformat"
	"github.com/millrace/millrace/internal/java/text"
)

// maxNumberText is the length from which a text is not looked at as a number: the
// time to read one grows faster than its length.
const maxNumberText = 1 << 14

// shortInteger reads a sign and up to 18 digits.
func shortInteger(s string) (int64, bool) {
	digits := s
	if s[0] == '-' || s[0] == '+' {
		digits = s[1:]
	}
	if digits == "" || len(digits) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(digits) {
		c := digits[i]
		if !isASCIIDigit(c) {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if s[0] == '-' {
		n = -n
	}
	return n, true
}

// smallest returns n as the smallest type that holds it.
func smallest(n int64) (*Schema, any) {
	switch {
	case n == int64(int8(n)):
		return Int8Schema, int8(n)
	case n == int64(int16(n)):
		return Int16Schema, int16(n)
	case n == int64(int32(n)):
		return Int32Schema, int32(n)
	}
	return Int64Schema, n
}

// parseNumber reads a number as BigDecimal does and returns it as the smallest
// type: an integer, a float that may have lost digits, or a Decimal.
func parseNumber(s string) (*Schema, any, bool) {
	if n, ok := shortInteger(s); ok {
		schema, v := smallest(n)
		return schema, v, true
	}
	if len(s) > maxNumberText || !looksLikeNumber(s) {
		return nil, nil, false
	}
	if schema, v, ok := shortFraction(s); ok {
		return schema, v, true
	}
	unscaled, scale, err := text.ParseDecimal(s)
	if err != nil {
		return nil, nil, false
	}
	d := Decimal{unscaled, scale}
	if n, ok := d.int64(); ok {
		schema, v := smallest(n)
		return schema, v, true
	}
	if scale != 0 {
		if f := d.float(32); !math.IsInf(f, 0) {
			return Float32Schema, float32(f), true
		}
		if f := d.float(64); !math.IsInf(f, 0) {
			return Float64Schema, f, true
		}
	}
	schema, err := NewDecimalSchema(scale).Build()
	return schema, d, err == nil
}

// looksLikeNumber sorts out most other texts cheaply.
func looksLikeNumber(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case isASCIIDigit(c), c == '.', c == '-', c == '+', c == 'e', c == 'E', c >= utf8.RuneSelf:
		default:
			return false
		}
	}
	return true
}

// shortFraction reads what most fractions look like, 12.50, without big numbers.
func shortFraction(s string) (*Schema, any, bool) {
	whole, fraction, ok := strings.Cut(s, ".")
	if !ok || whole == "" || fraction == "" || !isASCIIDigit(fraction[0]) || len(s) > 18 {
		return nil, nil, false
	}
	n, ok := shortInteger(whole)
	rest, alsoOK := shortInteger(fraction)
	if !ok || !alsoOK {
		return nil, nil, false
	}
	if rest == 0 {
		schema, v := smallest(n)
		return schema, v, true
	}
	f, err := strconv.ParseFloat(s, 32)
	return Float32Schema, float32(f), err == nil
}

// int64 returns a whole number that fits.
func (d Decimal) int64() (int64, bool) {
	if d.Unscaled.Sign() == 0 {
		return 0, true
	}
	// Exponents are compared before anything is multiplied: 1e2000000000 is short.
	magnitude := int64(digitCount(d.Unscaled)) - int64(d.Scale)
	if magnitude <= 0 || magnitude > 19 {
		return 0, false
	}
	whole, rest := d.divide()
	return whole.Int64(), rest.Sign() == 0 && whole.IsInt64()
}

// divide returns the whole part and what is left of the unscaled value. The scale
// must be near the number of digits.
func (d Decimal) divide() (whole, rest *big.Int) {
	if d.Scale <= 0 {
		return new(big.Int).Mul(d.Unscaled, tenTo(-int64(d.Scale))), new(big.Int)
	}
	return new(big.Int).QuoRem(d.Unscaled, tenTo(int64(d.Scale)), new(big.Int))
}

func tenTo(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }

func digitCount(n *big.Int) int {
	if n.IsInt64() {
		s := strconv.FormatInt(n.Int64(), 10)
		if s[0] == '-' {
			return len(s) - 1
		}
		return len(s)
	}
	return len(new(big.Int).Abs(n).Append(nil, 10))
}

// float returns the nearest float of 32 or 64 bits, infinite when there is none.
func (d Decimal) float(bits int) float64 {
	f, _ := strconv.ParseFloat(d.String(), bits)
	return f
}

// truncate is BigDecimal.longValue: the low 64 bits of the whole part.
func (d Decimal) truncate() int64 {
	magnitude := int64(digitCount(d.Unscaled)) - int64(d.Scale)
	if d.Unscaled.Sign() == 0 || magnitude <= 0 || d.Scale <= -64 {
		// Ten to the 64th has no low bits.
		return 0
	}
	whole, _ := d.divide()
	return lowBits(whole)
}

// lowBits is BigInteger.longValue.
func lowBits(n *big.Int) int64 {
	if n.IsInt64() {
		return n.Int64()
	}
	low := new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64))
	return int64(low.Uint64())
}

// The patterns of dates and times in texts.
const (
	timePattern      = "HH:mm:ss.SSS'Z'"
	datePattern      = "yyyy-MM-dd"
	timestampPattern = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
)

// isoFormats are compiled when first needed.
var isoFormats = sync.OnceValue(func() (f struct{ time, date, timestamp *dateformat.Simple }) {
	compile := func(pattern string) *dateformat.Simple {
		s, err := dateformat.CompileSimple(pattern)
		if err != nil {
			panic(err)
		}
		return s
	}
	f.time, f.date, f.timestamp = compile(timePattern), compile(datePattern), compile(timestampPattern)
	return f
})

// maxTemporalText is more than a timestamp with escaped colons has in UTF-8.
const maxTemporalText = 4 * 24

// parseTemporal reads a text of the length of a time, date or timestamp. It is
// lenient: 25:61:61.000Z is a time.
func parseTemporal(s string) (parsed, bool) {
	if len(s) < len(datePattern) || len(s) > maxTemporalText || cannotBeNumber(s[0]) {
		return parsed{}, false
	}
	s = unescapeColons(s)
	switch units(s) {
	case 13:
		ms, err := isoFormats().time.Parse(s)
		return parsed{TimeSchema, Instant(ms)}, err == nil
	case 24:
		ms, err := isoFormats().timestamp.Parse(s)
		return parsed{TimestampSchema, Instant(ms)}, err == nil
	case 10:
		ms, err := isoFormats().date.Parse(s)
		return parsed{DateSchema, Instant(ms)}, err == nil
	}
	return parsed{}, false
}

// cannotBeNumber tells from its first byte that SimpleDateFormat will not find a
// number at the beginning of a text, blanks aside.
func cannotBeNumber(c byte) bool {
	return c > ' ' && c < utf8.RuneSelf && !isASCIIDigit(c) && c != '-' && c != '\\'
}

// units is String.length.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
