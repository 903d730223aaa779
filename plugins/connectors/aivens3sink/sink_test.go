package aivens3sink_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/plugins/connectors/aivens3sink"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

// run is a task over a store.
type run struct {
	*testing.T
	store *s3sinktest.Store
	task  *connecttest.SinkTask
}

// props returns a configuration for the store, and more: key, value, key, value …
func props(more ...string) map[string]string {
	p := map[string]string{
		"name": "s3", "topics": "t", "connector.class": "io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector",
		"aws.s3.bucket.name": s3sinktest.Bucket, "aws.s3.endpoint": "http://store", "aws.access.key.id": "test", "aws.secret.access.key": "test-secret",
		"file.compression.type": "none", "aws.s3.backoff.delay.ms": "1", "aws.s3.backoff.max.delay.ms": "2", "kafka.retry.backoff.ms": "0",
	}
	for i := 0; i < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return p
}

func start(t *testing.T, memory int, more ...string) *run {
	t.Helper()
	return over(t, s3sinktest.NewStore(t, true), memory, more...)
}

func over(t *testing.T, store *s3sinktest.Store, memory int, more ...string) *run {
	t.Helper()
	p := aivens3sink.New(aivens3sink.Settings{Transport: store, Memory: memory})
	r := &run{T: t, store: store, task: connecttest.NewHost(t).Sink(p, props(more...))}
	r.task.Open(tp(0), tp(1))
	return r
}

func tp(n int32) connect.TopicPartition { return connect.TopicPartition{Topic: "t", Partition: n} }

// record returns a record of bytes.
func record(partition int32, offset int64, value string) connect.Record {
	return connecttest.Consume(tp(partition), offset, connect.Record{
		KeySchema: data.OptionalStringSchema, Key: "k", ValueSchema: data.BytesSchema, Value: []byte(value),
	})
}

func keyed(partition int32, offset int64, key any, value string) connect.Record {
	r := record(partition, offset, value)
	r.Key = key
	return r
}

func (r *run) put(records ...connect.Record) {
	r.Helper()
	if err := r.task.Put(records...); err != nil {
		r.Fatal(err)
	}
}

func (r *run) commit(want sink.Offsets) {
	r.Helper()
	got, err := r.task.Commit()
	if err != nil {
		r.Fatal(err)
	}
	if !maps.Equal(got, want) {
		r.Errorf("committed %v, want %v", got, want)
	}
}

func (r *run) objects(want map[string]string) {
	r.Helper()
	got := map[string]string{}
	for key, content := range r.store.Objects(r.T) {
		got[key] = string(content)
	}
	if !maps.Equal(got, want) {
		r.Errorf("objects %q\nwant %q", got, want)
	}
}

func TestDefaults(t *testing.T) {
	r := start(t, 0, "file.compression.type", "gzip")
	r.put(record(0, 0, "a"), record(1, 5, "c"), record(0, 1, "b"))
	r.objects(map[string]string{}) // before the flush
	r.commit(sink.Offsets{tp(0): 2, tp(1): 6})
	r.put()
	r.commit(sink.Offsets{tp(0): 2, tp(1): 6})
	r.put(record(0, 2, "d"))
	r.commit(sink.Offsets{tp(0): 3, tp(1): 6})
	got := map[string]string{}
	for key, content := range r.store.Objects(t) {
		got[key] = inflate(t, "gzip", content)
	}
	want := map[string]string{"t-0-0.gz": "YQ==\nYg==", "t-1-5.gz": "Yw==", "t-0-2.gz": "ZA=="}
	if !maps.Equal(got, want) {
		t.Errorf("objects %q", got)
	}
}

