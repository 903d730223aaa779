//go:build integration

package msk

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// wireCase is a request and how it must be answered.
type wireCase struct {
	name    string
	request request
	status  int
	kind    string
	message string // part of it
}

const (
	listPath      = "GET /v1/connectors"
	configureLine = "POST /v1/worker-configurations"
	incomplete    = "IncompleteSignatureException"
	invalid       = "InvalidSignatureException"
	unknown       = "UnknownOperationException"
)

// TestWire sends what clients with mistakes, and people, send.
func TestWire(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	s := &stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}
	arn := s.newWorkerConfiguration("wire", converters).WorkerConfigurationArn
	for _, c := range append(signatureCases(), routeCases(arn)...) {
		t.Run(c.name, func(t *testing.T) {
			got := p.send(t, c.request)
			if got.status != c.status || got.kind != c.kind || !strings.Contains(got.message, c.message) || c.kind != "" && got.message == "" {
				t.Errorf("%d %s %s, want %d %s with %q", got.status, got.kind, got.body, c.status, c.kind, c.message)
			}
			isFromAWS(t, got)
		})
	}
}

// isFromAWS checks what all answers have.
func isFromAWS(t *testing.T, got reply) {
	t.Helper()
	if id := got.header.Get("X-Amzn-Requestid"); !regexp.MustCompile("^" + uuid + "$").MatchString(id) {
		t.Errorf("request id %q", id)
	}
	if kind := got.header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("Content-Type %q", kind)
	}
	if at, err := http.ParseTime(got.header.Get("Date")); err != nil || time.Since(at).Abs() > 10*time.Minute {
		t.Errorf("Date %q", got.header.Get("Date"))
	}
}

