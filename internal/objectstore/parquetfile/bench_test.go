package parquetfile

import (
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/millrace/millrace/internal/objectstore"
)

// orders returns records of ten fields, as a shop has them.
func orders(t testing.TB, n int) []record {
	t.Helper()
	const schema = `{"type":"struct","name":"Order","fields":[{"field":"id","type":"int64"},{"field":"customer","type":"string"},` +
		`{"field":"city","type":"string","optional":true},{"field":"total","type":"double"},{"field":"items","type":"int32"},` +
		`{"field":"paid","type":"boolean"},{"field":"created","type":"int64","name":"org.apache.kafka.connect.data.Timestamp","version":1},` +
		`{"field":"note","type":"string","optional":true},{"field":"rate","type":"float"},{"field":"status","type":"string"}]}`
	texts := make([]string, n)
	for i := range texts {
		note := "null"
		if i%3 == 0 {
			note = fmt.Sprintf(`"note of the order with number %d, unlike others"`, i*7919)
		}
		texts[i] = fmt.Sprintf(`{"schema":%s,"payload":{"id":%d,"customer":"customer-%d","city":"city-%d","total":%d.25,"items":%d,"paid":%t,`+
			`"created":%d,"note":%s,"rate":%d.5,"status":"%s"}}`, schema, i+1_000_000, i*31%5000, i%50, i%977, i%9, i%2 == 0,
			1714568400000+int64(i)*37, note, i%10, [...]string{"new", "paid", "shipped", "returned"}[i%4])
	}
	return decode(t, texts...)
}

// BenchmarkRecord has one record of ten fields per operation.
func BenchmarkRecord(b *testing.B) {
	records := orders(b, 10_000)
	for _, c := range []struct {
		codec string
		flush int
	}{{"snappy", 10_000}, {"snappy", 100_000}, {"snappy", 1000}, {"snappy", 100}, {"snappy", 1}, {"none", 10_000}, {"zstd", 10_000}, {"gzip", 10_000}, {"lz4", 10_000}} {
		b.Run(fmt.Sprintf("%s/%d", c.codec, c.flush), func(b *testing.B) {
			f := newFormat(b, Options{Codec: c.codec})
			size := &counter{}
			b.ReportAllocs()
			for i := 0; i < b.N; {
				e := objectstore.NewBlockEncoder(f)
				for range min(c.flush, b.N-i) {
					r := records[i%len(records)]
					if err := e.Append(r.schema, r.value); err != nil {
						b.Fatal(err)
					}
					if err := e.Keep(size); err != nil {
						b.Fatal(err)
					}
					i++
				}
				if err := e.Finish(size); err != nil {
					b.Fatal(err)
				}
				e.Release()
			}
			b.ReportMetric(float64(size.n)/float64(b.N), "bytes/record")
		})
	}
}

// counter is a Writer that counts.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// BenchmarkOpen reports what an open file with so many records holds.
func BenchmarkOpen(b *testing.B) {
	all := orders(b, 10_000)
	for _, n := range []int{1, 100, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			const files = 50
			for b.Loop() {
				f := newFormat(b, Options{})
				var open [files]*objectstore.BlockEncoder
				before := heap()
				for i := range open {
					open[i] = objectstore.NewBlockEncoder(f)
					for _, r := range all[:n] {
						if err := open[i].Append(r.schema, r.value); err != nil {
							b.Fatal(err)
						}
						if err := open[i].Keep(io.Discard); err != nil {
							b.Fatal(err)
						}
					}
				}
				b.ReportMetric(float64(heap()-before)/files, "bytes/file")
				runtime.KeepAlive(open)
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
