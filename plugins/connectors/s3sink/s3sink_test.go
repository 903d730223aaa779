package s3sink_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/plugins/connectors/s3sink"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

// fixture is a task of a worker over a store, in a bubble of fake time.
type fixture struct {
	*testing.T
	*s3sinktest.Worker
	store *s3sinktest.Store
}

func bubble(t *testing.T, do func(f *fixture), changes ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t, store: s3sinktest.NewStore(t, true)}
		f.Worker = &s3sinktest.Worker{
			New: func() sink.Task {
				return s3sink.New(s3sink.Settings{Transport: f.store}).New().NewTask()
			},
			Props:     s3sinktest.Props(t, changes...),
			Partition: []connect.TopicPartition{{Topic: "t"}},
		}
		do(f)
	})
}

func (f *fixture) values(values ...any) {
	for i, v := range values {
		f.Records = append(f.Records, s3sinktest.Record("t", 0, int64(i), int64(i), v))
	}
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) start() {
	f.Helper()
	f.ok(f.Worker.Start(f.Context()))
}

func (f *fixture) put(from, to int) {
	f.Helper()
	f.ok(f.Worker.Put(f.Context(), from, to))
}

func (f *fixture) committed(want int64) {
	f.Helper()
	offsets, err := f.PreCommit(f.Context())
	f.ok(err)
	got, ok := offsets[f.Partition[0]]
	if !ok {
		got = -1
	}
	if got != want {
		f.Errorf("committed %d, want %d", got, want)
	}
}

func (f *fixture) objects(want map[string]string) {
	f.Helper()
	got := map[string]string{}
	for key, content := range f.store.Objects(f.T) {
		got[strings.TrimPrefix(key, "topics/t/")] = string(content)
	}
	if !maps.Equal(got, want) {
		f.Errorf("objects %q\nwant %q", got, want)
	}
}

func TestOneObjectPerRecord(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.values("a", "b", "c")
		f.start()
		f.put(0, 3)
		f.committed(3)
		f.objects(map[string]string{
			"partition=0/t+0+0000000000.json": "\"a\"\n",
			"partition=0/t+0+0000000001.json": "\"b\"\n",
			"partition=0/t+0+0000000002.json": "\"c\"\n",
		})
		f.ok(f.Stop())
		f.ok(f.Stop())
	}, "flush.size", "1")
}

// TestObjectsAppearInOrder: nothing behind a failed object of a partition is
// visible, though uploads run at the same time.
func TestObjectsAppearInOrder(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.store.Fail(s3sinktest.Fault{Op: "CompleteMultipartUpload", Key: regexp.MustCompile("0000000001"), Count: 2, Status: 503, Code: "SlowDown"})
		f.values("a", "b", "c", "d")
		f.start()
		f.put(0, 4)
		f.objects(map[string]string{"partition=0/t+0+0000000000.json": "\"a\"\n"})
		if want := []sink.Offsets{{f.Partition[0]: 1}}; !slices.EqualFunc(f.Rewinds, want, maps.Equal) {
			t.Errorf("rewinds %v", f.Rewinds)
		}
		if !f.Paused(f.Partition[0]) || f.Retries[0] != 5*time.Second {
			t.Errorf("paused %t, retries %v", f.Paused(f.Partition[0]), f.Retries)
		}
		f.committed(1)
		time.Sleep(5 * time.Second)
		f.put(0, 0)
		if f.Paused(f.Partition[0]) {
			t.Error("still paused")
		}
		f.ok(f.Redeliver(f.Context(), 4))
		f.committed(4)
		if n := len(f.store.Objects(t)); n != 4 {
			t.Errorf("%d objects", n)
		}
		if n := f.store.Uploads(t); n != 1 { // the one that could not be completed, as in the Java connector
			t.Errorf("%d uploads are open", n)
		}
	}, "flush.size", "1")
}

