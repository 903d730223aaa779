package simpleheader_test

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/simpleheader"
)

func BenchmarkConverter(b *testing.B) {
	c, err := simpleheader.Plugin.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{"text": "customer-42", "number": "1234567", "map": `{"a":1,"b":"x"}`} {
		b.Run(name+"/read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, _ = c.ToHeader("t", "h", []byte(text))
			}
		})
	}
	b.Run("number/write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = c.FromHeader("t", "h", data.Int64Schema, int64(1234567))
		}
	})
}
