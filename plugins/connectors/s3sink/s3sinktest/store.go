// Package s3sinktest runs the S3 sink in tests: a Store that is reached without a
// network, and a Worker that treats the task as Kafka Connect does. Both work
// under testing/synctest.
//
// Floor 3. Connect: tests of io.confluent.connect.s3.
package s3sinktest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/millrace/millrace/internal/devs3"
)

// Bucket is the bucket that a Store begins with.
const Bucket = "golden"

// Fault makes requests fail.
type Fault struct {
	Op     string // CreateMultipartUpload and so on, in any case
	Key    *regexp.Regexp
	Skip   int // matches that are let through first
	Count  int // matches that fail then
	Status int // 0: the connection breaks
	Code   string
}

// Request is what reached the Store.
type Request struct {
	Op, Key string
	Status  int
	Header  http.Header
}

// Store is an S3 server as an http.RoundTripper.
type Store struct {
	server *devs3.Server

	mu       sync.Mutex
	faults   []*Fault
	requests []Request
}

// NewStore returns a Store with an empty Bucket, or without one.
func NewStore(t testing.TB, withBucket bool) *Store {
	t.Helper()
	settings := devs3.Settings{Dir: t.TempDir()}
	if withBucket {
		settings.Buckets = []string{Bucket}
	}
	server, err := devs3.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Store{server: server}
}

// View returns a Store that looks into a server with a Bucket. It makes no connection.
func View(server *devs3.Server) *Store { return &Store{server: server} }

// Fail arms a fault.
func (s *Store) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Requests returns what reached the Store so far.
func (s *Store) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Ops returns the operations and keys of Requests, a line for each.
func (s *Store) Ops() string {
	var b strings.Builder
	for _, r := range s.Requests() {
		fmt.Fprintf(&b, "%s %s %d\n", r.Op, r.Key, r.Status)
	}
	return b.String()
}

// RoundTrip answers a request.
func (s *Store) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host = r.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	op, key := operation(r)
	w := httptest.NewRecorder()
	f := s.fault(op, key)
	switch {
	case f == nil:
		s.server.ServeHTTP(w, in)
	case f.Status == 0:
		s.note(op, key, 0, r.Header)
		return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: syscall.ECONNRESET}
	default:
		refuse(w, r, f)
	}
	_, _ = io.Copy(io.Discard, in.Body)
	_ = in.Body.Close()
	s.note(op, key, w.Code, r.Header)
	answer := w.Result()
	answer.Request = r
	return answer, nil
}

func refuse(w http.ResponseWriter, r *http.Request, f *Fault) {
	w.Header().Set("X-Amz-Request-Id", "FAULT")
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(f.Status)
	if r.Method != http.MethodHead {
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>injected</Message></Error>", f.Code)
	}
}

func (s *Store) note(op, key string, status int, h http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{op, key, status, h.Clone()})
}

func (s *Store) fault(op, key string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		switch {
		case !strings.EqualFold(f.Op, op) || f.Key != nil && !f.Key.MatchString(key) || f.Count == 0:
		case f.Skip > 0:
			f.Skip--
		default:
			f.Count--
			return f
		}
	}
	return nil
}

// operation names a request as S3 does.
func operation(r *http.Request) (op, key string) {
	_, key, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	q := r.URL.Query()
	switch {
	case key == "":
		return map[string]string{"HEAD": "HeadBucket", "GET": "ListObjectsV2"}[r.Method], ""
	case q.Has("tagging"):
		return r.Method + "ObjectTagging", key
	case q.Has("uploads"):
		return "CreateMultipartUpload", key
	case q.Has("uploadId"):
		return map[string]string{"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}[r.Method], key
	}
	return map[string]string{"HEAD": "HeadObject", "GET": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}[r.Method], key
}

// get asks the server directly.
func (s *Store) get(t testing.TB, path string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+Bucket+path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

// Objects returns the contents of all objects by key.
func (s *Store) Objects(t testing.TB) map[string][]byte {
	t.Helper()
	objects := map[string][]byte{}
	for from := ""; ; {
		var page struct {
			Contents    []struct{ Key string }
			IsTruncated bool
		}
		raw := s.get(t, "?list-type=2&start-after="+url.QueryEscape(from))
		if err := xml.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Contents {
			objects[c.Key] = bytes.Clone(s.get(t, (&url.URL{Path: "/" + c.Key}).EscapedPath()))
			from = c.Key
		}
		if !page.IsTruncated {
			return objects
		}
	}
}

// Tags returns the tags of an object.
func (s *Store) Tags(t testing.TB, key string) map[string]string {
	t.Helper()
	var doc struct {
		Tags []struct{ Key, Value string } `xml:"TagSet>Tag"`
	}
	if err := xml.Unmarshal(s.get(t, (&url.URL{Path: "/" + key}).EscapedPath()+"?tagging"), &doc); err != nil {
		t.Fatal(err)
	}
	tags := map[string]string{}
	for _, tag := range doc.Tags {
		tags[tag.Key] = tag.Value
	}
	return tags
}

// Uploads returns how many multipart uploads are not complete.
func (s *Store) Uploads(t testing.TB) int {
	t.Helper()
	return strings.Count(string(s.get(t, "?uploads")), "<UploadId>")
}
