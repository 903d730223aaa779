package objectstore_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/avroformat"
	"github.com/millrace/millrace/internal/objectstore/parquetfile"
)

// store keeps the contents of objects, or counts them only.
type store struct {
	mu      sync.Mutex
	open    map[string][]byte
	objects map[string][]byte // nil: not kept
	count   int
	most    uint64 // bytes of heap that were seen in use
}

func (s *store) Create(_ context.Context, key string) (string, error) { return key, nil }

func (s *store) Upload(_ context.Context, u objectstore.Upload, _ int, body objectstore.Body) (string, error) {
	if s.objects == nil {
		_, err := io.Copy(io.Discard, body)
		return "tag", err
	}
	content, err := io.ReadAll(body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[u.Key] = append(s.open[u.Key], content...)
	return "tag", err
}

func (s *store) Complete(_ context.Context, u objectstore.Upload, _ []string, _ bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.objects != nil {
		s.objects[u.Key] = s.open[u.Key]
	}
	if s.count++; s.count%1000 == 1 {
		s.most = max(s.most, inUse())
	}
	return nil
}

func (*store) Abort(context.Context, objectstore.Upload) error          { return nil }
func (*store) Exists(context.Context, string) (bool, error)             { return false, nil }
func (*store) SetTags(context.Context, string, []objectstore.Tag) error { return nil }
func (*store) partition() connect.TopicPartition                        { return connect.TopicPartition{Topic: "t"} }

func (s *store) settings(c kind, memory, records int) objectstore.Settings {
	return objectstore.Settings{
		Bucket: s, Layout: objectstore.Layout{TopicsDir: "topics", Directory: "/", File: "+", Width: 10},
		Partitioner: objectstore.NewFieldPartitioner([]string{"place"}, "/"), Value: c.format,
		PartSize: 5 << 20, Concurrency: 16, Gzip: c.gzip, GzipLevel: -1,
		Rotation: objectstore.Rotation{Records: records, MaxOpenFiles: -1}, MaxWrite: objectstore.NoLimit,
		RetryBackoff: time.Second, BufferMemory: memory,
	}
}

// inUse returns how much memory is alive.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// kind is a format of objects.
type kind struct {
	name   string
	format objectstore.Format
	gzip   bool
}

func kinds(t testing.TB) []kind {
	t.Helper()
	all := []kind{{"JSON", objectstore.JSONFormat{}, false}, {"JSON with gzip", objectstore.JSONFormat{}, true}}
	for _, codec := range []string{"null", "deflate"} {
		f, err := avroformat.New(avroformat.Settings{Codec: codec, Cache: 10})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, kind{"Avro with codec " + codec, f, false})
	}
	f, err := parquetfile.New(parquetfile.Options{Codec: "snappy"})
	if err != nil {
		t.Fatal(err)
	}
	return append(all, kind{"Parquet", f, false})
}

// source makes records that go to so many files by turns.
type source struct {
	sink   *objectstore.Sink
	files  int
	size   int // of the text in a record
	schema *data.Schema
	offset int64
}

func newSource(s *store, settings objectstore.Settings, files, size int) *source {
	in := &source{
		sink: objectstore.New(settings, sink.Runtime{Log: slog.New(slog.DiscardHandler)}), files: files, size: size,
		schema: data.NewStructBuilder().Name("Order").Field("id", data.Int64Schema).Field("place", data.StringSchema).
			Field("note", data.OptionalStringSchema).Field("total", data.Float64Schema).MustBuild(),
	}
	in.sink.Open([]connect.TopicPartition{s.partition()})
	return in
}