func TestNames(t *testing.T) {
	day := func(offset int64, at string, value string) connect.Record {
		r := record(0, offset, value)
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		r.Timestamp = when.UnixMilli()
		return r
	}
	plain := []connect.Record{record(0, 10, "a"), record(0, 11, "b"), record(1, 7, "c"), record(0, 12, "d"), record(0, 13, "e"), record(0, 14, "f")}
	days := []connect.Record{day(0, "2024-05-01T22:00:00Z", "a"), day(1, "2024-05-01T23:30:00Z", "b"), day(2, "2024-05-01T21:00:00Z", "c"), day(3, "2024-05-02T00:00:00Z", "d")}
	const byDay = "{{timestamp:unit=yyyy}}{{timestamp:unit=MM}}{{timestamp:unit=dd}}/{{topic}}-{{partition}}-{{start_offset}}"
	keys := []connect.Record{keyed(0, 0, "x", "a"), keyed(0, 1, "y", "b"), keyed(1, 0, "x", "c"), keyed(0, 2, "x", "d"), keyed(0, 3, nil, "e"), keyed(0, 4, "y", "f")}
	for _, c := range []struct {
		name    string
		config  []string
		records []connect.Record
		want    map[string]string
	}{
		{"most records", []string{"file.max.records", "2"}, plain, map[string]string{"t-0-10": "a\nb", "t-0-12": "d\ne", "t-0-14": "f", "t-1-7": "c"}},
		{
			"padding",
			[]string{"file.name.template", "{{topic}}/{{partition:padding=true}}/{{start_offset:padding=true}}"},
			plain,
			map[string]string{"t/0000000000/00000000000000000010": "a\nb\nd\ne\nf", "t/0000000001/00000000000000000007": "c"},
		},
		{"prefix", []string{"aws.s3.prefix", "{{topic}}_{{timestamp:unit=YYYY}}-", "timestamp.source", "event"}, plain, map[string]string{
			"t_2023-t-0-00000000000000000010": "a\nb\nd\ne\nf", "t_2023-t-1-00000000000000000007": "c",
		}},
		{"old spelling of prefix", []string{"aws_s3_prefix", "x/"}, plain[:1], map[string]string{"x/t-0-00000000000000000010": "a"}},
		{"prefix and limit", []string{"aws.s3.prefix", "p/", "file.max.records", "1"}, plain[:2], map[string]string{
			"p/t-0-00000000000000000010": "a", "p/t-0-00000000000000000011": "b",
		}},
		{"time of the event", []string{"file.name.template", byDay, "file.name.timestamp.source", "EVENT"}, days, map[string]string{
			"20240501/t-0-0": "a\nb\nc", "20240502/t-0-0": "d",
		}},
		{"time zone", []string{"file.name.template", byDay, "file.name.timestamp.source", "event", "file.name.timestamp.timezone", "+02:00"}, days, map[string]string{
			"20240502/t-0-0": "a\nb\nd", "20240501/t-0-0": "c",
		}},
		{"time and most records", []string{"file.name.template", byDay, "file.name.timestamp.source", "event", "file.name.timestamp.timezone", "+02:00", "file.max.records", "2"}, days, map[string]string{
			"20240502/t-0-0": "a\nb", "20240501/t-0-2": "c", "20240502/t-0-3": "d",
		}},
		{"key", []string{"file.name.template", "k/{{key}}"}, keys, map[string]string{"k/x": "d", "k/y": "f", "k/null": "e"}},
		{"key and partition", []string{"file.name.template", "{{topic}}/{{partition}}/{{key}}", "file.max.records", "1"}, keys, map[string]string{
			"t/0/x": "d", "t/1/x": "c", "t/0/y": "f", "t/0/null": "e",
		}},
		{"streams of keys", []string{"file.name.template", "{{topic}}-{{partition}}-{{key}}-{{start_offset}}"}, keys, map[string]string{
			"t-0-x-0": "a\nd", "t-0-y-1": "b\nf", "t-1-x-0": "c", "t-0-null-3": "e",
		}},
		{"other keys", []string{"file.name.template", "{{key}}"}, []connect.Record{
			keyed(0, 0, []byte("bytes"), "a"), keyed(0, 1, int32(5), "b"), keyed(0, 2, true, "c"),
		}, map[string]string{"bytes": "a", "5": "b", "true": "c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, 0, append([]string{"format.output.fields.value.encoding", "none"}, c.config...)...)
			for _, x := range c.records {
				r.put(x)
			}
			if _, err := r.task.Commit(); err != nil {
				t.Fatal(err)
			}
			r.objects(c.want)
			if n := r.store.Uploads(t); n != 0 {
				t.Errorf("%d uploads are open", n)
			}
		})
	}
}

