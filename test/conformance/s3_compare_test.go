package conformance

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/plugins/converters/booleanconverter"
	"github.com/millrace/millrace/plugins/converters/bytearrayconverter"
	"github.com/millrace/millrace/plugins/converters/jsonconverter"
	"github.com/millrace/millrace/plugins/converters/numberconverters"
	"github.com/millrace/millrace/plugins/converters/simpleheader"
	"github.com/millrace/millrace/plugins/converters/stringconverter"
)

type s3Object struct {
	Key           string
	SHA256        string `json:"sha256"`
	Content       *string
	ContentBase64 *string `json:"content_base64"`
	Compression   string
	GzipHeader    string `json:"gzip_header"`
	Tags          map[string]string
	Codec         string // of Avro files, as what follows
	Schema        json.RawMessage
	MetaKeys      []string          `json:"meta_keys"`
	Records       json.RawMessage   // also of Parquet files, as what follows
	Message       string            `json:"message_type"`
	Metadata      map[string]string `json:"key_value_metadata"`
	RowGroups     int               `json:"row_groups"`
	Columns       []struct{ Codec string }
}

type s3Record struct {
	Topic      string
	Partition  int32
	Offset     int64
	Timestamp  *int64
	Key, Value json.RawMessage
	Headers    []struct {
		Key   string
		Value json.RawMessage
	}
}

func (s *s3Run) compareError(step int, err error) error {
	if len(s.c.Errors) == 0 {
		if err != nil {
			return fmt.Errorf("step %d: error %w", step, err)
		}
		return nil
	}
	want := s.c.Errors[0]
	switch {
	case err == nil:
		return fmt.Errorf("no error, want %s: %s", want.Class, want.Message)
	case step != want.Step:
		return fmt.Errorf("error %q in step %d, want it in step %d", err, step, want.Step)
	case strings.HasPrefix(want.Class, "java.lang."):
		// An accident of the Java code: that it fails is what counts.
		return nil
	case javaerr.Class(err) != want.Class || !sameAnswer(want.Message, err.Error()):
		return fmt.Errorf("error %s %q, want %s %q", javaerr.Class(err), err, want.Class, want.Message)
	}
	return nil
}

// sameAnswer compares texts of which the recorded one has * for request ids.
func sameAnswer(want, got string) bool {
	return sameText(want, regexp.MustCompile(`Request ID: [^)]*`).ReplaceAllString(got, "Request ID: *"))
}

func (s *s3Run) compare() error {
	if err := s.compareObjects(); err != nil {
		return err
	}
	if len(s.c.Errors) == 0 {
		if !slices.EqualFunc(s.preCommits, s.c.PreCommits, func(a, b s3Offsets) bool {
			return a.Step == b.Step && maps.Equal(a.Offsets, b.Offsets)
		}) {
			return fmt.Errorf("preCommits %v, want %v", s.preCommits, s.c.PreCommits)
		}
		if got := s3Names(s.worker.Committed); !maps.Equal(got, s.c.Committed) {
			return fmt.Errorf("committed %v, want %v", got, s.c.Committed)
		}
	}
	want := slices.DeleteFunc(slices.Clone(s.c.Calls), func(c s3Call) bool { return c.Call == "redelivered" })
	if !slices.Equal(s.calls, want) {
		return fmt.Errorf("calls %v, want %v", s.calls, want)
	}
	if !slices.Equal(s.reports, s.c.DLQ) {
		return fmt.Errorf("dead letters %v, want %v", s.reports, s.c.DLQ)
	}
	return s.compareRequests()
}

func (s *s3Run) compareObjects() error {
	if s.c.NoBucket {
		return nil
	}
	got := s.store.Objects(s.T)
	for _, want := range s.c.Objects {
		content, ok := got[want.Key]
		if !ok {
			return fmt.Errorf("no object %s; there are %q", want.Key, slices.Sorted(maps.Keys(got)))
		}
		delete(got, want.Key)
		if err := want.compare(content); err != nil {
			return fmt.Errorf("object %s: %w", want.Key, err)
		}
		if tags := s.store.Tags(s.T, want.Key); !maps.Equal(tags, want.Tags) {
			return fmt.Errorf("object %s: tags %v, want %v", want.Key, tags, want.Tags)
		}
	}
	if len(got) > 0 {
		return fmt.Errorf("objects that should not be there: %q", slices.Sorted(maps.Keys(got)))
	}
	return nil
}

func (o *s3Object) compare(content []byte) error {
	if strings.HasSuffix(o.Key, ".avro") {
		return o.compareAvro(content)
	}
	if strings.HasSuffix(o.Key, ".parquet") {
		return o.compareParquet(content)
	}
	if o.Compression == "gzip" {
		if head := hex.EncodeToString(content[:10]); head != o.GzipHeader {
			return fmt.Errorf("gzip header %s, want %s", head, o.GzipHeader)
		}
		z, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			return err
		}
		if content, err = io.ReadAll(z); err != nil {
			return err
		}
	}
	var want []byte
	switch {
	case o.Content != nil:
		want = []byte(*o.Content)
	case o.ContentBase64 != nil:
		want, _ = base64.StdEncoding.DecodeString(*o.ContentBase64)
	default:
		sum := sha256.Sum256(content)
		if got := hex.EncodeToString(sum[:]); got != o.SHA256 {
			return fmt.Errorf("%d bytes of sum %s, want %s", len(content), got, o.SHA256)
		}
		return nil
	}
	if !bytes.Equal(content, want) {
		return fmt.Errorf("content %q, want %q", content, want)
	}
	return nil
}