// put gives the sink n records.
func (in *source) put(t testing.TB, n int) {
	t.Helper()
	const atOnce = 500
	for n > 0 {
		batch := make([]connect.Record, min(n, atOnce))
		for i := range batch {
			batch[i] = in.record()
		}
		if err := in.sink.Put(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		n -= len(batch)
	}
}

func (in *source) record() connect.Record {
	id := in.offset
	in.offset++
	value := []any{id, fmt.Sprint("place-", id%int64(in.files)), noise(uint64(id), in.size), float64(id) / 4}
	return connect.Record{
		Topic: "t", ValueSchema: in.schema, Value: data.StructOf(in.schema, value),
		Consumed: &connect.Consumed{Topic: "t", Offset: id},
	}
}

// noise is text that compresses as text does.
func noise(seed uint64, size int) string {
	b := make([]byte, 0, size+32)
	for len(b) < size {
		seed = seed*6364136223846793005 + 1442695040888963407
		b = strconv.AppendUint(append(b, " item "...), seed>>44, 10)
	}
	return string(b[:size])
}

// TestManyOpenFiles has 5000 files open at once, of more content than memory.
func TestManyOpenFiles(t *testing.T) {
	const (
		files, each, memory = 5000, 5, 10 << 20
		// What a file takes besides its content, and the whole sink.
		perFile, other = 2 << 10, 8 << 20
	)
	for _, c := range kinds(t) {
		t.Run(c.name, func(t *testing.T) {
			before, s := inUse(), &store{}
			in := newSource(s, s.settings(c, memory, files*each), files, 500)
			in.put(t, files*each-1)
			open := inUse() - before
			in.put(t, 1)
			if s.count != files {
				t.Errorf("%d objects, want %d", s.count, files)
			}
			t.Logf("%.1f MiB with all files open, %.1f MiB while they are uploaded", mega(open), mega(s.most-before))
			if most := uint64(memory + files*perFile + other); open > most || s.most-before > most {
				t.Errorf("more than %.1f MiB", mega(most))
			}
			in.sink.Stop(t.Context())
		})
	}
}

func mega(n uint64) float64 { return float64(n) / (1 << 20) }

const lines = 6

// TestMemoryChangesNothing: what is in an object does not depend on how much memory there
// is for it, nor on what other files are open.
func TestMemoryChangesNothing(t *testing.T) {
	const files, records = 11, 11 * lines
	for _, c := range kinds(t) {
		t.Run(c.name, func(t *testing.T) {
			var want map[string][]byte
			for _, memory := range []int{0, 1 << 20} {
				s := &store{open: map[string][]byte{}, objects: map[string][]byte{}}
				in := newSource(s, s.settings(c, memory, records), files, 100<<10)
				in.sink.SetZipGroup(300 << 10)
				in.put(t, records)
				in.sink.Stop(t.Context())
				if want == nil {
					want = s.objects
				}
				if len(want) != files || !maps.EqualFunc(s.objects, want, bytes.Equal) {
					t.Errorf("%d objects, which differ", len(s.objects))
				}
			}
			if c.gzip {
				checkZipped(t, want, files)
			}
		})
	}
}

// checkZipped reads what was compressed in groups, which must not make it much larger.
func checkZipped(t *testing.T, objects map[string][]byte, files int) {
	t.Helper()
	for i := range files {
		packed := objects[fmt.Sprintf("topics/t/place=place-%d/t+0+%010d.json.gz", i, i)]
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
		if len(all) != lines || !strings.Contains(all[lines-1], fmt.Sprint(`"id":`, (lines-1)*files+i)) {
			t.Errorf("file %d has %d lines", i, len(all))
		}
		var alone bytes.Buffer
		w := gzip.NewWriter(&alone)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if float64(len(packed)) > 1.02*float64(alone.Len()) {
			t.Errorf("%d bytes, compressed as one %d", len(packed), alone.Len())
		}
	}
}

// BenchmarkFormats has one record of 300 bytes per operation, in few files.
func BenchmarkFormats(b *testing.B) {
	for _, files := range []int{1, 6} {
		for _, c := range kinds(b) {
			b.Run(fmt.Sprintf("%s/%d", c.name, files), func(b *testing.B) {
				s := &store{}
				in := newSource(s, s.settings(c, 20<<20, 60_000), files, 240)
				batch := make([]connect.Record, 60_000)
				for i := range batch {
					batch[i] = in.record()
				}
				b.ReportAllocs()
				b.ResetTimer()
				for left := b.N; left > 0; {
					for from := 0; from < len(batch) && left > 0; from += 500 {
						n := min(500, left)
						if err := in.sink.Put(b.Context(), batch[from:from+n]); err != nil {
							b.Fatal(err)
						}
						left -= n
					}
				}
			})
		}
	}
}
