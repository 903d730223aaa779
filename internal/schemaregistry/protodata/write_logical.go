package protodata

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/millrace/millrace/connect/data"
)

// appendLogical appends the fields of a message that stands for a logical type.
func appendLogical(dst []byte, n *writeNode, v any) ([]byte, error) {
	if n.logical == decimalType {
		d, ok := v.(data.Decimal)
		if !ok {
			return nil, data.Errorf("Invalid type for Decimal, expected BigDecimal but was class %s", data.ClassName(v))
		}
		return appendDecimal(dst, d), nil
	}
	at, ok := v.(data.Instant)
	if !ok {
		return nil, data.Errorf("Invalid type for %s, expected Date but was class %s", short(n.schema), data.ClassName(v))
	}
	switch n.logical {
	case dateType:
		return appendDate(dst, at)
	case timeType:
		return appendTime(dst, at)
	}
	return appendTimestamp(dst, at)
}

func short(s *data.Schema) string {
	switch s.Name() {
	case data.DateName:
		return "Date"
	case data.TimeName:
		return "Time"
	}
	return "Timestamp"
}

// appendDecimal appends the unscaled value, how many digits it has, and its scale.
func appendDecimal(dst []byte, d data.Decimal) []byte {
	dst = protowire.AppendTag(dst, 1, protowire.BytesType)
	dst = protowire.AppendBytes(dst, data.TwosComplement(d.Unscaled))
	dst = appendNumber(dst, 2, int64(digits(d.Unscaled)))
	return appendNumber(dst, 3, int64(d.Scale))
}

// appendNumber appends a field unless it is 0.
func appendNumber(dst []byte, field protowire.Number, v int64) []byte {
	if v == 0 {
		return dst
	}
	return protowire.AppendVarint(protowire.AppendTag(dst, field, protowire.VarintType), uint64(v))
}

const dayMillis = 24 * 60 * 60 * 1000

func appendDate(dst []byte, at data.Instant) ([]byte, error) {
	if at%dayMillis != 0 {
		return nil, data.Errorf("Kafka Connect Date type should not have any time fields set to non-zero values.")
	}
	year, month, day := dateOf(int64(at) / dayMillis)
	dst = appendNumber(dst, 1, year)
	return appendNumber(appendNumber(dst, 2, month), 3, day), nil
}

func appendTime(dst []byte, at data.Instant) ([]byte, error) {
	if at < 0 || at > dayMillis {
		return nil, data.Errorf("Time values must use number of millis greater than 0 and less than 86400000")
	}
	ms := int64(at) % dayMillis
	dst = appendNumber(dst, 1, ms/3_600_000)
	dst = appendNumber(dst, 2, ms/60_000%60)
	dst = appendNumber(dst, 3, ms/1000%60)
	return appendNumber(dst, 4, ms%1000*1_000_000), nil
}

func appendTimestamp(dst []byte, at data.Instant) ([]byte, error) {
	seconds, ms := int64(at)/1000, int64(at)%1000
	if ms < 0 {
		seconds, ms = seconds-1, ms+1000
	}
	nanos := ms * 1_000_000
	if err := checkTimestamp(seconds, nanos); err != nil {
		return nil, err
	}
	return appendNumber(appendNumber(dst, 1, seconds), 2, nanos), nil
}

// The first and the last second of a google.protobuf.Timestamp.
const (
	firstSecond = -62_135_596_800
	lastSecond  = 253_402_300_799
)

func checkTimestamp(seconds, nanos int64) error {
	if seconds < firstSecond || seconds > lastSecond || nanos < 0 || nanos > 999_999_999 {
		return data.Fail(data.BadArgument, "Timestamp is not valid. Seconds (%d) must be in range [%d, %d]. Nanos (%d) must be in range [0, 999999999].",
			seconds, int64(firstSecond), int64(lastSecond), nanos)
	}
	return nil
}