// inflate undoes the compression of an object.
func inflate(t *testing.T, codec string, content []byte) string {
	t.Helper()
	var in io.Reader = bytes.NewReader(content)
	var err error
	switch codec {
	case "gzip":
		in, err = gzip.NewReader(in)
	case "zstd":
		in, err = zstd.NewReader(in)
	case "snappy":
		return unframe(t, content)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// unframe reads the framing of snappy-java.
func unframe(t *testing.T, content []byte) string {
	t.Helper()
	const header = "\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01"
	rest, ok := bytes.CutPrefix(content, []byte(header))
	if !ok {
		t.Fatalf("the object begins with %q", content[:min(16, len(content))])
	}
	var out []byte
	for len(rest) > 0 {
		n := binary.BigEndian.Uint32(rest)
		block, err := snappy.Decode(nil, rest[4:4+n])
		if err != nil || len(block) > 32<<10 {
			t.Fatalf("a block of %d bytes: %v", len(block), err)
		}
		out, rest = append(out, block...), rest[4+n:]
	}
	return string(out)
}

// TestCompression writes small and large objects, whose parts are sent before the
// flush.
func TestCompression(t *testing.T) {
	large := make([]byte, 5<<20+5000)
	_, _ = rand.NewChaCha8([32]byte{}).Read(large)
	for codec, suffix := range map[string]string{"none": "", "gzip": ".gz", "snappy": ".snappy", "zstd": ".zst"} {
		t.Run(codec, func(t *testing.T) {
			r := start(t, 0, "file.compression.type", codec, "format.output.fields.value.encoding", "none")
			r.put(record(1, 0, "small"), record(0, 0, string(large)), record(0, 1, "end"))
			if n := r.store.Uploads(t); n != 1 {
				t.Errorf("%d uploads are open before the flush", n)
			}
			r.commit(sink.Offsets{tp(0): 2, tp(1): 1})
			objects := r.store.Objects(t)
			if got := inflate(t, codec, objects["t-0-0"+suffix]); got != string(large)+"\nend" {
				t.Errorf("%d bytes", len(got))
			}
			if got := inflate(t, codec, objects["t-1-0"+suffix]); got != "small" {
				t.Errorf("got %q", got)
			}
			if n := r.store.Uploads(t); n != 0 {
				t.Errorf("%d uploads are open", n)
			}
		})
	}
}

func TestEmptyObjects(t *testing.T) {
	null := record(0, 0, "")
	null.ValueSchema, null.Value = data.OptionalBytesSchema, nil
	r := start(t, 0)
	r.put(null)
	r.commit(sink.Offsets{tp(0): 1})
	r.objects(map[string]string{}) // no bytes, no object
	other := null
	other.Consumed = record(0, 2, "").Consumed
	one := record(0, 1, "")
	one.ValueSchema, one.Value = null.ValueSchema, nil
	r.put(one, other)
	r.commit(sink.Offsets{tp(0): 3})
	r.objects(map[string]string{"t-0-1": "\n"})
}

// TestMemory: what is too much for memory is written before the flush.
func TestMemory(t *testing.T) {
	for _, template := range []string{"{{topic}}-{{partition}}-{{start_offset}}", "{{key}}", "{{topic}}-{{partition}}-{{key}}-{{start_offset}}"} {
		r := start(t, 40<<10, "file.name.template", template)
		for i := range int64(200) {
			r.put(keyed(int32(i%2), i, fmt.Sprint("key", i%50), strings.Repeat("x", 1000)))
		}
		if written := len(r.store.Objects(t)); written == 0 || !r.task.Context.CommitRequested {
			t.Errorf("%s: %d objects before the flush, commit requested: %t", template, written, r.task.Context.CommitRequested)
		}
		r.commit(sink.Offsets{tp(0): 199, tp(1): 200})
		n := 0
		for _, content := range r.store.Objects(t) {
			n += strings.Count(string(content), "\n") + 1
		}
		if want := map[bool]int{true: 50, false: 200}[template == "{{key}}"]; n != want {
			t.Errorf("%s: %d records are in objects, want %d", template, n, want)
		}
	}
}

func TestServerSideEncryption(t *testing.T) {
	for _, algorithm := range []string{"AES256", "aws:kms"} {
		r := start(t, 0, "aws.s3.sse.algorithm", algorithm)
		r.put(record(0, 0, "a"))
		_, _ = r.task.Commit()
		i := slices.IndexFunc(r.store.Requests(), func(q s3sinktest.Request) bool { return q.Op == "CreateMultipartUpload" })
		if i < 0 || r.store.Requests()[i].Header.Get("X-Amz-Server-Side-Encryption") != algorithm {
			t.Errorf("%s is not asked for: %s", algorithm, r.store.Ops())
		}
	}
}
