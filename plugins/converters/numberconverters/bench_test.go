package numberconverters_test

import (
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/plugins/converters/numberconverters"
)

func BenchmarkConverter(b *testing.B) {
	for _, c := range []struct {
		name   string
		plugin plugin.Converter
		schema *data.Schema
		value  any
	}{
		{"Short", numberconverters.Short, data.Int16Schema, int16(1234)},
		{"Integer", numberconverters.Integer, data.Int32Schema, int32(1234567)},
		{"Long", numberconverters.Long, data.Int64Schema, int64(1234567890123)},
		{"Float", numberconverters.Float, data.Float32Schema, float32(19.99)},
		{"Double", numberconverters.Double, data.Float64Schema, 19.99},
	} {
		converter, err := c.plugin.New(nil, convert.Value)
		if err != nil {
			b.Fatal(err)
		}
		raw, err := converter.FromConnect("t", nil, c.schema, c.value)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name+"/write", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = converter.FromConnect("t", nil, c.schema, c.value)
			}
		})
		b.Run(c.name+"/read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, _ = converter.ToConnect("t", nil, raw)
			}
		})
	}
}
