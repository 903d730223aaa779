package bytearrayconverter_test

import (
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/bytearrayconverter"
)

func BenchmarkConverter(b *testing.B) {
	c, err := bytearrayconverter.Plugin.New(nil, convert.Value)
	if err != nil {
		b.Fatal(err)
	}
	value := any(make([]byte, 100))
	raw, err := c.FromConnect("t", nil, data.BytesSchema, value)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = c.FromConnect("t", nil, data.BytesSchema, value)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = c.ToConnect("t", nil, raw)
		}
	})
}
