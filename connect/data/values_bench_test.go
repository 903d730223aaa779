package data_test

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func BenchmarkParseString(b *testing.B) {
	for _, s := range []string{"abc", "12", "true", "text/plain; charset=utf-8", "1.5", "2019-08-23", "[1,2,3]", `{"a":1,"b":"x"}`, "550e8400-e29b-41d4-a716-446655440000"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				data.ParseString(s)
			}
		})
	}
}
