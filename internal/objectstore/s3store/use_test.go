package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// counter answers requests of S3 by what they ask for, and notes them.
type counter struct {
	answers map[string]counterAnswer
	asked   []string
}

type counterAnswer struct {
	status       int
	code, region string
	body         string
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	what := r.Method + " " + r.URL.Path
	for _, part := range []string{"uploads", "uploadId", "list-type"} {
		if r.URL.Query().Has(part) {
			what += "?" + part
		}
	}
	c.asked = append(c.asked, what)
	a := c.answers[what]
	if a.status >= 300 && r.Method != http.MethodHead {
		a.body = fmt.Sprintf("<Error><Code>%s</Code><Message>why</Message></Error>", a.code)
	}
	h := http.Header{"X-Amz-Bucket-Region": {a.region}}
	return &http.Response{StatusCode: max(a.status, 200), Header: h, Request: r, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

const (
	begin = "POST /b/t/x?uploads"
	abort = "DELETE /b/t/x?uploadId"
	list  = "GET /b?list-type"
	head  = "HEAD /b/t/2.json"
)

func good() map[string]counterAnswer {
	return map[string]counterAnswer{
		begin: {body: "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"},
		list:  {body: "<ListBucketResult><Contents><Key>t/1</Key></Contents><Contents><Key>t/2.json</Key></Contents></ListBucketResult>"},
	}
}

// TestLook looks at a store that answers one request in another way.
func TestLook(t *testing.T) {
	writer := Use{Name: "t/x"}
	guesser := Use{Name: "t/x", Guessed: true}
	reader := Use{Name: "t/", Reads: func(key string) bool { return strings.HasSuffix(key, ".json") }}
	const writes, reads = begin + "," + abort, list + "," + head
	for name, c := range map[string]struct {
		use    Use
		where  string
		answer counterAnswer
		want   Refusal
		other  bool // an error that is no refusal
		asked  string
	}{
		"write":              {use: writer, asked: writes},
		"read":               {use: reader, asked: reads},
		"nothing to read":    {use: reader, where: list, answer: counterAnswer{body: "<ListBucketResult></ListBucketResult>"}, asked: list},
		"no bucket":          {use: writer, where: begin, answer: counterAnswer{404, "NoSuchBucket", "", ""}, want: Refusal{Reason: Missing, Said: "NoSuchBucket: why"}},
		"no bucket to read":  {use: reader, where: list, answer: counterAnswer{404, "NoSuchBucket", "", ""}, want: Refusal{Reason: Missing, Said: "NoSuchBucket: why"}},
		"impossible name":    {use: writer, where: begin, answer: counterAnswer{400, "InvalidBucketName", "", ""}, want: Refusal{Reason: Missing, Said: "InvalidBucketName: why"}},
		"moved":              {use: writer, where: begin, answer: counterAnswer{301, "PermanentRedirect", "eu-west-1", ""}, want: Refusal{Reason: Elsewhere, Region: "eu-west-1", Said: "PermanentRedirect: why"}},
		"signed for another": {use: reader, where: list, answer: counterAnswer{400, "AuthorizationHeaderMalformed", "", ""}, want: Refusal{Reason: Elsewhere, Said: "AuthorizationHeaderMalformed: why"}},
		"unknown key":        {use: writer, where: begin, answer: counterAnswer{403, "InvalidAccessKeyId", "", ""}, want: Refusal{Reason: WrongCredentials, Said: "InvalidAccessKeyId: why"}},
		"unknown user":       {use: writer, where: begin, answer: counterAnswer{404, "XAdminUserNotFound", "", ""}, want: Refusal{Reason: WrongCredentials, Said: "XAdminUserNotFound: why"}},
		"guess, unknown key": {use: guesser, where: begin, answer: counterAnswer{403, "InvalidAccessKeyId", "", ""}, want: Refusal{Reason: WrongCredentials, Said: "InvalidAccessKeyId: why"}},
		"expired":            {use: reader, where: list, answer: counterAnswer{400, "ExpiredToken", "", ""}, want: Refusal{Reason: WrongCredentials, Said: "ExpiredToken: why"}},
		"must not write":     {use: writer, where: begin, answer: counterAnswer{403, "AccessDenied", "", ""}, want: Refusal{Reason: Forbidden, Right: "s3:PutObject", Said: "AccessDenied: why"}},
		"guess refused":      {use: guesser, where: begin, answer: counterAnswer{403, "AccessDenied", "", ""}, other: true},
		"must not abort":     {use: writer, where: abort, answer: counterAnswer{403, "AccessDenied", "", ""}, asked: writes},
		"must not list":      {use: reader, where: list, answer: counterAnswer{403, "AccessDenied", "", ""}, want: Refusal{Reason: Forbidden, Right: "s3:ListBucket", Said: "AccessDenied: why"}},
		"must not get":       {use: reader, where: head, answer: counterAnswer{403, "", "", ""}, want: Refusal{Reason: Forbidden, Right: "s3:GetObject", Said: "Forbidden"}},
		"gone meanwhile":     {use: reader, where: head, answer: counterAnswer{404, "", "", ""}, asked: reads},
		"busy":               {use: writer, where: begin, answer: counterAnswer{503, "SlowDown", "", ""}, other: true, asked: begin + "," + begin},
		"lost otherwise":     {use: writer, where: begin, answer: counterAnswer{404, "NoSuchThing", "", ""}, other: true},
		"no such method":     {use: writer, where: begin, answer: counterAnswer{405, "MethodNotAllowed", "", ""}, other: true},
	} {
		t.Run(name, func(t *testing.T) {
			store := counter{answers: good()}
			if c.where != "" {
				store.answers[c.where] = c.answer
			}
			c.use.Settings = Settings{
				Bucket: "b", Region: "us-west-2", PathStyle: true, Attempts: 100, Backoff: time.Hour, Transport: &store,
				Credentials: Credentials{Kind: Static, ID: "id", Secret: "secret"},
			}
			err := c.use.Look(t.Context())
			requireRefusal(t, err, c.want, c.other)
			if got := strings.Join(store.asked, ","); c.asked != "" && got != c.asked {
				t.Errorf("asked %s, want %s", got, c.asked)
			}
		})
	}
}

func requireRefusal(t *testing.T, err error, want Refusal, other bool) {
	t.Helper()
	var r *Refusal
	switch refused := errors.As(err, &r); {
	case refused != (want.Reason != 0), !refused && (err != nil) != other:
		t.Errorf("%v, want %+v", err, want)
	case refused && (r.Reason != want.Reason || r.Region != want.Region || r.Right != want.Right || !strings.Contains(r.Said, want.Said) || r.Err == nil):
		t.Errorf("%+v\nwant %+v", *r, want)
	}
}

// TestLookNowhere looks where nobody answers as S3 does.
func TestLookNowhere(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	keys := Credentials{Kind: Static, ID: "id", Secret: "secret"}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	gone, giveUp := context.WithCancel(t.Context())
	giveUp()
	for _, c := range []struct {
		endpoint    string
		credentials Credentials
		want        Refusal
	}{
		{"http://127.0.0.1:1", keys, Refusal{Reason: Unreachable, Said: "connection refused"}},
		{"http://no..where", keys, Refusal{Reason: Unreachable, Said: "no..where"}},
		{"http://" + mute.Addr().String(), keys, Refusal{Reason: Unreachable, Said: noAnswer}},
		{strings.TrimPrefix(web.URL, "http://"), keys, Refusal{Reason: Unreachable, Said: "HTTP response to HTTPS client"}},
		{web.URL, keys, Refusal{Reason: Missing}},
		{web.URL, Credentials{Kind: Environment}, Refusal{Reason: NoCredentials}},
		{web.URL, Credentials{Kind: Anonymous}, Refusal{Reason: Missing}},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		u := Use{Name: "x", Settings: Settings{Bucket: "b", Region: "us-west-2", PathStyle: true, Endpoint: c.endpoint, Credentials: c.credentials}}
		requireRefusal(t, u.Look(ctx), c.want, false)
		cancel()
		if err := u.Look(gone); !errors.Is(err, context.Canceled) && c.want.Reason != NoCredentials {
			t.Errorf("given up: %v", err)
		}
	}
}

// TestAmong has credentials of a configuration beside those of a role.
func TestAmong(t *testing.T) {
	own := Credentials{ID: "own", Secret: "s", Token: "t"}
	role := Role{ARN: "r"}
	for _, c := range []struct {
		given, want Credentials
		found       bool
	}{
		{Credentials{}, Credentials{Kind: Static, ID: "own", Secret: "s", Token: "t"}, true},
		{Credentials{Kind: Static, ID: "a", Secret: "b"}, Credentials{Kind: Static, ID: "a", Secret: "b"}, true},
		{Credentials{Kind: AssumeRole, Role: role}, Credentials{Kind: AssumeRole, Role: role, ID: "own", Secret: "s", Token: "t"}, true},
		{Credentials{Kind: AssumeRole, Role: role, ID: "a", Secret: "b"}, Credentials{Kind: AssumeRole, Role: role, ID: "a", Secret: "b"}, true},
		{Credentials{Kind: Profile}, Credentials{Kind: Profile}, false},
		{Credentials{Kind: Environment}, Credentials{Kind: Environment}, false},
		{Credentials{Kind: WebIdentity}, Credentials{Kind: WebIdentity}, false},
		{Credentials{Kind: Instance}, Credentials{Kind: Instance}, true},
		{Credentials{Kind: Anonymous}, Credentials{Kind: Anonymous}, true},
	} {
		if got, found := c.given.Among(own); got != c.want || found != c.found {
			t.Errorf("%+v among those of a role: %+v, %t", c.given, got, found)
		}
	}
}

func TestFirstTopic(t *testing.T) {
	for _, c := range []struct {
		props map[string]string
		topic string
		known bool
	}{
		{map[string]string{"topics": " a , b"}, "a", true},
		{map[string]string{"topics": "a", "transforms": " "}, "a", true},
		{map[string]string{"topics": "a", "transforms": "route"}, "a", false},
		{map[string]string{"topics.regex": "a.*"}, "", false},
	} {
		if topic, known := FirstTopic(c.props); topic != c.topic || known != c.known {
			t.Errorf("%v: %q, %t", c.props, topic, known)
		}
	}
}
