package s3source_test

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

// TestBadObjects fail the task with their name, or are skipped.
func TestBadObjects(t *testing.T) {
	const folder = "topics/t/partition=0/t+0+"
	for _, c := range []struct {
		name, format, key, content string
		fail                       string // within the error
		want                       string // with ignore
	}{
		{"cut off", "json.JsonFormat", folder + "0000000001.json", "2\n{\"a\":", "record 1", "1 2 9"},
		{"no JSON", "json.JsonFormat", folder + "0000000001.json", "nope", "JSON", "1 9"},
		{"no gzip", "json.JsonFormat", folder + "0000000001.json.gz", "2\n", "decompress", "1 9"},
		{"no Avro", "avro.AvroFormat", folder + "0000000001.avro", "2\n", "Avro", ""},
		{"no Parquet", "parquet.ParquetFormat", folder + "0000000001.snappy.parquet", strings.Repeat("x", 100), "Parquet", ""},
		{"misnamed", "json.JsonFormat", folder + "x.json", "2", "name", "1 9"},
		{"misplaced", "json.JsonFormat", "topics/u/partition=0/t+0+0000000001.json", "2", "folder", "1 9"},
		{"too few keys", "json.JsonFormat", folder + "0000000000.keys.json", "", "less", "9"},
		{"too many keys", "json.JsonFormat", folder + "0000000000.keys.json", "1\n2\n", "more", "1 9"},
		{"bad headers", "json.JsonFormat", folder + "0000000000.headers.json", "{\"headers\":[{\"key\":1}]}", "headers", "9"},
	} {
		bubble(t, func(f *fixture) {
			f.put(folder+"0000000000.json", "1")
			f.put(folder+"0000000009.json", "9")
			f.put(c.key, c.content)
			task := f.start(slow("format.class", formats+c.format))[0]
			var err error
			for range 3 {
				if _, err = f.poll(task); err != nil {
					break
				}
			}
			var e *connect.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.key) || !strings.Contains(err.Error(), c.fail) || connect.IsRetriable(err) {
				t.Errorf("%s: error %v", c.name, err)
			}
			got := f.drain(f.start(slow("format.class", formats+c.format, "behavior.on.error", "ignore"))[0])
			if f.want(got, c.want); !strings.Contains(f.logs.String(), "skipped=1") {
				t.Errorf("%s: log %s", c.name, &f.logs)
			}
		})
	}
}

// TestTrouble: errors of the store that pass lose nothing and repeat nothing.
func TestTrouble(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.write(orders(20, data.StringSchema, textOf), "flush.size", "5")
		f.store.Fail(s3sinktest.Fault{Op: "ListObjectsV2", Skip: 0, Count: 2, Status: 503, Code: "SlowDown"})
		f.store.Fail(s3sinktest.Fault{Op: "GetObject", Key: regexp.MustCompile(`t\+0\+0000000005`), Count: 2, Status: 500, Code: "InternalError"})
		task := f.start(slow())[0]
		var got []connect.Record
		failures := 0
		for len(got) < 20 {
			records, err := f.poll(task)
			if got = append(got, records...); err == nil {
				continue
			}
			if failures++; !connect.IsRetriable(err) || failures > 5 {
				t.Fatal(err)
			}
		}
		if lines(got, true, true) != lines(orders(20, data.StringSchema, textOf), false, false) || failures != 2 {
			t.Errorf("%d failures\n%s", failures, lines(got, true, true))
		}
		f.store.Fail(s3sinktest.Fault{Op: "ListObjectsV2", Count: 2, Status: 403, Code: "AccessDenied"})
		if _, err := f.poll(task); err == nil || connect.IsRetriable(err) {
			t.Errorf("error %v", err)
		}
	})
}

// stall is a store whose answers for one object stop in the middle, some times.
type stall struct {
	http.RoundTripper
	key   string
	times int
	wait  bool // until the request is given up, in place of an error
}

func (s *stall) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.RoundTripper.RoundTrip(r)
	if err == nil && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, s.key) && s.times > 0 {
		s.times--
		answer.Body = &stalled{answer.Body, answer.ContentLength / 2, s.wait, r.Context()}
	}
	return answer, err
}

type stalled struct {
	io.ReadCloser
	left int64
	wait bool
	ctx  context.Context
}

func (b *stalled) Read(p []byte) (int, error) {
	if b.left == 0 && b.wait {
		<-b.ctx.Done()
		return 0, b.ctx.Err()
	}
	if b.left == 0 {
		return 0, syscall.ECONNRESET
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// noise is text that does not get smaller.
func noise(seed, n int) string {
	raw := make([]byte, n/2)
	random := rand.New(rand.NewPCG(1, uint64(seed)))
	for i := range raw {
		raw[i] = byte(random.Uint32())
	}
	return hex.EncodeToString(raw)
}

// TestStall: a connection breaks, or a Poll ends, in the middle of an object.
func TestStall(t *testing.T) {
	for _, format := range []string{"avro.AvroFormat", "parquet.ParquetFormat", "json.JsonFormat"} {
		for _, wait := range []bool{false, true} {
			bubble(t, func(f *fixture) {
				records := orders(20, order, func(i int) any {
					// Objects are large enough not to be fetched as a whole.
					return data.StructOf(order, []any{int64(i), noise(i, 60_000), []any{}})
				})
				f.write(records, "flush.size", "10", "format.class", formats+format, "store.kafka.keys", "true")
				f.over = &stall{f.store, "t+1+0000000000." + map[byte]string{'a': "avro", 'p': "snappy.parquet", 'j': "json"}[format[0]], 2, wait}
				task := f.start(slow("format.class", formats+format, "record.batch.max.size", "4"))[0]
				var got []connect.Record
				for i := 0; i < 100 && len(got) < 20; i++ {
					records, err := f.poll(task)
					if err != nil && !connect.IsRetriable(err) {
						t.Fatal(err)
					}
					got = append(got, records...)
				}
				got = append(got, f.drain(task)...)
				f.over = nil
				want := f.drain(f.start(slow("format.class", formats+format))[0])
				if len(got) != 20 || lines(got, true, false) != lines(want, true, false) {
					t.Errorf("%s, wait %t: %d records, want %d", format, wait, len(got), len(want))
				}
			})
		}
	}
}

// TestNewFolders: the tasks are planned anew when one of them has too much to do.
func TestNewFolders(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.put("topics/t/partition=0/t+0+0000000000.json", "1")
		tasks := f.start(slow("tasks.max", "2"))
		if len(tasks) != 1 || f.replans.Load() != 0 {
			t.Fatalf("%d tasks", len(tasks))
		}
		f.put("topics/t/partition=1/t+1+0000000000.json", "2")
		time.Sleep(1500 * time.Millisecond)
		if f.replans.Load() != 1 {
			t.Errorf("%d requests", f.replans.Load())
		}
		f.want(f.drain(tasks[0]), "1 2")
		if n := len(f.start(slow("tasks.max", "2"))); n != 2 {
			t.Errorf("%d tasks", n)
		}
	})
}

// TestGone: an object may be deleted after its name was listed.
func TestGone(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.put("topics/t/partition=0/t+0+0000000000.json", "1")
		f.put("topics/t/partition=0/t+0+0000000001.json", "2")
		f.put("topics/t/partition=0/t+0+0000000002.json", "3")
		task := f.start(slow("task.batch.size", "1"))[0]
		first := f.must(f.poll(task))
		f.remove("topics/t/partition=0/t+0+0000000001.json")
		f.want(append(first, f.drain(task)...), "1 3")
	})
}
