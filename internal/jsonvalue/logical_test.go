package jsonvalue

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

func TestLogical(t *testing.T) {
	schemas := map[Logical]*data.Schema{
		Decimal: data.NewDecimalSchema(2).MustBuild(), Date: data.DateSchema, Time: data.TimeSchema, Timestamp: data.TimestampSchema,
	}
	for l, s := range schemas {
		if got := LogicalOf(s); got != l {
			t.Errorf("%s: %s", s.Name(), got)
		}
	}
	if got := LogicalOf(data.Int32Schema); got != None {
		t.Errorf("int32 is %s", got)
	}
	for _, c := range []struct {
		l          Logical
		text, want string // want "": the same text
	}{
		{Date, "19000", ""},
		{Time, "86399999", ""},
		{Timestamp, "1700000000123", ""},
		{Decimal, `"AMg="`, ""},
		{Decimal, "2.00", `"AMg="`},
		{Date, "3000000000", "Invalid type for Date, underlying representation should be integer but was NUMBER"},
		{Time, `"x"`, "Invalid type for Time, underlying representation should be integer but was STRING"},
		{Time, "-1", "Time values must use number of milliseconds"},
		{Timestamp, "1.5", "Invalid type for Timestamp, underlying representation should be integral but was NUMBER"},
		{Decimal, "true", "Invalid type for Decimal, underlying representation should be numeric or bytes but was BOOLEAN"},
		{Decimal, `"*"`, "Invalid bytes for Decimal field"},
	} {
		kind := jsontext.KindAt([]byte(c.text), 0)
		if kind == jsontext.Whole {
			_, kind, _, _ = jsontext.ScanNumber([]byte(c.text), 0)
		}
		v, err := c.l.Read(schemas[c.l], []byte(c.text), kind)
		var got []byte
		if err == nil {
			got, err = c.l.Append(nil, schemas[c.l], v, false)
		}
		if err != nil {
			got = []byte(err.Error())
		}
		if c.want == "" && string(got) != c.text || !strings.HasPrefix(string(got), c.want) {
			t.Errorf("%s %s: %s", c.l, c.text, got)
		}
	}
}

func TestAppendLogical(t *testing.T) {
	for _, c := range []struct {
		s       *data.Schema
		v       any
		numeric bool
		want    string
	}{
		{data.NewDecimalSchema(2).MustBuild(), data.NewDecimal(200, 2), true, "2.00"},
		{data.NewDecimalSchema(2).MustBuild(), data.NewDecimal(200, 1), false, "Decimal value has mismatching scale"},
		{data.NewDecimalSchema(2).MustBuild(), "2.00", false, "Invalid type for Decimal, expected BigDecimal but was class java.lang.String"},
		{data.DateSchema, int32(1), false, "Invalid type for Date, expected Date but was class java.lang.Integer"},
		{data.DateSchema, data.Instant(1), false, "Kafka Connect Date type should not have any time fields"},
	} {
		got, err := LogicalOf(c.s).Append(nil, c.s, c.v, c.numeric)
		if err != nil {
			got = []byte(err.Error())
		}
		if !strings.HasPrefix(string(got), c.want) {
			t.Errorf("%v as %s: %s, want %s", c.v, c.s.Name(), got, c.want)
		}
	}
}
