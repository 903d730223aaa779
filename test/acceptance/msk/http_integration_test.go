//go:build integration

package msk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// request is one that no SDK would send like that. What is empty is as it should be.
type request struct {
	line   string // method and path
	body   string
	header []string // names and values
	sign   signature
	after  func(*http.Request) // changes what has been signed
}

// signature says how a request is signed.
type signature struct {
	none                         bool
	key, secret, region, service string
	late                         time.Duration
}

// reply is the answer to a request.
type reply struct {
	status  int
	kind    string // x-amzn-ErrorType
	message string // of an exception
	body    string
	header  http.Header
}

func (p *plane) send(t testing.TB, q request) reply {
	t.Helper()
	r := p.compose(t, q)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("%s: %v", q.line, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s: %v", q.line, err)
	}
	got := reply{status: answer.StatusCode, kind: answer.Header.Get("X-Amzn-Errortype"), body: string(text), header: answer.Header}
	var exception struct{ Message string }
	if got.status >= http.StatusBadRequest && json.Unmarshal(text, &exception) == nil {
		got.message = exception.Message
	}
	return got
}

func (p *plane) compose(t testing.TB, q request) *http.Request {
	t.Helper()
	method, path, _ := strings.Cut(q.line, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, p.url+path, bytes.NewReader([]byte(q.body)))
	if err != nil {
		t.Fatal(err)
	}
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(q.header); i += 2 {
		r.Header.Set(q.header[i], q.header[i+1])
	}
	if !q.sign.none {
		q.sign.apply(t, r, q.body)
	}
	if q.after != nil {
		q.after(r)
	}
	return r
}

func (s signature) apply(t testing.TB, r *http.Request, body string) {
	t.Helper()
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	sum := sha256.Sum256([]byte(body))
	keys := aws.Credentials{AccessKeyID: or(s.key, accessKey), SecretAccessKey: or(s.secret, secretKey)}
	err := v4.NewSigner().SignHTTP(t.Context(), keys, r, hex.EncodeToString(sum[:]), or(s.service, "kafkaconnect"), or(s.region, region), time.Now().Add(-s.late))
	if err != nil {
		t.Fatal(err)
	}
}

// get returns what JSON is at a path.
func get[T any](t testing.TB, p *plane, path string) T {
	t.Helper()
	return decode[T](t, p.send(t, request{line: "GET " + path}))
}

func decode[T any](t testing.TB, got reply) (value T) {
	t.Helper()
	if got.status != http.StatusOK {
		t.Fatalf("%d %s %s", got.status, got.kind, got.body)
	}
	if err := json.Unmarshal([]byte(got.body), &value); err != nil {
		t.Fatalf("%v in %s", err, got.body)
	}
	return value
}

// at returns the path of a resource, and of something of it.
func at(kind string, arn *string, more ...string) string {
	return "/v1/" + strings.Join(append([]string{kind, url.QueryEscape(*arn)}, more...), "/")
}
