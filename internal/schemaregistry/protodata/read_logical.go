package protodata

import (
	"fmt"
	"math"
	"math/big"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/millrace/millrace/connect/data"
)

// numbers are the fields of a message that stands for a logical type, by number. None
// has more than four, and but one of them is not a number.
type numbers struct {
	raw   []byte
	field [5]int64
}

func (m *numbers) read(src []byte) error {
	for len(src) > 0 {
		number, wire, tag := consumeTag(src)
		if tag < 0 {
			return protowire.ParseError(tag)
		}
		n := protowire.ConsumeFieldValue(number, wire, src[tag:])
		switch {
		case n < 0:
			return protowire.ParseError(n)
		case wire == protowire.VarintType && int(number) < len(m.field):
			v, _ := protowire.ConsumeVarint(src[tag:])
			m.field[number] = int64(v)
		case wire == protowire.BytesType && number == 1:
			m.raw, _ = protowire.ConsumeBytes(src[tag:])
		}
		src = src[tag+n:]
	}
	return nil
}

// int returns a field that is an int32.
func (m *numbers) int(field int) int64 { return int64(int32(m.field[field])) }

// logical reads a message that stands for a logical type.
func logical(n *readNode, body []byte) (any, error) {
	var m numbers
	if err := m.read(body); err != nil {
		return nil, err
	}
	switch n.op {
	case readDecimal:
		return m.decimal()
	case readDate:
		return m.date()
	case readTime:
		return m.time()
	}
	if err := checkTimestamp(m.field[1], m.int(2)); err != nil {
		return nil, err
	}
	return data.Instant(m.field[1]*1000 + m.int(2)/1_000_000), nil
}

// maxDecimal bounds the bytes of a decimal's value.
const maxDecimal = 1 << 16

func (m *numbers) decimal() (any, error) {
	if len(m.raw) == 0 {
		return nil, data.Fail(data.BadNumber, "Zero length BigInteger")
	}
	if len(m.raw) > maxDecimal {
		return nil, fmt.Errorf("a decimal has %d bytes, more than %d", len(m.raw), maxDecimal)
	}
	d := data.Decimal{Unscaled: data.FromTwosComplement(m.raw), Scale: int32(m.int(3))}
	precision := m.int(2)
	if precision < 0 {
		return nil, data.Fail(data.BadArgument, "Digits < 0")
	}
	if precision > 0 && len(m.raw)*3 > int(precision) { // a byte has less than three digits
		d = round(d, int(precision))
	}
	return d, nil
}

// round rounds a decimal to so many digits, half up.
func round(d data.Decimal, precision int) data.Decimal {
	for drop := digits(d.Unscaled) - precision; drop > 0; drop = digits(d.Unscaled) - precision {
		by := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(drop)), nil)
		q, rest := new(big.Int).QuoRem(d.Unscaled, by, new(big.Int))
		if rest.Lsh(rest.Abs(rest), 1).Cmp(by) >= 0 {
			q.Add(q, big.NewInt(int64(d.Unscaled.Sign())))
		}
		d = data.Decimal{Unscaled: q, Scale: d.Scale - int32(drop)}
	}
	return d
}

func (m *numbers) date() (any, error) {
	day, ok := dayOf(m.int(1), m.int(2), m.int(3))
	if !ok || day > math.MaxInt64/dayMillis {
		return nil, data.Fail(data.BadArgument, "There is no date %d-%02d-%02d", m.int(1), m.int(2), m.int(3))
	}
	return data.Instant(day * dayMillis), nil
}

func (m *numbers) time() (any, error) {
	for i, limit := range [...]struct {
		name string
		last int64
	}{{"HourOfDay", 23}, {"MinuteOfHour", 59}, {"SecondOfMinute", 59}, {"NanoOfSecond", 999_999_999}} {
		if v := m.int(i + 1); v < 0 || v > limit.last {
			return nil, data.Errorf("Invalid value for %s (valid values 0 - %d): %d", limit.name, limit.last, v)
		}
	}
	return data.Instant((m.int(1)*60+m.int(2))*60_000 + m.int(3)*1000 + m.int(4)/1_000_000), nil
}
