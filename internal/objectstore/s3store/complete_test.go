package s3store

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/objectstore"
)

// scripted gives one answer after the other, and the last one again and again.
type scripted struct {
	answers []scriptedAnswer
	asked   []string
}

type scriptedAnswer struct {
	status int
	body   string
	etag   string
	cut    bool // the body ends before its length
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	a := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	s.asked = append(s.asked, r.Method)
	var body io.Reader = strings.NewReader(a.body)
	if a.cut {
		body = io.MultiReader(body, broken{})
	}
	h := http.Header{"X-Amz-Request-Id": {"ID"}}
	if a.etag != "" {
		h.Set("Etag", `"`+a.etag+`"`)
	}
	return &http.Response{StatusCode: a.status, Header: h, Request: r, Body: io.NopCloser(body)}, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestComplete completes an object of two parts, while answers are lost or wrong.
func TestComplete(t *testing.T) {
	const (
		tag    = "5d41402abc4b2a76b9719d911017c592"
		joined = "2d4d5ab3f63cc34ff4a5bc4a32b44f3c-2"
		done   = `<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>`
		within = `<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>`
	)
	want, ok := joinedTag([]string{`"` + tag + `"`, tag})
	if !ok {
		t.Fatal("the tags are not taken for MD5")
	}
	lost := scriptedAnswer{status: 200, body: done[:20], cut: true}
	gone := scriptedAnswer{status: 404, body: `<Error><Code>NoSuchUpload</Code></Error>`}
	for _, c := range []struct {
		name      string
		onlyNew   bool
		answers   []scriptedAnswer
		fails     bool
		retriable bool
		asked     string
	}{
		{"at once", false, []scriptedAnswer{{status: 200, body: done}}, false, false, "POST"},
		{"an error in an answer of 200", false, []scriptedAnswer{{status: 200, body: within}, {status: 200, body: done}}, false, false, "POST POST"},
		{"only such errors", false, []scriptedAnswer{{status: 200, body: within}}, true, true, "POST POST POST"},
		{"answers end too early", false, []scriptedAnswer{lost}, true, true, "POST POST POST"},
		{"the first answer is lost", false, []scriptedAnswer{lost, gone, {status: 200, etag: want}}, false, false, "POST POST HEAD"},
		{"the first answer is lost, and so is the object", false, []scriptedAnswer{lost, gone, {status: 404}}, true, true, "POST POST HEAD"},
		{"the first answer is lost, another object is there", false, []scriptedAnswer{lost, gone, {status: 200, etag: joined}}, true, true, "POST POST HEAD"},
		{"no upload", false, []scriptedAnswer{gone}, true, false, "POST"},
		{"no bucket", false, []scriptedAnswer{lost, {status: 404, body: `<Error><Code>NoSuchBucket</Code></Error>`}}, true, false, "POST POST"},
		{"the first answer is lost, and the object is not new any more", true, []scriptedAnswer{lost, {status: 412}, {status: 200, etag: want}}, false, false, "POST POST HEAD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &scripted{answers: append([]scriptedAnswer{{status: 200}}, c.answers...)}
				s := settings(&answers{})
				s.Transport = store
				b, err := Open(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				defer b.Close()
				store.asked = nil
				err = b.Complete(t.Context(), objectstore.Upload{Key: "k", ID: "u"}, []string{tag, tag}, c.onlyNew)
				if (err != nil) != c.fails || connect.IsRetriable(err) != c.retriable {
					t.Errorf("error %v, retriable %t", err, connect.IsRetriable(err))
				}
				if got := strings.Join(store.asked, " "); got != c.asked {
					t.Errorf("requests %s, want %s", got, c.asked)
				}
			})
		})
	}
}

func TestJoinedTag(t *testing.T) {
	if _, ok := joinedTag([]string{"5d41402abc4b2a76b9719d911017c592", "opaque"}); ok {
		t.Error("a tag that is no MD5 is taken for one")
	}
	if got, ok := joinedTag([]string{"5d41402abc4b2a76b9719d911017c592"}); !ok || got != "62109206880d38a4010a98e11243924a-1" {
		t.Errorf("tag %s", got)
	}
}
