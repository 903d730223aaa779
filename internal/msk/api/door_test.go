package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signing says how a request is signed; the zero value means as it should be.
type signing struct {
	key, secret, region, service string
	at                           time.Time
	body                         string
	presign                      bool
	announce                     string
}

func (s signing) sign(t *testing.T, r *http.Request, body string) {
	t.Helper()
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	if s.at.IsZero() {
		s.at = time.Now()
	}
	if s.announce != "" {
		r.Header.Set("X-Amz-Content-Sha256", s.announce)
	}
	sum := sha256.Sum256([]byte(or(s.body, body)))
	payload := or(s.announce, hex.EncodeToString(sum[:]))
	keys := aws.Credentials{AccessKeyID: or(s.key, accessKey), SecretAccessKey: or(s.secret, secretKey)}
	service, region := or(s.service, "kafkaconnect"), or(s.region, "us-east-1")
	if !s.presign {
		if err := v4.NewSigner().SignHTTP(t.Context(), keys, r, payload, service, region, s.at); err != nil {
			t.Fatal(err)
		}
		return
	}
	query := r.URL.Query()
	query.Set("X-Amz-Expires", "600")
	r.URL.RawQuery = query.Encode()
	signed, _, err := v4.NewSigner().PresignHTTP(t.Context(), keys, r, payload, service, region, s.at)
	if err != nil {
		t.Fatal(err)
	}
	if r.URL, err = r.URL.Parse(signed); err != nil {
		t.Fatal(err)
	}
}

