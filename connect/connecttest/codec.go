package connecttest

import (
	"bytes"
	"slices"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

// codec is what converters and header converters have in common.
type codec struct {
	write func(schema *data.Schema, v any) ([]byte, error)
	read  func(raw []byte) (*data.Schema, any, error)
}

// codecSuite checks a codec.
type codecSuite struct {
	values    []RoundTrip
	malformed [][]byte
	refused   []RoundTrip
	create    func(t testing.TB) codec
}

func (s codecSuite) checks(prefix string) []check {
	return []check{
		{prefix + "null", s.null},
		{prefix + "round trips", s.roundTrips},
		{prefix + "bytes and values stay as they are", s.stay},
		{prefix + "malformed bytes", s.refusesBytes},
		{prefix + "wrong values", s.refusesValues},
		{prefix + "any bytes", s.anyBytes},
	}
}

func (s codecSuite) null(t testing.TB) {
	c := s.create(t)
	if raw := c.mustWrite(t, nil, nil); raw != nil {
		t.Errorf("null without schema becomes %q, want nil bytes", raw)
	}
	if schema, v := c.mustRead(t, nil); v != nil || schema != nil && !schema.Optional() {
		t.Errorf("nil bytes become %s of %s, want null, of an optional schema or none", data.Text(v), schema)
	}
}

// roundTrips writes and reads each value twice, because a converter may remember the
// first time.
func (s codecSuite) roundTrips(t testing.TB) {
	c := s.create(t)
	for range 2 {
		for _, v := range s.values {
			c.roundTrip(t, v)
		}
	}
}

func (c codec) roundTrip(t testing.TB, v RoundTrip) {
	t.Helper()
	raw := c.mustWrite(t, v.Schema, v.Value)
	if raw == nil && v.Value != nil {
		t.Errorf("%s becomes nil bytes, which mean null", data.Text(v.Value))
	}
	schema, got := c.mustRead(t, slices.Clone(raw))
	if err := validateValue("what was read", schema, got); err != nil {
		t.Errorf("%s: %v", data.Text(v.Value), err)
	}
	want := v.Want
	if want == nil {
		want = v.Value
	}
	if !v.Lossy && !data.Equal(got, want) {
		t.Errorf("%s is written as %q and read as %s (%T), want %s (%T)", data.Text(v.Value), raw, data.Text(got), got, data.Text(want), want)
	}
}

// stay keeps everything that went in and out, and looks at the end whether it was
// written into.
func (s codecSuite) stay(t testing.TB) {
	c := s.create(t)
	var raws, copies [][]byte
	var values []any
	var texts []string
	keep := func(raw []byte, v any) {
		raws, copies = append(raws, raw), append(copies, slices.Clone(raw))
		values, texts = append(values, v), append(texts, freezeValue(v))
	}
	for range 3 {
		for _, v := range s.values {
			keep(nil, v.Value)
			raw := c.mustWrite(t, v.Schema, v.Value)
			keep(raw, nil)
			given := slices.Clone(raw)
			keep(given, nil)
			_, got := c.mustRead(t, given)
			keep(nil, got)
		}
	}
	for i := range raws {
		if !bytes.Equal(raws[i], copies[i]) {
			t.Errorf("bytes were written into: %q became %q", copies[i], raws[i])
		}
		if now := freezeValue(values[i]); now != texts[i] {
			t.Errorf("a value was written into: %s became %s", texts[i], now)
		}
	}
}

// refusesBytes reads malformed bytes, after which the converter must still work.
func (s codecSuite) refusesBytes(t testing.TB) {
	c := s.create(t)
	for _, raw := range s.malformed {
		given := slices.Clone(raw)
		err := call(t, defaultPatience, "reading malformed bytes", func() error {
			_, _, err := c.read(given)
			return err
		})
		if err == nil {
			t.Errorf("%q is not refused", raw)
		}
		if !bytes.Equal(given, raw) {
			t.Errorf("the bytes were written into: %q became %q", raw, given)
		}
	}
	for _, v := range s.values {
		c.roundTrip(t, v)
	}
}

func (s codecSuite) refusesValues(t testing.TB) {
	c := s.create(t)
	for _, v := range s.refused {
		err := call(t, defaultPatience, "writing a wrong value", func() error {
			_, err := c.write(v.Schema, v.Value)
			return err
		})
		if err == nil {
			t.Errorf("%s of schema %s is not refused", data.Text(v.Value), v.Schema)
		}
	}
	for _, v := range s.values {
		c.roundTrip(t, v)
	}
}

// anyBytes damages what the converter has written: reading may fail, but not panic,
// and what is read must be valid.
func (s codecSuite) anyBytes(t testing.TB) {
	c := s.create(t)
	for _, v := range s.values {
		for _, raw := range damaged(c.mustWrite(t, v.Schema, v.Value)) {
			c.readAny(t, raw)
		}
	}
	for _, raw := range [][]byte{{}, {0}, []byte("\xff\xfe"), []byte("{"), bytes.Repeat([]byte("["), 4096)} {
		c.readAny(t, raw)
	}
}

func (c codec) readAny(t testing.TB, raw []byte) {
	t.Helper()
	given := slices.Clone(raw)
	err := call(t, defaultPatience, "reading damaged bytes", func() error {
		schema, v, err := c.read(given)
		if err != nil {
			return nil
		}
		return validateValue("what was read", schema, v)
	})
	if err != nil {
		t.Errorf("%q: %v", raw, err)
	}
	if !bytes.Equal(given, raw) {
		t.Errorf("the bytes were written into: %q became %q", raw, given)
	}
}

// damaged returns cut and altered copies of raw, some dozens of each.
func damaged(raw []byte) [][]byte {
	var all [][]byte
	step := max(1, len(raw)/48)
	for i := 0; i < len(raw); i += step {
		all = append(all, raw[:i])
		for _, b := range []byte{0, '"', '9', raw[i] ^ 0x80} {
			altered := slices.Clone(raw)
			altered[i] = b
			all = append(all, altered)
		}
	}
	return append(all, append(slices.Clone(raw), 0), append(slices.Clone(raw), raw...))
}

func (c codec) mustWrite(t testing.TB, schema *data.Schema, v any) (raw []byte) {
	t.Helper()
	must(t, defaultPatience, "writing "+data.Text(v), func() (err error) {
		raw, err = c.write(schema, v)
		return err
	})
	return raw
}

func (c codec) mustRead(t testing.TB, raw []byte) (schema *data.Schema, v any) {
	t.Helper()
	must(t, defaultPatience, "reading", func() (err error) {
		schema, v, err = c.read(raw)
		return err
	})
	return schema, v
}
