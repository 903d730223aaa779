package booleanconverter_test

import (
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/booleanconverter"
)

func BenchmarkConverter(b *testing.B) {
	c, err := booleanconverter.Plugin.New(nil, convert.Value)
	if err != nil {
		b.Fatal(err)
	}
	value := any(true)
	raw, err := c.FromConnect("t", nil, data.BooleanSchema, value)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = c.FromConnect("t", nil, data.BooleanSchema, value)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = c.ToConnect("t", nil, raw)
		}
	})
}
