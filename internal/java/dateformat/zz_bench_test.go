package dateformat

import "testing"

func BenchmarkSimpleAppend(b *testing.B) {
	f, _ := CompileSimple("yyyy-MM-dd'T'HH:mm:ss.SSSX")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = f.Append(buf[:0], 1566570894346)
	}
}

func BenchmarkSimpleParse(b *testing.B) {
	f, _ := CompileSimple("yyyy-MM-dd'T'HH:mm:ss.SSSX")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Parse("2019-08-23T14:34:54.346Z"); err != nil {
			b.Fatal(err)
		}
	}
}
