package devs3

import (
	"crypto/md5"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// multipart is an upload as its client sees it.
type multipart struct {
	testing.TB
	s3      *s3.Client
	key, id *string
}

func begin(t testing.TB, c *s3.Client, key string) *multipart {
	t.Helper()
	created, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String("bucket"), Key: &key, Metadata: map[string]string{"m": "1"}})
	if err != nil {
		t.Errorf("begin %q: %v", key, err)
		return &multipart{t, c, &key, aws.String("none")}
	}
	return &multipart{t, c, &key, created.UploadId}
}

func (m *multipart) part(number int32, body string) types.CompletedPart {
	m.Helper()
	out, err := m.s3.UploadPart(m.Context(), &s3.UploadPartInput{Bucket: aws.String("bucket"), Key: m.key, UploadId: m.id, PartNumber: &number, Body: strings.NewReader(body)})
	if err != nil {
		m.Errorf("part %d of %q: %v", number, *m.key, err)
		return types.CompletedPart{}
	}
	return types.CompletedPart{PartNumber: &number, ETag: out.ETag}
}

func (m *multipart) complete(parts ...types.CompletedPart) error {
	if len(parts) == 0 {
		parts = []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: aws.String("x")}}
	}
	_, err := m.s3.CompleteMultipartUpload(m.Context(), &s3.CompleteMultipartUploadInput{Bucket: aws.String("bucket"), Key: m.key, UploadId: m.id, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	return err
}

func (m *multipart) abort() error {
	_, err := m.s3.AbortMultipartUpload(m.Context(), &s3.AbortMultipartUploadInput{Bucket: aws.String("bucket"), Key: m.key, UploadId: m.id})
	return err
}

// listed returns numbers and sizes of the parts.
func (m *multipart) listed() string {
	m.Helper()
	out, err := m.s3.ListParts(m.Context(), &s3.ListPartsInput{Bucket: aws.String("bucket"), Key: m.key, UploadId: m.id})
	if err != nil {
		m.Errorf("list parts of %q: %v", *m.key, err)
		return ""
	}
	var parts []string
	for _, p := range out.Parts {
		parts = append(parts, fmt.Sprintf("%d:%d", *p.PartNumber, *p.Size))
	}
	return strings.Join(parts, " ")
}

// sentPart is a part of a test case.
type sentPart struct {
	number int32
	body   string
}

func TestPartsInMemoryAndOnDisk(t *testing.T) {
	long, longer := strings.Repeat("l", maxHeldBody+1), strings.Repeat("m", maxHeldBody+2)
	cases := []struct {
		name   string
		sent   []sentPart
		room   int64 // left for all bodies
		onDisk bool
	}{
		{"one short", []sentPart{{1, "a"}}, maxHeld, false},
		{"one empty", []sentPart{{7, ""}}, maxHeld, false},
		{"longest short", []sentPart{{1, long[1:]}}, maxHeld, false},
		{"out of order", []sentPart{{3, "c"}, {1, "a"}, {2, "b"}}, maxHeld, false},
		{"short replaced", []sentPart{{1, "a"}, {2, "b"}, {1, "other"}}, maxHeld, false},
		{"one long", []sentPart{{1, long}}, maxHeld, true},
		{"long behind short", []sentPart{{1, "a"}, {2, "b"}, {3, long}}, maxHeld, true},
		{"short behind long", []sentPart{{1, long}, {2, "b"}}, maxHeld, true},
		{"short replaced by long", []sentPart{{1, "a"}, {2, "b"}, {1, long}}, maxHeld, true},
		{"long replaced by short", []sentPart{{1, long}, {1, "a"}}, maxHeld, true},
		{"long replaced by long", []sentPart{{1, long}, {1, longer}}, maxHeld, true},
		{"no room", []sentPart{{1, "a"}}, 0, true},
		{"room for the first", []sentPart{{1, strings.Repeat("a", 900)}, {2, strings.Repeat("b", 900)}}, 1000, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := start(t, Settings{Buckets: []string{"bucket"}, MinPartSize: 1})
			f.server.store.held.left.Store(c.room)
			for _, complete := range []bool{true, false} {
				m := begin(t, f.s3, "k")
				parts, bodies := m.send(c.sent)
				if dirs, _ := os.ReadDir(f.server.store.layout.uploads()); (len(dirs) > 0) != c.onDisk {
					t.Errorf("%d uploads on disk", len(dirs))
				}
				if got, want := m.listed(), sizes(bodies); got != want {
					t.Errorf("parts %q, want %q", got, want)
				}
				if complete {
					wantCode(t, "complete", m.complete(parts...), "")
					f.wantObject("k", bodies)
				} else {
					wantCode(t, "abort", m.abort(), "")
				}
				f.wantNothingHeld(c.room)
			}
		})
	}
}