// compareRequests compares which requests were made, in order for each object, and
// the headers that a configuration asks for.
func (s *s3Run) compareRequests() error {
	if len(s.c.Requests) == 0 {
		return nil
	}
	var want, got []string
	for _, r := range s.c.Requests {
		h := http.Header{}
		for name, value := range r.Headers {
			h.Set(name, value)
		}
		want = append(want, requestLine(r.Op, r.Key, r.Status, h, len(r.Headers) > 0))
	}
	for i, r := range s.store.Requests() {
		headers := i < len(s.c.Requests) && len(s.c.Requests[i].Headers) > 0
		got = append(got, requestLine(r.Op, r.Key, r.Status, r.Header, headers))
	}
	byKey := func(a, b string) int { return strings.Compare(keyOf(a), keyOf(b)) }
	slices.SortStableFunc(want, byKey)
	slices.SortStableFunc(got, byKey)
	if !slices.Equal(got, want) {
		return fmt.Errorf("requests\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return nil
}

func keyOf(line string) string { return strings.Fields(line + " -")[0] }

func requestLine(op, key string, status int, h http.Header, headers bool) string {
	line := fmt.Sprintf("%s %s %d", key, strings.ToLower(op), status)
	if !headers {
		return line
	}
	for _, name := range []string{"X-Amz-Acl", "X-Amz-Server-Side-Encryption", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", "Content-Md5"} {
		if v := h.Get(name); v != "" && !strings.Contains(strings.ToLower(op), "tagging") {
			line += " " + name + ":" + v
		}
	}
	return line
}

func pattern(text string) *regexp.Regexp {
	re, err := regexp.Compile(text)
	if err != nil {
		panic(malformed{err})
	}
	return re
}

// records converts the input as a worker does.
func (c *s3Case) records(t *testing.T) []connect.Record {
	t.Helper()
	key, value, header := c.converter(t, convert.Key), c.converter(t, convert.Value), c.headerConverter(t)
	records := make([]connect.Record, len(c.Records))
	for i, in := range c.Records {
		r := s3sinkRecord(&in)
		var err error
		if r.KeySchema, r.Key, err = key.ToConnect(in.Topic, nil, r.Consumed.Key); err != nil {
			t.Fatalf("%s: key: %v", c.ID, err)
		}
		if r.ValueSchema, r.Value, err = value.ToConnect(in.Topic, nil, r.Consumed.Value); err != nil {
			t.Fatalf("%s: value: %v", c.ID, err)
		}
		for _, h := range in.Headers {
			x := connect.Header{Key: h.Key}
			if x.Schema, x.Value, err = header.ToHeader(in.Topic, h.Key, s3Bytes(h.Value)); err != nil {
				t.Fatalf("%s: header: %v", c.ID, err)
			}
			r.Headers = append(r.Headers, x)
		}
		records[i] = r
	}
	return records
}

func s3sinkRecord(in *s3Record) connect.Record {
	r := connect.Record{
		Topic: in.Topic, Partition: in.Partition, Timestamp: connect.NoTimestamp,
		Consumed: &connect.Consumed{
			Topic: in.Topic, Partition: in.Partition, Offset: in.Offset, Timestamp: -1, TimestampType: connect.NoTimestampType,
			Key: s3Bytes(in.Key), Value: s3Bytes(in.Value),
		},
	}
	if in.Timestamp != nil {
		r.Timestamp, r.Consumed.Timestamp, r.Consumed.TimestampType = *in.Timestamp, *in.Timestamp, connect.CreateTime
	}
	return r
}

func s3Bytes(raw json.RawMessage) []byte {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if raw[0] == '"' {
		return append([]byte{}, into[string](raw)...)
	}
	v := into[struct {
		Base64 *string
		Repeat string
		Times  int
	}](raw)
	if v.Base64 != nil {
		b, err := base64.StdEncoding.DecodeString(*v.Base64)
		if err != nil {
			panic(malformed{err})
		}
		return append([]byte{}, b...)
	}
	return append([]byte{}, strings.Repeat(v.Repeat, v.Times)...)
}

func (c *s3Case) converter(t *testing.T, role convert.Role) convert.Converter {
	t.Helper()
	name := string(role) + ".converter"
	for _, p := range []plugin.Converter{
		stringconverter.Plugin, bytearrayconverter.Plugin, booleanconverter.Plugin, jsonconverter.Plugin,
		numberconverters.Short, numberconverters.Integer, numberconverters.Long, numberconverters.Float, numberconverters.Double,
	} {
		if p.Class == c.Config[name] {
			conv, err := p.New(c.under(name+"."), role)
			if err != nil {
				t.Fatal(err)
			}
			return conv
		}
	}
	t.Fatalf("%s: unknown %s %s", c.ID, name, c.Config[name])
	return nil
}

func (c *s3Case) headerConverter(t *testing.T) convert.HeaderConverter {
	t.Helper()
	if c.Config["header.converter"] == "" {
		h, err := simpleheader.Plugin.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	return c.converter(t, convert.Header).(convert.HeaderConverter)
}

func (c *s3Case) under(prefix string) map[string]string {
	props := map[string]string{}
	for k, v := range c.Config {
		if name, ok := strings.CutPrefix(k, prefix); ok {
			props[name] = v
		}
	}
	return props
}