// TestRotationIsRepeatedAsAWhole: the first of two files is complete when the
// second fails; both are written again, with the same content.
func TestRotationIsRepeatedAsAWhole(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.store.Fail(s3sinktest.Fault{Op: "CompleteMultipartUpload", Key: regexp.MustCompile("01-01/"), Count: 2, Status: 500, Code: "InternalError"})
		for i, hour := range []int64{0, 1, 0, 1} {
			f.Records = append(f.Records, s3sinktest.Record("t", 0, int64(i), hour*3600_000, fmt.Sprint(i)))
		}
		f.start()
		f.put(0, 4)
		f.committed(-1)
		time.Sleep(5 * time.Second)
		f.ok(f.Redeliver(f.Context(), 4))
		f.committed(4)
		f.objects(map[string]string{
			"01-00/t+0+0000000000.json": "\"0\"\n\"2\"\n",
			"01-01/t+0+0000000001.json": "\"1\"\n\"3\"\n",
		})
	}, "flush.size", "4", "partitioner.class", "io.confluent.connect.storage.partitioner.TimeBasedPartitioner", "timestamp.extractor", "Record",
		"partition.duration.ms", "3600000", "path.format", "dd-HH", "locale", "en", "timezone", "UTC")
}

// TestFaults breaks requests at random until everything is written, with crashes
// in between, and looks whether each record is there once.
func TestFaults(t *testing.T) {
	for seed := range uint64(12) {
		bubble(t, func(f *fixture) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			const n = 48 // a multiple of every flush.size
			var want strings.Builder
			for i := range n {
				f.Records = append(f.Records, s3sinktest.Record("t", 0, int64(i), 0, fmt.Sprint("r", i)))
				fmt.Fprintf(&want, "\"r%d\"\n", i)
			}
			f.start()
			for f.Committed[f.Partition[0]] < n {
				f.breakSomething(rnd)
				err := f.Deliver(f.Context(), min(n, int(f.Committed[f.Partition[0]])+1+rnd.IntN(12)))
				_, err2 := f.PreCommit(f.Context())
				f.ok(errors.Join(err, err2))
				if rnd.IntN(4) == 0 {
					f.ok(f.Stop())
					for f.Worker.Start(f.Context()) != nil {
						continue // the look for the bucket was what broke
					}
				}
				time.Sleep(5 * time.Second)
			}
			objects := f.store.Objects(t)
			var got bytes.Buffer
			for _, key := range slices.Sorted(maps.Keys(objects)) {
				got.Write(objects[key])
			}
			if got.String() != want.String() {
				t.Errorf("seed %d: got %q", seed, got.String())
			}
		}, "flush.size", fmt.Sprint(1+seed%4))
	}
}

func (f *fixture) breakSomething(rnd *rand.Rand) {
	ops := []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload", "HeadBucket"}
	statuses := []int{0, 500, 502, 503, 504, 429}
	f.store.Fail(s3sinktest.Fault{
		Op: ops[rnd.IntN(len(ops))], Skip: rnd.IntN(4), Count: rnd.IntN(5),
		Status: statuses[rnd.IntN(len(statuses))], Code: "InternalError",
	})
}

func TestStopAbortsUploads(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.values([]byte(strings.Repeat("x", 6<<20)))
		f.start()
		f.put(0, 1)
		if n := f.store.Uploads(t); n != 1 {
			t.Fatalf("%d uploads are open", n)
		}
		f.ok(f.Stop())
		if n := f.store.Uploads(t); n != 0 {
			t.Errorf("%d uploads are open", n)
		}
		f.objects(map[string]string{})
	}, "flush.size", "2", "s3.part.size", "5242880", "format.class", "io.confluent.connect.s3.format.bytearray.ByteArrayFormat")
}

func TestRestartWritesTheSame(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.values("a", "b", "c", "d", "e")
		f.start()
		f.put(0, 5) // a crash follows: nothing is committed
		before := f.store.Objects(t)
		f.start()
		f.ok(f.Redeliver(f.Context(), 5))
		f.committed(4)
		if after := f.store.Objects(t); !maps.EqualFunc(before, after, bytes.Equal) {
			t.Errorf("before %q, after %q", before, after)
		}
	}, "flush.size", "2")
}

