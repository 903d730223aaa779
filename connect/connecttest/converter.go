package connecttest

import (
	"io"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
)

// RoundTrip is a value that a converter can write and read.
type RoundTrip struct {
	Schema *data.Schema
	Value  any
	Want   any  // what is read; nil: Value
	Lossy  bool // what is read is not compared
}

// Converter is the suite for converters.
type Converter struct {
	Plugin    plugin.Converter
	Config    map[string]string // without converter.type
	Values    []RoundTrip       // more than nulls
	Malformed [][]byte          // what ToConnect must refuse
	Refused   []RoundTrip       // schemas and values that FromConnect must refuse
	Bad       []BadSetting      // what New must refuse
}

// Run runs the suite.
func (c Converter) Run(t *testing.T) {
	t.Helper()
	runAll(t, c.checks())
}

func (c Converter) checks() []check {
	all := []check{
		{"descriptor", func(t testing.TB) { checkInfo(t, c.Plugin.Info, c.Config) }},
		{"roles", c.roles},
		{"bad configuration", func(t testing.TB) {
			checkRefused(t, c.Config, c.Bad, func(props map[string]string) error {
				_, err := c.Plugin.New(props, convert.Value)
				return err
			})
		}},
	}
	for _, role := range []convert.Role{convert.Key, convert.Value} {
		all = append(all, c.suite(role).checks(string(role)+": ")...)
	}
	if c.Plugin.Headers {
		all = append(all, c.suite(convert.Header).checks("header: ")...)
	}
	return all
}

// roles checks that the descriptor tells the truth about headers.
func (c Converter) roles(t testing.TB) {
	for _, role := range []convert.Role{convert.Key, convert.Value, convert.Header} {
		if role == convert.Header && !c.Plugin.Headers {
			continue
		}
		converter := c.create(t, role)
		if _, ok := converter.(convert.HeaderConverter); ok != c.Plugin.Headers {
			t.Errorf("Headers is %v in the descriptor, but whether the converter is a HeaderConverter is %v", c.Plugin.Headers, ok)
		}
		closeIf(t, converter)
	}
}

func (c Converter) create(t testing.TB, role convert.Role) (converter convert.Converter) {
	t.Helper()
	must(t, defaultPatience, "New", func() (err error) {
		converter, err = c.Plugin.New(clone(c.Config), role)
		return err
	})
	return converter
}

func (c Converter) suite(role convert.Role) codecSuite {
	return codecSuite{
		values: c.Values, malformed: c.Malformed, refused: c.Refused,
		create: func(t testing.TB) codec {
			converter := c.create(t, role)
			if role == convert.Header {
				return headerCodec(converter.(convert.HeaderConverter))
			}
			return converterCodec(t, converter)
		},
	}
}

// converterCodec gives a converter headers with spare room, and looks whether they
// are left alone.
func converterCodec(t testing.TB, c convert.Converter) codec {
	return codec{
		write: func(schema *data.Schema, v any) ([]byte, error) {
			shared := append(make([]connect.RawHeader, 0, 4), connect.RawHeader{Key: "h", Value: []byte("x")})
			headers := shared
			raw, err := c.FromConnect("topic", &headers, schema, v)
			if len(headers) < 1 || headers[0].Key != "h" || string(headers[0].Value) != "x" {
				t.Errorf("FromConnect changed a header that it found")
			}
			return raw, err
		},
		read: func(raw []byte) (*data.Schema, any, error) {
			return c.ToConnect("topic", []connect.RawHeader{{Key: "h", Value: []byte("x")}}, raw)
		},
	}
}

func headerCodec(c convert.HeaderConverter) codec {
	return codec{
		write: func(schema *data.Schema, v any) ([]byte, error) { return c.FromHeader("topic", "h", schema, v) },
		read:  func(raw []byte) (*data.Schema, any, error) { return c.ToHeader("topic", "h", raw) },
	}
}

// HeaderConverter is the suite for converters that are for headers only.
type HeaderConverter struct {
	Plugin    plugin.HeaderConverter
	Config    map[string]string
	Values    []RoundTrip  // more than nulls
	Malformed [][]byte     // what ToHeader must refuse
	Refused   []RoundTrip  // schemas and values that FromHeader must refuse
	Bad       []BadSetting // what New must refuse
}

// Run runs the suite.
func (c HeaderConverter) Run(t *testing.T) {
	t.Helper()
	runAll(t, c.checks())
}

func (c HeaderConverter) checks() []check {
	suite := codecSuite{
		values: c.Values, malformed: c.Malformed, refused: c.Refused,
		create: func(t testing.TB) codec {
			t.Helper()
			var converter convert.HeaderConverter
			must(t, defaultPatience, "New", func() (err error) {
				converter, err = c.Plugin.New(clone(c.Config))
				return err
			})
			return headerCodec(converter)
		},
	}
	return append([]check{
		{"descriptor", func(t testing.TB) { checkInfo(t, c.Plugin.Info, c.Config) }},
		{"bad configuration", func(t testing.TB) {
			checkRefused(t, c.Config, c.Bad, func(props map[string]string) error {
				_, err := c.Plugin.New(props)
				return err
			})
		}},
	}, suite.checks("")...)
}

// closeIf closes a plugin that wants it.
func closeIf(t testing.TB, v any) {
	t.Helper()
	if c, ok := v.(io.Closer); ok {
		must(t, defaultPatience, "Close", c.Close)
	}
}