// send uploads the parts and returns the last one of every number in order.
func (m *multipart) send(sent []sentPart) (parts []types.CompletedPart, bodies []sentPart) {
	for _, s := range sent {
		done := m.part(s.number, s.body)
		i, replaced := slices.BinarySearchFunc(bodies, s.number, func(b sentPart, n int32) int { return int(b.number - n) })
		if replaced {
			parts[i], bodies[i] = done, s
			continue
		}
		parts, bodies = slices.Insert(parts, i, done), slices.Insert(bodies, i, s)
	}
	return parts, bodies
}

func sizes(parts []sentPart) string {
	var all []string
	for _, p := range parts {
		all = append(all, fmt.Sprintf("%d:%d", p.number, len(p.body)))
	}
	return strings.Join(all, " ")
}

func (f *fixture) wantObject(key string, parts []sentPart) {
	f.Helper()
	sums, body := md5.New(), ""
	for _, p := range parts {
		sum := md5.Sum([]byte(p.body))
		sums.Write(sum[:])
		body += p.body
	}
	if got := f.get(key); got != body {
		f.Errorf("%s has %d bytes, want %d", key, len(got), len(body))
	}
	head, err := f.s3.HeadObject(f.Context(), &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: &key})
	if want := fmt.Sprintf(`"%x-%d"`, sums.Sum(nil), len(parts)); err != nil || *head.ETag != want {
		f.Errorf("ETag %s %v, want %s", aws.ToString(head.ETag), err, want)
	}
}

// wantNothingHeld checks that no memory, upload or temporary file is left over.
func (f *fixture) wantNothingHeld(room int64) {
	f.Helper()
	if left := f.server.store.held.left.Load(); left != room {
		f.Errorf("room for %d bytes, want %d", left, room)
	}
	for _, dir := range []string{f.server.store.layout.uploads(), f.server.store.layout.tmp()} {
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			f.Errorf("left over: %v", left)
		}
	}
}

// TestPartsRace sends short and long parts of one upload at once, so that it
// goes to the disk in the middle of it.
func TestPartsRace(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}, MinPartSize: 1})
	m := begin(t, f.s3, "k")
	parts, bodies := make([]types.CompletedPart, 24), make([]sentPart, 24)
	var all sync.WaitGroup
	for i := range parts {
		all.Go(func() {
			bodies[i] = sentPart{int32(i + 1), strings.Repeat(string(rune('a'+i)), 1+i%8/7*maxHeldBody)}
			parts[i] = m.part(bodies[i].number, bodies[i].body)
		})
	}
	all.Wait()
	wantCode(t, "complete", m.complete(parts...), "")
	f.wantObject("k", bodies)
	f.wantNothingHeld(maxHeld)
}

func TestFailedBodiesAreDropped(t *testing.T) {
	f := start(t, Settings{Buckets: []string{"bucket"}})
	m := begin(t, f.s3, "k")
	part := "/bucket/k?partNumber=1&uploadId=" + *m.id
	cases := []struct {
		name, path, body, header string
		status                   int
	}{
		{"wrong digest, short", "/bucket/k", "hallo", "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==", 400},
		{"wrong digest, long", "/bucket/k", strings.Repeat("x", maxHeldBody+1), "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==", 400},
		{"wrong digest, part", part, "hallo", "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==", 400},
		{"no such object", "/bucket/k", "x", `If-Match: "0"`, 404},
		{"no such upload", "/bucket/k?partNumber=1&uploadId=none", "x", "X-None: 1", 404},
		{"no such part", "/bucket/k?partNumber=0&uploadId=" + *m.id, "x", "X-None: 1", 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if resp, body := f.raw("PUT", c.path, c.body, c.header); resp.StatusCode != c.status {
				t.Errorf("%d %s, want %d", resp.StatusCode, body, c.status)
			}
			f.wantNothingHeld(maxHeld)
		})
	}
	if got := m.listed(); got != "" {
		t.Errorf("parts %q", got)
	}
	m.part(1, "held")
	wantCode(t, "delete the bucket", f.server.store.deleteBucket("bucket"), "")
	f.wantNothingHeld(maxHeld)
}
