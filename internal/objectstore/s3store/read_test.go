package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/devs3"
)

// served is a server as an http.RoundTripper.
type served struct{ http.Handler }

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	if in.Host = r.URL.Host; in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, in)
	answer := w.Result()
	answer.Request = r
	return answer, nil
}

func devBucket(t *testing.T) *Bucket {
	t.Helper()
	server, err := devs3.New(devs3.Settings{Dir: t.TempDir(), Buckets: []string{"bucket"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	s := settings(nil)
	s.Transport = served{server}
	b, err := Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func put(t *testing.T, b *Bucket, key, content string) {
	t.Helper()
	_, err := b.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: b.name, Key: aws.String(key), Body: strings.NewReader(content)})
	if err != nil {
		t.Fatal(err)
	}
}

func TestList(t *testing.T) {
	b := devBucket(t)
	keys := []string{"a/b+c d%41&ä\x01", "a/z", "b"}
	for i := range 1001 {
		keys = append(keys, fmt.Sprintf("many/%04d", i))
	}
	for i, key := range keys {
		put(t, b, key, strings.Repeat("x", i%10))
	}
	for _, c := range []struct {
		prefix, after string
		want          []string
		more          bool
	}{
		{"a/", "", keys[:2], false},
		{"a/", keys[0], keys[1:2], false},
		{"a/", "b", nil, false},
		{"many/", "", keys[3:1003], true},
		{"many/", keys[1002], keys[1003:], false},
		{"", "", keys[:1000], true},
	} {
		entries, more, err := b.List(t.Context(), c.prefix, c.after)
		var got []string
		for _, e := range entries {
			got = append(got, e.Key)
			if e.Modified.IsZero() || e.Size != int64(slices.Index(keys, e.Key)%10) {
				t.Errorf("%+v", e)
			}
		}
		if err != nil || more != c.more || !slices.Equal(got, c.want) {
			t.Errorf("%q after %q: %d keys, more %t, %v", c.prefix, c.after, len(got), more, err)
		}
	}
}

func TestGet(t *testing.T) {
	b := devBucket(t)
	put(t, b, "a b+c", "content")
	content, err := b.Get(t.Context(), "a b+c")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(content)
	if err := errors.Join(err, content.Close()); err != nil || string(text) != "content" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := b.Get(t.Context(), "none"); !errors.Is(err, ErrNotFound) || connect.IsRetriable(err) || !strings.Contains(err.Error(), "none") {
		t.Errorf("error %v", err)
	}
}

// TestReadErrors: what may pass is marked.
func TestReadErrors(t *testing.T) {
	for _, c := range []struct {
		status int
		passes bool
	}{{403, false}, {503, true}} {
		a := &answers{status: 200}
		s := settings(a)
		s.Attempts = 1
		b, err := Open(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		a.status = c.status
		if _, _, err := b.List(t.Context(), "", ""); err == nil || connect.IsRetriable(err) != c.passes {
			t.Errorf("list: %d: %v", c.status, err)
		}
		if _, err := b.Get(t.Context(), "a"); err == nil || connect.IsRetriable(err) != c.passes {
			t.Errorf("get: %d: %v", c.status, err)
		}
		b.Close()
	}
}

// silent is an answer that stops after a byte until the request is given up.
type silent struct{ *answers }

func (s silent) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.answers.RoundTrip(r)
	if err == nil && r.Method == http.MethodGet {
		answer.ContentLength = 2
		answer.Body = io.NopCloser(io.MultiReader(strings.NewReader("a"), waiting{r.Context()}))
	}
	return answer, err
}

type waiting struct{ ctx context.Context }

func (w waiting) Read([]byte) (int, error) {
	<-w.ctx.Done()
	return 0, w.ctx.Err()
}

// TestSilence: a connection that is dead without a word is given up.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settings(nil)
		s.Transport = silent{&answers{status: 200}}
		b, err := Open(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		content, err := b.Get(t.Context(), "key")
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		text, err := io.ReadAll(content)
		if string(text) != "a" || !connect.IsRetriable(err) || !strings.Contains(err.Error(), "nothing came") || time.Since(begin) != silence {
			t.Errorf("%q after %s, %v", text, time.Since(begin), err)
		}
		if err := content.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestKindOf(t *testing.T) {
	for class, want := range map[string]Kind{
		DefaultProvider: Default,
		"com.amazonaws.auth.DefaultAWSCredentialsProviderChain":                           Default,
		"com.amazonaws.auth.profile.ProfileCredentialsProvider":                           Profile,
		"software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider":              Profile,
		"software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider":  Environment,
		"software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider":      Instance,
		"software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider": WebIdentity,
		"com.amazonaws.auth.WebIdentityTokenCredentialsProvider":                          WebIdentity,
		"software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider":            Anonymous,
		"io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider":                   AssumeRole,
		"com.amazonaws.auth.STSAssumeRoleSessionCredentialsProvider":                      AssumeRole,
	} {
		if got, ok := KindOf(class); got != want || !ok {
			t.Errorf("%s: %d, %t", class, got, ok)
		}
	}
	for _, class := range []string{"", "com.acme.Own", "DefaultCredentialsProvider", "com.amazonaws.auth.Own"} {
		if _, ok := KindOf(class); ok {
			t.Errorf("%s is known", class)
		}
	}
}
