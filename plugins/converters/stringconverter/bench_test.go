package stringconverter_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/stringconverter"
)

func BenchmarkConverter(b *testing.B) {
	c, err := stringconverter.Plugin.New(nil, convert.Value)
	if err != nil {
		b.Fatal(err)
	}
	value := any(strings.Repeat("x", 100))
	raw, err := c.FromConnect("t", nil, data.StringSchema, value)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = c.FromConnect("t", nil, data.StringSchema, value)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = c.ToConnect("t", nil, raw)
		}
	})
}