func TestNulls(t *testing.T) {
	for _, c := range []struct {
		behavior string
		objects  map[string]string
		reports  int
		fails    string
	}{
		{"fail", map[string]string{}, 0, "Null valued records are not writeable with current behavior.on.null.values 'settings."},
		{"IGNORE", map[string]string{"partition=0/t+0+0000000000.json": "\"a\"\n\"b\"\n", "partition=0/t+0+0000000000.keys.json": "\"k\"\n\"k\"\n"}, 1, ""},
		{"write", map[string]string{
			"partition=0/t+0+0000000000.json": "\"a\"\n", "partition=0/t+0+0000000000.keys.json": "\"k\"\n",
			"tombstone/t+0+0000000001.keys.json": "\"k\"\n",
		}, 0, ""},
	} {
		t.Run(c.behavior, func(t *testing.T) {
			bubble(t, func(f *fixture) {
				f.values("a", nil, "b")
				for i := range f.Records {
					f.Records[i].Key = "k"
				}
				f.Tolerant = true
				f.start()
				err := f.Worker.Put(f.Context(), 0, 3)
				if c.fails != "" && (err == nil || err.Error() != c.fails) || c.fails == "" && err != nil {
					t.Errorf("error %v", err)
				}
				f.objects(c.objects)
				if len(f.Reports) != c.reports {
					t.Errorf("%d reports", len(f.Reports))
				}
			}, "flush.size", "2", "behavior.on.null.values", c.behavior, "store.kafka.keys", "true",
				"keys.format.class", "io.confluent.connect.s3.format.json.JsonFormat")
		})
	}
}

// TestErrantRecordLeavesNoTrace: the value of a record whose headers cannot be
// written does not stay in the data object.
func TestErrantRecordLeavesNoTrace(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.values("a", "b", "c")
		for i := range f.Records {
			f.ok(f.Records[i].Headers.Add("h", nil, "x"))
		}
		f.Records[1].Headers[0].Value = nil
		f.Tolerant = true
		f.start()
		f.put(0, 3)
		f.objects(map[string]string{
			"partition=0/t+0+0000000000.json":         "\"a\"\n\"c\"\n",
			"partition=0/t+0+0000000000.headers.json": "{\"headers\":[{\"key\":\"h\",\"value\":\"x\"}]}\n{\"headers\":[{\"key\":\"h\",\"value\":\"x\"}]}\n",
		})
		f.committed(3)
		if len(f.Reports) != 1 || f.Reports[0].Offset != 1 {
			t.Errorf("reports %v", f.Reports)
		}
	}, "flush.size", "2", "store.kafka.headers", "true", "headers.format.class", "io.confluent.connect.s3.format.json.JsonFormat")
}

func TestGzipOfManyRecords(t *testing.T) {
	bubble(t, func(f *fixture) {
		var want strings.Builder
		for i := range 3000 {
			f.Records = append(f.Records, s3sinktest.Record("t", 0, int64(i), 0, fmt.Sprintf("record %d of many", i)))
			fmt.Fprintf(&want, "\"record %d of many\"\n", i)
		}
		f.start()
		f.put(0, 1000)
		f.put(1000, 3000)
		content := f.store.Objects(t)["topics/t/partition=0/t+0+0000000000.json.gz"]
		if !bytes.HasPrefix(content, []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")) {
			t.Fatalf("header %x", content[:min(10, len(content))])
		}
		z, err := gzip.NewReader(bytes.NewReader(content))
		f.ok(err)
		got, err := io.ReadAll(z)
		f.ok(err)
		if string(got) != want.String() {
			t.Errorf("%d bytes", len(got))
		}
	}, "flush.size", "3000", "s3.compression.type", "gzip")
}

func TestStartErrors(t *testing.T) {
	for _, c := range []struct {
		changes []string
		want    string
	}{
		{[]string{"s3.bucket.name", "missing"}, "Non-existent S3 bucket: missing"},
		{[]string{"s3.part.retries", "0"}, "maxAttempts must be positive"},
		{[]string{"rotate.schedule.interval.ms", "1000"}, "timezone configuration must be set when using rotate.schedule.interval.ms"},
		{[]string{"s3.ssea.name", "AES256", "s3.sse.customer.key", "abc"}, "s3.sse.customer.key must be 32 bytes in base64"},
		{[]string{"s3.credentials.provider.class", "io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider"}, "sts.role.arn must be set"},
		{[]string{"s3.object.tagging", "true", "s3.object.tagging.key.value.pairs", "team"}, "key:value"},
		{[]string{"filename.offset.zero.pad.width", "0"}, "filename.offset.zero.pad.width"},
		{[]string{"s3.proxy.url", "nonsense"}, "http://host:port"},
	} {
		bubble(t, func(f *fixture) {
			err := f.Worker.Start(f.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v: error %v, want %s", c.changes, err, c.want)
			}
			f.ok(f.Stop())
		}, c.changes...)
	}
}

