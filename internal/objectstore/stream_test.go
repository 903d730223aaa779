package objectstore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// shelf is a Bucket in memory.
type shelf struct {
	mu      sync.Mutex
	refuse  string // name of an operation that fails
	parts   map[string][][]byte
	objects map[string]string
	aborted int
}

var errRefused = errors.New("refused")

func (s *shelf) do(op string, work func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if op == s.refuse {
		return errRefused
	}
	work()
	return nil
}

func (s *shelf) Create(_ context.Context, key string) (string, error) {
	return key, s.do("create", func() { s.parts[key] = nil })
}

func (s *shelf) Upload(_ context.Context, u Upload, _ int, body Body) (string, error) {
	raw, err := io.ReadAll(body)
	return "tag", errors.Join(err, s.do("upload", func() { s.parts[u.Key] = append(s.parts[u.Key], raw) }))
}

func (s *shelf) Complete(_ context.Context, u Upload, tags []string, _ bool) error {
	return s.do("complete", func() {
		if len(tags) == len(s.parts[u.Key]) {
			s.objects[u.Key] = string(bytes.Join(s.parts[u.Key], nil))
		}
	})
}

func (s *shelf) Abort(context.Context, Upload) error          { return s.do("abort", func() { s.aborted++ }) }
func (s *shelf) Exists(context.Context, string) (bool, error) { return false, nil }
func (s *shelf) SetTags(context.Context, string, []Tag) error { return nil }

func uploadsTo(s *shelf, c Compression) *Uploads {
	s.parts, s.objects = map[string][][]byte{}, map[string]string{}
	return NewUploads(UploadSettings{Bucket: s, PartSize: 1000, Concurrency: 2, Compression: c, Log: slog.New(slog.DiscardHandler)})
}

func TestStreams(t *testing.T) {
	var s shelf
	u := uploadsTo(&s, NoCompression)
	want := map[string]string{"small": "abc", "large": strings.Repeat("0123456789", 1234), "exact": strings.Repeat("x", 2000)}
	var streams []*Stream
	for key, content := range want {
		x := u.New(key)
		for len(content) > 0 {
			n := min(len(content), 77)
			x.SetTail(append(x.Tail(), content[:n]...))
			_ = append(x.Tail(), "never written"...)
			content = content[n:]
			if _, err := x.Send(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if x.Held() >= 1000 {
			t.Errorf("%s: %d bytes are held", key, x.Held())
		}
		streams = append(streams, x)
	}
	streams = append(streams, u.New("empty"))
	for _, x := range streams {
		if err := errors.Join(x.Finish(t.Context()), x.Wait()); err != nil {
			t.Errorf("%s: %v", x.Key(), err)
		}
	}
	u.Discard(t.Context(), streams...)
	for key, content := range want {
		if s.objects[key] != content {
			t.Errorf("%s has %d bytes", key, len(s.objects[key]))
		}
	}
	if len(s.objects) != 3 || s.aborted != 0 || len(s.parts["exact"]) != 2 || len(s.parts["large"]) != 13 {
		t.Errorf("%d objects, %d uploads given up, %d and %d parts", len(s.objects), s.aborted, len(s.parts["exact"]), len(s.parts["large"]))
	}
}

// TestStreamFails: the first error comes out, and no upload is left.
func TestStreamFails(t *testing.T) {
	for op, aborts := range map[string]int{"create": 0, "upload": 1, "complete": 1} {
		s := shelf{refuse: op}
		u := uploadsTo(&s, Gzip)
		x := u.New("k")
		_, _ = x.Write([]byte("abc"))
		if err := errors.Join(x.Finish(t.Context()), x.Wait()); !errors.Is(err, errRefused) {
			t.Errorf("%s: error %v", op, err)
		}
		u.Discard(t.Context(), x)
		if s.aborted != aborts || len(s.objects) > 0 {
			t.Errorf("%s: %d uploads given up, %d objects", op, s.aborted, len(s.objects))
		}
	}
}

// TestDiscard gives up a stream of which parts are sent.
func TestDiscard(t *testing.T) {
	var s shelf
	u := uploadsTo(&s, NoCompression)
	x := u.New("k")
	_, _ = x.Write(make([]byte, 1500))
	if started, err := x.Send(t.Context()); !started || err != nil {
		t.Fatal(started, err)
	}
	u.Discard(t.Context(), x)
	if s.aborted != 1 || len(s.objects) > 0 {
		t.Errorf("%d uploads given up, %d objects", s.aborted, len(s.objects))
	}
}

// TestCompressors: one compressor makes several objects, one after the other.
func TestCompressors(t *testing.T) {
	for _, c := range []Compression{Gzip, Snappy, Zstd} {
		var s shelf
		u := uploadsTo(&s, c)
		text := strings.Repeat("some text that can be compressed ", 20000)
		for _, key := range []string{"a", "b", "c"} {
			x := u.New(key)
			_, _ = x.Write([]byte(text))
			_, err := x.Send(t.Context())
			if err = errors.Join(err, x.Finish(t.Context()), x.Wait()); err != nil {
				t.Fatal(err)
			}
			u.Discard(t.Context(), x)
		}
		if len(u.free) != 1 || s.objects["a"] != s.objects["c"] || len(s.objects["a"]) > len(text)/10 {
			t.Errorf("compression %d: %d compressors, %d and %d bytes", c, len(u.free), len(s.objects["a"]), len(s.objects["c"]))
		}
		if c != Gzip {
			continue
		}
		z, err := gzip.NewReader(strings.NewReader(s.objects["b"]))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || string(got) != text {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
}
