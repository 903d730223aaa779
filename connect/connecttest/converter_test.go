package connecttest

import (
	"errors"
	"strconv"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
)

// roman converts int64 to text and back: well, or with a fault.
type roman struct {
	fault string
	last  []byte
}

func (c *roman) FromConnect(_ string, headers *[]connect.RawHeader, schema *data.Schema, v any) ([]byte, error) {
	if v == nil {
		if c.fault == "null is text" {
			return []byte("null"), nil
		}
		return nil, nil
	}
	n, ok := v.(int64)
	if !ok || schema != nil && schema.Type() != data.Int64 {
		if c.fault == "takes anything" {
			return []byte("0"), nil
		}
		return nil, errors.New("no int64")
	}
	if c.fault == "headers" {
		*headers = (*headers)[:0]
	}
	if c.fault == "reuses bytes" {
		c.last = strconv.AppendInt(c.last[:0], n, 10)
		return c.last, nil
	}
	return strconv.AppendInt(nil, n, 10), nil
}

func (c *roman) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	switch {
	case raw == nil && c.fault == "null is zero":
		return data.OptionalInt64Schema, int64(0), nil
	case raw == nil:
		return data.OptionalInt64Schema, nil, nil
	case c.fault == "panics" && len(raw) == 0:
		_ = raw[0]
	case c.fault == "writes" && len(raw) > 0:
		raw[0] = '7'
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	switch {
	case c.fault == "accepts anything":
		err = nil
	case c.fault == "off by one":
		n++
	case c.fault == "wrong schema":
		return data.StringSchema, n, err
	}
	return data.OptionalInt64Schema, n, err
}

type romanHeader struct{ *roman }

func (c romanHeader) FromHeader(topic, _ string, s *data.Schema, v any) ([]byte, error) {
	return c.FromConnect(topic, &[]connect.RawHeader{}, s, v)
}

func (c romanHeader) ToHeader(topic, _ string, raw []byte) (*data.Schema, any, error) {
	return c.ToConnect(topic, nil, raw)
}

func romanSuite(fault string) Converter {
	return Converter{
		Plugin: plugin.Converter{
			Info: plugin.Info{Class: "com.example.Roman", Config: config.NewDef(convert.TypeKey())}, Headers: fault != "headers not announced",
			New: func(props map[string]string, _ convert.Role) (convert.Converter, error) {
				if props["case"] == "middle" && fault != "bad setting" {
					return nil, config.Invalid("case", "middle", "")
				}
				return romanHeader{&roman{fault: fault}}, nil
			},
		},
		Values: []RoundTrip{
			{Schema: data.Int64Schema, Value: int64(12)},
			{Schema: nil, Value: int64(-5)},
			{Schema: data.OptionalInt64Schema, Value: nil},
		},
		Malformed: [][]byte{{}, []byte("x")},
		Refused:   []RoundTrip{{Value: "12"}, {Schema: data.StringSchema, Value: int64(1)}},
		Bad:       []BadSetting{{Key: "case", Value: "middle"}},
	}
}

func TestConverterSuite(t *testing.T) {
	t.Run("good", func(t *testing.T) {
		romanSuite("").Run(t)
		expect(t, romanSuite("").checks(), "", "")
	})
	for _, c := range []struct{ fault, check, want string }{
		{"headers not announced", "roles", "Headers is false"},
		{"bad setting", "bad configuration", "case=middle is not refused"},
		{"null is text", "value: null", `becomes "null"`},
		{"null is zero", "key: null", "want null"},
		{"takes anything", "value: wrong values", "is not refused"},
		{"headers", "value: round trips", "changed a header"},
		{"reuses bytes", "header: bytes and values stay as they are", "bytes were written into"},
		{"panics", "value: any bytes", "panicked"},
		{"writes", "value: bytes and values stay as they are", "bytes were written into"},
		{"accepts anything", "value: malformed bytes", "is not refused"},
		{"off by one", "value: round trips", "want 12"},
		{"wrong schema", "value: round trips", "Invalid Java object"},
	} {
		t.Run(c.fault, func(t *testing.T) { expect(t, romanSuite(c.fault).checks(), c.check, c.want) })
	}
}

func TestHeaderConverterSuite(t *testing.T) {
	suite := func(fault string) HeaderConverter {
		return HeaderConverter{
			Plugin: plugin.HeaderConverter{
				Info: plugin.Info{Class: "com.example.Roman"},
				New: func(map[string]string) (convert.HeaderConverter, error) {
					return romanHeader{&roman{fault: fault}}, nil
				},
			},
			Values:    []RoundTrip{{Schema: data.Int64Schema, Value: int64(12)}},
			Malformed: [][]byte{[]byte("x")},
		}
	}
	suite("").Run(t)
	expect(t, suite("writes").checks(), "malformed bytes", "bytes were written into")
}