func signatureCases() []wireCase {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	list := func(s signature, after func(*http.Request)) request {
		return request{line: listPath, sign: s, after: after}
	}
	return []wireCase{
		{"right", list(signature{}, nil), 200, "", ""},
		{"a clock that is late", list(signature{late: 14 * time.Minute}, nil), 200, "", ""},
		{"a clock that is too late", list(signature{late: 16 * time.Minute}, nil), 403, invalid, ""},
		{"a clock that is too early", list(signature{late: -16 * time.Minute}, nil), 403, invalid, ""},
		{"yesterday", list(signature{late: 24 * time.Hour}, nil), 403, invalid, ""},
		{"not signed", list(signature{none: true}, nil), 403, "MissingAuthenticationTokenException", ""},
		{"wrong secret", list(signature{secret: "other"}, nil), 403, invalid, ""},
		{"wrong key", list(signature{key: "AKIDOTHER"}, nil), 403, "UnrecognizedClientException", ""},
		{"wrong region", list(signature{region: "us-east-1"}, nil), 403, invalid, "us-east-1"},
		{"wrong service", list(signature{service: "kafka"}, nil), 403, incomplete, "kafka"},
		{"wrong signature", list(signature{}, func(r *http.Request) {
			r.Header.Set("Authorization", regexp.MustCompile(`Signature=\w{8}`).ReplaceAllString(r.Header.Get("Authorization"), "Signature=00000000"))
		}), 403, invalid, ""},
		{"no date", list(signature{}, func(r *http.Request) { r.Header.Del("X-Amz-Date") }), 403, incomplete, "date"},
		{"a date that is none", list(signature{}, header("X-Amz-Date", "today")), 403, incomplete, "date"},
		{"another date than that of the scope", list(signature{}, header("X-Amz-Date", "20200101T000000Z")), 403, incomplete, ""},
		{"another scheme", list(signature{}, header("Authorization", "Basic eDp5")), 403, incomplete, ""},
		{"a header of one word", list(signature{}, header("Authorization", "AWS4-HMAC-SHA256")), 403, incomplete, ""},
		{"another query than signed", list(signature{}, func(r *http.Request) { r.URL.RawQuery = "maxResults=1" }), 403, invalid, ""},
		{"another body than signed", request{line: configureLine, body: `{}`, after: func(r *http.Request) {
			r.Body, r.GetBody = io.NopCloser(strings.NewReader(`[]`)), nil
		}}, 403, invalid, ""},
		{"signature in the query", request{line: listPath + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00", sign: signature{none: true}}, 403, "MissingAuthenticationTokenException", ""},
	}
}

func routeCases(arn *string) []wireCase {
	configure := func(body string) request { return request{line: configureLine, body: body} }
	line := func(line string) request { return request{line: line} }
	const good = `{"name":"typed","propertiesFileContent":"a2V5LmNvbnZlcnRlcj1hCnZhbHVlLmNvbnZlcnRlcj1i"}`
	return []wireCase{
		{"unknown path", line("GET /v1/clusters"), 404, unknown, "GET"},
		{"unknown version", line("GET /v2/connectors"), 404, unknown, ""},
		{"no path", line("GET /"), 404, unknown, ""},
		{"unknown method", line("PATCH /v1/connectors"), 404, unknown, "PATCH"},
		{"method of another path", line("DELETE /v1/connectors"), 404, unknown, ""},
		{"unknown thing of a connector", line("GET " + at("worker-configurations", arn, "restart")), 400, badRequest, ""},
		{"escaped ARN", line("GET " + at("worker-configurations", arn)), 200, "", ""},
		{"ARN with plain slashes", line("GET /v1/worker-configurations/" + *arn), 200, "", ""},
		{"ARN of another kind", line("GET " + at("connectors", arn)), 404, "NotFoundException", ""},
		{"ARN of another service", line("GET " + at("connectors", aws.String("arn:aws:kafka:eu-west-1:1:cluster/c/i"))), 404, "NotFoundException", ""},
		{"no ARN", line("GET /v1/connectors/orders"), 400, badRequest, ""},
		{"page of 0", line(listPath + "?maxResults=0"), 400, badRequest, "maxResults"},
		{"page of 101", line(listPath + "?maxResults=101"), 400, badRequest, "maxResults"},
		{"page of a word", line(listPath + "?maxResults=all"), 400, badRequest, "maxResults"},
		{"garbage as token", line(listPath + "?nextToken=%F0%28"), 400, badRequest, "nextToken"},
		{"unknown parameter", line(listPath + "?colour=red"), 200, "", ""},
		{"no body", line(configureLine), 400, badRequest, ""},
		{"body that is cut", configure(`{"name":`), 400, badRequest, ""},
		{"body of another type", configure(`[]`), 400, badRequest, ""},
		{"member of another type", configure(`{"name":1,"propertiesFileContent":"YQ=="}`), 400, badRequest, "name"},
		{"unknown member", configure(strings.Replace(good, "{", `{"colour":"red",`, 1)), 200, "", ""},
		{"body that is too large", configure(`{"name":"` + strings.Repeat("n", 2<<20) + `"}`), 400, badRequest, "bytes"},
		// As with Amazon the content type decides nothing: curl sends that of a form.
		{"content type of a form", request{line: configureLine, body: strings.Replace(good, "typed", "form", 1), header: []string{"Content-Type", "application/x-www-form-urlencoded"}}, 200, "", ""},
	}
}

// TestUnsigned lets everybody in, but no page of another origin.
func TestUnsigned(t *testing.T) {
	t.Parallel()
	p := newPlane(t, "--no-auth")
	for _, c := range []wireCase{
		{"not signed", request{line: listPath, sign: signature{none: true}}, 200, "", ""},
		{"badly signed", request{line: listPath, sign: signature{secret: "other"}}, 200, "", ""},
		{"from a page elsewhere", request{
			line: configureLine, body: `{}`, sign: signature{none: true},
			header: []string{"Origin", "https://example.com", "Sec-Fetch-Site", "cross-site"},
		}, 403, "AccessDeniedException", ""},
	} {
		if got := p.send(t, c.request); got.status != c.status || got.kind != c.kind {
			t.Errorf("%s: %d %s %s", c.name, got.status, got.kind, got.body)
		}
	}
}