func TestSignatures(t *testing.T) {
	s := newServer(t, Options{Secrets: secrets(), Region: "us-east-1"})
	const list, create = "GET /v1/connectors?maxResults=5&connectorNamePrefix=a%20b%2F", "POST /v1/worker-configurations"
	const describe = "GET /v1/connectors/arn%3Aaws%3Akafkaconnect%3Aus-east-1%3A1%3Aconnector%2Fc%2Fi/operations"
	const body = `{}`
	empty := sha256.Sum256(nil)
	for _, c := range []struct {
		name, request, body string
		how                 signing
		after               func(*http.Request)
		status              int
		kind, message       string
	}{
		{"right", list, "", signing{}, nil, 200, "", ""},
		{"right, with ARN", describe, "", signing{}, nil, 404, "NotFoundException", "not found"},
		{"right, with raw ARN", "GET /v1/connectors/arn:aws:kafkaconnect:us-east-1:1:connector/c/i", "", signing{}, nil, 404, "NotFoundException", "not found"},
		{"right, with repeated keys", "DELETE /v1/tags/arn%3Aaws%3Akafkaconnect%3Aus-east-1%3A1%3Aconnector%2Fc%2Fi?tagKeys=b&tagKeys=a%20c", "", signing{}, nil, 404, "NotFoundException", "not found"},
		{"right, with body", create, body, signing{}, nil, 400, "BadRequestException", "name must have"},
		{"right, announced", list, "", signing{announce: hex.EncodeToString(empty[:])}, nil, 200, "", ""},
		{"unknown path", "GET /v2", "", signing{}, nil, 404, "UnknownOperationException", "no operation"},
		{"10 minutes late", list, "", signing{at: time.Now().Add(-10 * time.Minute)}, nil, 200, "", ""},
		{"20 minutes late", list, "", signing{at: time.Now().Add(-20 * time.Minute)}, nil, 403, "InvalidSignatureException", "clocks differ"},
		{"20 minutes early", list, "", signing{at: time.Now().Add(20 * time.Minute)}, nil, 403, "InvalidSignatureException", "clocks differ"},
		{"other secret", list, "", signing{secret: "x"}, nil, 403, "InvalidSignatureException", "not that of this request"},
		{"unknown key", list, "", signing{key: "x"}, nil, 403, "UnrecognizedClientException", "not known"},
		{"other region", list, "", signing{region: "eu-west-1"}, nil, 403, "InvalidSignatureException", "for the region eu-west-1, not us-east-1"},
		{"other service", list, "", signing{service: "kafka"}, nil, 403, "IncompleteSignatureException", "not \\\"kafkaconnect\\\""},
		{"other body", create, body, signing{body: "{ }"}, nil, 403, "InvalidSignatureException", "not that of this request"},
		{"body not announced", create, body, signing{announce: hex.EncodeToString(empty[:])}, nil, 403, "InvalidSignatureException", "not the SHA-256 of the body"},
		{"body not signed", create, body, signing{announce: "UNSIGNED-PAYLOAD"}, nil, 403, "InvalidSignatureException", "not the SHA-256 of the body"},
		{"presigned", list, "", signing{presign: true}, nil, 403, "MissingAuthenticationTokenException", "not signed in its Authorization header"},
		{"other method", list, "", signing{}, func(r *http.Request) { r.Method = "DELETE" }, 403, "InvalidSignatureException", "not that of this request"},
		{"other path", list, "", signing{}, func(r *http.Request) { r.URL.Path = "/v1/custom-plugins" }, 403, "InvalidSignatureException", "not that of this request"},
		{"other query", list, "", signing{}, func(r *http.Request) { r.URL.RawQuery = "" }, 403, "InvalidSignatureException", "not that of this request"},
		{"signed header changed", list, "", signing{}, func(r *http.Request) { r.Header.Set("X-Amz-Date", "20200101T000000Z") }, 403, "IncompleteSignatureException", "date of the scope"},
		{"not signed", list, "", signing{}, func(r *http.Request) { r.Header.Del("Authorization") }, 403, "MissingAuthenticationTokenException", "not signed"},
		{"other scheme", list, "", signing{}, func(r *http.Request) { r.Header.Set("Authorization", "Basic eDp5") }, 403, "IncompleteSignatureException", "algorithm is not"},
		{"truncated", list, "", signing{}, func(r *http.Request) {
			r.Header.Set("Authorization", strings.Split(r.Header.Get("Authorization"), ", Signature")[0])
		}, 403, "IncompleteSignatureException", "incomplete"},
		{"two headers", list, "", signing{}, func(r *http.Request) { r.Header.Add("Authorization", "AWS4-HMAC-SHA256 x") }, 403, "IncompleteSignatureException", "more than one Authorization"},
		{"signed twice", list, "", signing{}, func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Algorithm=AWS4-HMAC-SHA256" }, 403, "IncompleteSignatureException", "header only"},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewReader([]byte(c.body)))
		if err != nil {
			t.Fatal(err)
		}
		c.how.sign(t, r, c.body)
		if c.after != nil {
			c.after(r)
		}
		if got := do(t, r); got.status != c.status || got.kind != c.kind || !strings.Contains(got.body, c.message) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestUnsigned(t *testing.T) {
	open, mixed := newServer(t, Options{}), newServer(t, Options{Secrets: secrets(), AllowUnsigned: true})
	const create, list = "POST /v1/worker-configurations", "GET /v1/connectors"
	for _, c := range []struct {
		name    string
		server  *server
		request string
		headers []string
		status  int
		kind    string
	}{
		{"nothing is checked", open, list, nil, 200, ""},
		{"nothing is checked, signed", open, list, []string{"Authorization", "AWS4-HMAC-SHA256 x"}, 200, ""},
		{"unsigned", mixed, list, nil, 200, ""},
		{"badly signed", mixed, list, []string{"Authorization", "AWS4-HMAC-SHA256 x"}, 403, "IncompleteSignatureException"},
		{"badly presigned", mixed, list + "?X-Amz-Algorithm=x", nil, 403, "MissingAuthenticationTokenException"},
		{"from a page elsewhere", open, create, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://example.com"}, 403, "AccessDeniedException"},
		{"from a page elsewhere, unsigned", mixed, create, []string{"Origin", "https://example.com"}, 403, "AccessDeniedException"},
		{"from a page on this machine", open, create, []string{"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:3000"}, 400, "BadRequestException"},
		{"from a page whose name is like that", open, create, []string{"Sec-Fetch-Site", "cross-site", "Origin", "http://localhost.example.com"}, 403, "AccessDeniedException"},
		{"from no page that one knows", open, create, []string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, 403, "AccessDeniedException"},
		{"from our page", open, create, []string{"Sec-Fetch-Site", "same-origin"}, 400, "BadRequestException"},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		if got := c.server.send(t, method, path, "", c.headers...); got.status != c.status || got.kind != c.kind {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestIdentity(t *testing.T) {
	const form = "Action=GetCallerIdentity&Version=2011-06-15"
	const want = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>`
	s := newServer(t, Options{Secrets: secrets(), Account: "123456789012", Region: "eu-west-1"})
	for service, status := range map[string]int{"sts": 200, "kafkaconnect": 403} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/", strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		signing{service: service}.sign(t, r, form)
		got := do(t, r)
		if got.status != status || status == 200 && (!strings.HasPrefix(got.body, want) || got.contentType != "text/xml") {
			t.Errorf("%s: %+v", service, got)
		}
	}
	open := newServer(t, Options{})
	if got := open.send(t, "POST", "/", "Action=AssumeRole"); got.status != 404 || got.kind != "UnknownOperationException" {
		t.Errorf("%+v", got)
	}
}
