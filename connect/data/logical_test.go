package data_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/data"
)

func TestDecimalBytes(t *testing.T) {
	for _, c := range []struct {
		unscaled int64
		raw      string
	}{
		{0, "\x00"},
		{1, "\x01"},
		{127, "\x7f"},
		{128, "\x00\x80"},
		{156, "\x00\x9c"},
		{-1, "\xff"},
		{-128, "\x80"},
		{-129, "\xff\x7f"},
		{-156, "\xff\x64"},
		{256, "\x01\x00"},
		{-256, "\xff\x00"},
	} {
		s := data.NewDecimalSchema(2).MustBuild()
		d := data.NewDecimal(c.unscaled, 2)
		raw, err := data.EncodeDecimal(s, d)
		if err != nil || string(raw) != c.raw {
			t.Errorf("%s = %x, %v; want %x", d, raw, err, c.raw)
		}
		back, err := data.DecodeDecimal(s, []byte(c.raw))
		if err != nil || !back.Equal(d) {
			t.Errorf("%x = %s, %v; want %s", c.raw, back, err, d)
		}
	}
	padded := data.FromTwosComplement([]byte{0xff, 0xff, 0xfe})
	if padded.Cmp(big.NewInt(-2)) != 0 {
		t.Errorf("padded bytes are %s", padded)
	}
}

func TestLogicalErrors(t *testing.T) {
	decimal := data.NewDecimalSchema(2).MustBuild()
	withScale := func(scale string) *data.Schema {
		return data.NewBuilder(data.Bytes).Parameter("scale", scale).MustBuild()
	}
	second := func(_ any, err error) error { return err }
	for _, c := range []struct {
		err  error
		kind data.Kind
		want string
	}{
		{second(data.EncodeDecimal(decimal, data.NewDecimal(1, 1))), data.Invalid, "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 1."},
		{second(data.DecodeDecimal(decimal, nil)), data.BadNumber, "Zero length BigInteger"},
		{second(data.DecodeDecimal(data.BytesSchema, []byte{1})), data.NullValue, ""},
		{second(data.DecodeDecimal(withScale("x"), []byte{1})), data.Invalid, "Invalid scale parameter found in Decimal schema: "},
		{second(data.EncodeDate(data.DateSchema, 1)), data.Invalid, "Kafka Connect Date type should not have any time fields set to non-zero values."},
		{second(data.EncodeDate(data.Int32Schema, 0)), data.Invalid, "Requested conversion of Date object but the schema does not match."},
		{second(data.EncodeTime(data.TimeSchema, -1)), data.Invalid, "Kafka Connect Time type should not have any date fields set to non-zero values."},
		{second(data.DecodeTime(data.Int32Schema, 0)), data.Invalid, "Requested conversion of Date object but the schema does not match."},
		{second(data.DecodeTime(data.TimeSchema, 86_400_001)), data.Invalid, "Time values must use number of milliseconds greater than 0 and less than 86400000"},
		{second(data.EncodeTimestamp(data.Int64Schema, 0)), data.Invalid, "Requested conversion of Timestamp object but the schema does not match."},
	} {
		var e *data.Error
		if !errors.As(c.err, &e) || e.Kind != c.kind || c.want != "" && e.Msg != c.want {
			t.Errorf("error %v, want %q", c.err, c.want)
		}
	}
}

func TestInstant(t *testing.T) {
	at := time.Date(2019, 8, 23, 14, 34, 54, 346_000_000, time.UTC)
	if i := data.InstantOf(at); i != 1_566_570_894_346 || !i.Time().Equal(at) {
		t.Errorf("%v is %d", at, i)
	}
	days, err := data.EncodeDate(data.DateSchema, -86_400_000)
	if err != nil || days != -1 {
		t.Errorf("day before the epoch: %d, %v", days, err)
	}
}
