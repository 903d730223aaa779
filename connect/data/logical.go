package data

import (
	"math/big"
	"strconv"
	"time"

	"github.com/millrace/millrace/internal/java/text"
)

// Names of the logical types; a schema of such a name holds Decimal or Instant
// values.
const (
	DecimalName   = "org.apache.kafka.connect.data.Decimal"
	DateName      = "org.apache.kafka.connect.data.Date"
	TimeName      = "org.apache.kafka.connect.data.Time"
	TimestampName = "org.apache.kafka.connect.data.Timestamp"
	scaleName     = "scale"
)

const dayMillis = 24 * 60 * 60 * 1000

// Instant is the value of the logical types Date, Time and Timestamp:
// milliseconds since 1970-01-01T00:00Z. It stands for java.util.Date.
type Instant int64

// InstantOf returns t to the millisecond.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time returns the instant in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Decimal is the value of the logical type Decimal, unscaled * 10^-scale. It
// stands for java.math.BigDecimal; Unscaled must not be changed.
type Decimal struct {
	Unscaled *big.Int
	Scale    int32
}

// NewDecimal returns unscaled * 10^-scale.
func NewDecimal(unscaled int64, scale int32) Decimal {
	return Decimal{big.NewInt(unscaled), scale}
}

// Equal compares value and scale: 1.0 and 1.00 differ.
func (d Decimal) Equal(o Decimal) bool {
	return d.Scale == o.Scale && d.Unscaled.Cmp(o.Unscaled) == 0
}

// NewDecimalSchema starts a Decimal schema of a scale.
func NewDecimalSchema(scale int32) *Builder {
	return NewBuilder(Bytes).Name(DecimalName).Version(1).
		Parameter(scaleName, strconv.FormatInt(int64(scale), 10))
}

// NewDateSchema starts a Date schema.
func NewDateSchema() *Builder { return NewBuilder(Int32).Name(DateName).Version(1) }

// NewTimeSchema starts a Time schema.
func NewTimeSchema() *Builder { return NewBuilder(Int32).Name(TimeName).Version(1) }

// NewTimestampSchema starts a Timestamp schema.
func NewTimestampSchema() *Builder { return NewBuilder(Int64).Name(TimestampName).Version(1) }

// The required and optional schemas of the logical types without parameters.
var (
	DateSchema      = NewDateSchema().MustBuild()
	TimeSchema      = NewTimeSchema().MustBuild()
	TimestampSchema = NewTimestampSchema().MustBuild()

	OptionalTimestampSchema = NewTimestampSchema().Optional().MustBuild()
)

// Scale returns the scale that a Decimal schema declares.
func Scale(s *Schema) (int32, error) {
	if s.parameters == nil {
		return 0, Fail(NullValue, "schema %s has no parameters", s)
	}
	declared, ok := s.Parameter(scaleName)
	if !ok {
		return 0, Errorf("Invalid Decimal schema: scale parameter not found.")
	}
	scale, err := text.ParseInt(declared)
	if err != nil {
		return 0, Errorf("Invalid scale parameter found in Decimal schema: ").Because(err)
	}
	return scale, nil
}

// EncodeDecimal returns the two's complement, big-endian, shortest form of the
// unscaled value; d must have the schema's scale.
func EncodeDecimal(s *Schema, d Decimal) ([]byte, error) {
	scale, err := Scale(s)
	if err != nil {
		return nil, err
	}
	if d.Scale != scale {
		return nil, Errorf("Decimal value has mismatching scale for given Decimal schema. Schema has scale %d, value has scale %d.", scale, d.Scale)
	}
	return TwosComplement(d.Unscaled), nil
}

// DecodeDecimal reverses EncodeDecimal.
func DecodeDecimal(s *Schema, raw []byte) (Decimal, error) {
	if len(raw) == 0 {
		return Decimal{}, Fail(BadNumber, "Zero length BigInteger")
	}
	scale, err := Scale(s)
	if err != nil {
		return Decimal{}, err
	}
	return Decimal{FromTwosComplement(raw), scale}, nil
}

// TwosComplement returns the shortest big-endian two's complement form of n.
func TwosComplement(n *big.Int) []byte {
	if n.Sign() >= 0 {
		raw := n.Bytes()
		if len(raw) == 0 || raw[0]&0x80 != 0 {
			raw = append([]byte{0}, raw...)
		}
		return raw
	}
	// -n-1 has the same bytes as n, inverted.
	raw := new(big.Int).Not(n).Bytes()
	if len(raw) == 0 || raw[0]&0x80 != 0 {
		raw = append([]byte{0}, raw...)
	}
	for i := range raw {
		raw[i] = ^raw[i]
	}
	return raw
}

// FromTwosComplement reverses TwosComplement; empty input is zero.
func FromTwosComplement(raw []byte) *big.Int {
	n := new(big.Int)
	if len(raw) == 0 || raw[0]&0x80 == 0 {
		return n.SetBytes(raw)
	}
	inv := make([]byte, len(raw))
	for i, b := range raw {
		inv[i] = ^b
	}
	return n.Not(n.SetBytes(inv))
}

func named(s *Schema, name, kind string) error {
	if s.name == nil || *s.name != name {
		return Errorf("Requested conversion of %s object but the schema does not match.", kind)
	}
	return nil
}

// EncodeDate returns days since 1970-01-01.
func EncodeDate(s *Schema, i Instant) (int32, error) {
	if err := named(s, DateName, "Date"); err != nil {
		return 0, err
	}
	if i%dayMillis != 0 {
		return 0, Errorf("Kafka Connect Date type should not have any time fields set to non-zero values.")
	}
	return int32(i / dayMillis), nil
}

// DecodeDate reverses EncodeDate.
func DecodeDate(s *Schema, days int32) (Instant, error) {
	return Instant(int64(days) * dayMillis), named(s, DateName, "Date")
}

// EncodeTime returns milliseconds since midnight.
func EncodeTime(s *Schema, i Instant) (int32, error) {
	if err := named(s, TimeName, "Time"); err != nil {
		return 0, err
	}
	if i < 0 || i > dayMillis {
		return 0, Errorf("Kafka Connect Time type should not have any date fields set to non-zero values.")
	}
	return int32(i), nil
}

// DecodeTime reverses EncodeTime.
func DecodeTime(s *Schema, ms int32) (Instant, error) {
	// As Time.toLogical: the text says Date.
	if err := named(s, TimeName, "Date"); err != nil {
		return 0, err
	}
	if ms < 0 || ms > dayMillis {
		return 0, Errorf("Time values must use number of milliseconds greater than 0 and less than 86400000")
	}
	return Instant(ms), nil
}

// EncodeTimestamp returns milliseconds since the epoch.
func EncodeTimestamp(s *Schema, i Instant) (int64, error) {
	return int64(i), named(s, TimestampName, "Timestamp")
}

// DecodeTimestamp reverses EncodeTimestamp.
func DecodeTimestamp(s *Schema, ms int64) (Instant, error) {
	return Instant(ms), named(s, TimestampName, "Timestamp")
}
