package numberconverters_test

import (
	"errors"
	"math"
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/plugins/converters/numberconverters"
)

func TestConverters(t *testing.T) {
	for _, c := range []struct {
		plugin plugin.Converter
		schema *data.Schema
		value  any
		raw    string
	}{
		{numberconverters.Short, data.OptionalInt16Schema, int16(-2), "\xff\xfe"},
		{numberconverters.Integer, data.OptionalInt32Schema, int32(258), "\x00\x00\x01\x02"},
		{numberconverters.Long, data.OptionalInt64Schema, int64(math.MinInt64), "\x80\x00\x00\x00\x00\x00\x00\x00"},
		{numberconverters.Float, data.OptionalFloat32Schema, float32(1), "\x3f\x80\x00\x00"},
		{numberconverters.Double, data.OptionalFloat64Schema, math.NaN(), "\x7f\xf8\x00\x00\x00\x00\x00\x00"},
	} {
		conv, err := c.plugin.New(nil, convert.Value)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := conv.FromConnect("t", nil, nil, c.value)
		if err != nil || string(raw) != c.raw {
			t.Errorf("%s: %v = %q, %v", c.plugin.Class, c.value, raw, err)
		}
		s, v, err := conv.ToConnect("t", nil, []byte(c.raw))
		if err != nil || s != c.schema || !data.Equal(v, c.value) {
			t.Errorf("%s: %q = %v %v, %v", c.plugin.Class, c.raw, s, v, err)
		}
		h := conv.(convert.HeaderConverter)
		if raw, err := h.FromHeader("t", "h", nil, nil); raw != nil || err != nil {
			t.Errorf("%s: null = %q, %v", c.plugin.Class, raw, err)
		}
		if s, v, err := h.ToHeader("t", "h", nil); s != c.schema || v != nil || err != nil {
			t.Errorf("%s: null = %v %v, %v", c.plugin.Class, s, v, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		plugin     plugin.Converter
		write      any
		wantWrite  string
		wantRead   string
		wantReason string
	}{
		{
			numberconverters.Integer, int64(1),
			"Failed to serialize to integer (was class java.lang.Long): ",
			"Failed to deserialize integer: ", "Size of data received by IntegerDeserializer is not 4",
		},
		{
			numberconverters.Double, "x",
			"Failed to serialize to double (was class java.lang.String): ",
			"Failed to deserialize double: ", "Size of data received by Deserializer is not 8",
		},
	} {
		conv, _ := c.plugin.New(nil, convert.Key)
		_, err := conv.FromConnect("t", nil, nil, c.write)
		if err == nil || err.Error() != c.wantWrite {
			t.Errorf("error %v, want %q", err, c.wantWrite)
		}
		_, _, err = conv.ToConnect("t", nil, []byte{1, 2, 3})
		cause := errors.Unwrap(err)
		if cause == nil || err.Error() != c.wantRead || cause.Error() != c.wantReason {
			t.Errorf("error %v because of %v, want %q because of %q", err, cause, c.wantRead, c.wantReason)
		}
	}
}