func TestDenied(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.store.Fail(s3sinktest.Fault{Op: "UploadPart", Count: 9, Status: 403, Code: "AccessDenied"})
		f.values("a")
		f.start()
		err := f.Worker.Put(f.Context(), 0, 1)
		var e *connect.Error
		if !errors.As(err, &e) || connect.IsRetriable(err) || !strings.Contains(fmt.Sprint(e.Err), "Status Code: 403") {
			t.Errorf("error %v", err)
		}
		if n := f.store.Uploads(t); n != 0 {
			t.Errorf("%d uploads are open", n)
		}
	}, "flush.size", "1")
}

func TestCustomerKey(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.values("a")
		f.start()
		f.put(0, 1)
		for _, r := range f.store.Requests() {
			has := r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5") == "dnF5x6K/8ZZRzpfSlMMM+w=="
			if needs := r.Op == "CreateMultipartUpload" || r.Op == "UploadPart"; has != needs {
				t.Errorf("%s: customer key %t", r.Op, has)
			}
		}
	}, "flush.size", "1", "s3.ssea.name", "AES256", "s3.sse.customer.key", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=")
}

// TestNetwork goes over real connections, with resets.
func TestNetwork(t *testing.T) {
	broken := make(chan struct{}, 6)
	for range cap(broken) {
		broken <- struct{}{}
	}
	server, err := devs3.New(devs3.Settings{Dir: t.TempDir(), Buckets: []string{"bucket"}, Fault: func(r *http.Request) *devs3.Fault {
		if r.Method == "HEAD" || r.Method == "GET" {
			return nil
		}
		select {
		case <-broken:
			return &devs3.Fault{Close: true}
		default:
			return nil
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(server)
	defer front.Close()
	defer server.Close()
	w := &s3sinktest.Worker{
		New:       s3sink.Plugin.New().NewTask,
		Props:     s3sinktest.Props(t, "s3.bucket.name", "bucket", "store.url", front.URL, "flush.size", "1", "retry.backoff.ms", "1"),
		Partition: []connect.TopicPartition{{Topic: "t"}},
	}
	const n = 50
	for i := range n {
		w.Records = append(w.Records, s3sinktest.Record("t", 0, int64(i), 0, strings.Repeat("x", i*1000)))
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for w.Committed[w.Partition[0]] < n {
		if err := w.Deliver(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if _, err := w.PreCommit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Stop(); err != nil {
		t.Error(err)
	}
	list, err := front.Client().Get(front.URL + "/bucket?list-type=2")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Body.Close()
	text, err := io.ReadAll(list.Body)
	if got := strings.Count(string(text), "<Key>"); err != nil || got != n {
		t.Errorf("%d objects, %v", got, err)
	}
}

// TestCancel: a task that is told to stop while the store hangs comes back.
func TestCancel(t *testing.T) {
	bubble(t, func(f *fixture) {
		f.store.Fail(s3sinktest.Fault{Op: "UploadPart", Count: 1 << 30, Status: 503, Code: "SlowDown"})
		f.values("a")
		ctx, cancel := context.WithTimeout(f.Context(), time.Second)
		defer cancel()
		f.start()
		err := f.Worker.Put(ctx, 0, 1)
		if err == nil && len(f.Rewinds) == 0 {
			t.Error("neither an error nor a rewind")
		}
	}, "flush.size", "1", "s3.part.retries", "1000", "s3.retry.backoff.ms", "60000")
}

func TestSchemaChange(t *testing.T) {
	bubble(t, func(f *fixture) {
		one := data.NewStructBuilder().Field("a", data.Int32Schema).MustBuild()
		two := data.NewStructBuilder().Field("a", data.Int32Schema).Field("b", data.OptionalStringSchema).MustBuild()
		f.values(data.StructOf(one, []any{int32(1)}), data.StructOf(two, []any{int32(2), nil}), data.StructOf(two, []any{int32(3), "x"}))
		f.Records[0].ValueSchema, f.Records[1].ValueSchema, f.Records[2].ValueSchema = one, two, two
		f.start()
		f.put(0, 3)
		f.committed(3)
		f.objects(map[string]string{
			"partition=0/t+0+0000000000.json": "{\"a\":1}\n",
			"partition=0/t+0+0000000001.json": "{\"a\":2,\"b\":null}\n{\"a\":3,\"b\":\"x\"}\n",
		})
	}, "flush.size", "2")
}
