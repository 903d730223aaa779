package devs3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// fixture is a server over loopback and a client of the AWS SDK.
type fixture struct {
	*testing.T
	server *Server
	url    string
	s3     *s3.Client
}

func start(t *testing.T, settings Settings) *fixture {
	t.Helper()
	if settings.Dir == "" {
		settings.Dir = t.TempDir()
	}
	server, err := New(settings)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(server)
	t.Cleanup(func() {
		front.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{t, server, front.URL, client(front.URL)}
}

func client(url string, options ...func(*s3.Options)) *s3.Client {
	return clientAs(url, "key", "secret", options...)
}

func clientAs(url, key, secret string, options ...func(*s3.Options)) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: &url, Region: "us-east-1", UsePathStyle: true, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	}, options...)
}

func (f *fixture) put(key, body string) {
	f.Helper()
	_, err := f.s3.PutObject(f.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: &key, Body: strings.NewReader(body)})
	if err != nil {
		f.Fatalf("put %q: %v", key, err)
	}
}

func (f *fixture) get(key string) string {
	f.Helper()
	out, err := f.s3.GetObject(f.Context(), &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: &key})
	if err != nil {
		f.Fatalf("get %q: %v", key, err)
	}
	body, err := io.ReadAll(out.Body)
	if err != nil {
		f.Fatalf("read %q: %v", key, err)
	}
	return string(body)
}

func (f *fixture) keys() string {
	f.Helper()
	var all []string
	pages := s3.NewListObjectsV2Paginator(f.s3, &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), MaxKeys: aws.Int32(3)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(f.Context())
		if err != nil {
			f.Fatal(err)
		}
		for _, o := range page.Contents {
			all = append(all, *o.Key)
		}
	}
	return strings.Join(all, " ")
}

// code returns the S3 error code, or "" for success.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func wantCode(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := code(err); got != want {
		t.Errorf("%s: code %q, want %q", what, got, want)
	}
}

// raw sends one plain request; header lines are "Name: value".
func (f *fixture) raw(method, path, body string, header ...string) (*http.Response, string) {
	f.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(f.Context()), method, f.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		f.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		f.Fatal(err)
	}
	return resp, string(answer)
}
