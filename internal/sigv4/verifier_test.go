package sigv4

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	accessKey = "AKIAIOSFODNN7EXAMPLE"
	secret    = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func verifier(service string) *Verifier {
	return &Verifier{Service: service, Secrets: map[string]string{accessKey: secret}}
}

func credentials() aws.Credentials {
	return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secret}
}

// received turns a client's request into what a server sees.
func received(t *testing.T, r *http.Request) *http.Request {
	t.Helper()
	var seen *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r }))
	defer server.Close()
	sent := r.Clone(t.Context())
	sent.Host = r.URL.Host
	sent.URL.Host = strings.TrimPrefix(server.URL, "http://")
	if r.GetBody != nil {
		sent.Body, _ = r.GetBody()
	}
	resp, err := http.DefaultClient.Do(sent)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return seen
}

func TestSDKSignatures(t *testing.T) {
	body := `{"a":1}`
	sum := sha256.Sum256([]byte(body))
	payload := hex.EncodeToString(sum[:])
	for _, c := range []struct{ name, service, url string }{
		{"S3", "s3", "http://bucket.example:9000/a/b%20c%2Bd/%C3%BC?list-type=2&prefix=a%2Fb&flag&delimiter="},
		{"S3 with odd slashes", "s3", "http://example/bucket//a/../b"},
		{"ARN in the path", "kafkaconnect", "http://example/v1/connectors/arn%3Aaws%3Akafkaconnect%3Aus-east-1%3A1%3Aconnector%2Fc%2Fid?tagKeys=b&tagKeys=a&x=1+2"},
		{"root", "kafkaconnect", "http://example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := func() *http.Request {
				r, err := http.NewRequestWithContext(t.Context(), "PUT", c.url, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("X-Amz-Meta-Spaces", "  a   b ")
				return r
			}
			signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = c.service == "s3" })
			r := request()
			if err := signer.SignHTTP(t.Context(), credentials(), r, payload, c.service, "eu-west-1", time.Now()); err != nil {
				t.Fatal(err)
			}
			got, err := verifier(c.service).Verify(received(t, r), payload)
			if err != nil {
				t.Fatal(err)
			}
			if got.AccessKey != accessKey || got.Region != "eu-west-1" {
				t.Errorf("signature %+v", got)
			}
			if _, err := verifier(c.service).Verify(received(t, r), hash("other")); code(err) != CodeMismatch {
				t.Errorf("another body: %v", err)
			}
			presigned(t, c.service, request(), signer)
		})
	}
}

func presigned(t *testing.T, service string, r *http.Request, signer *v4.Signer) {
	t.Helper()
	query := r.URL.Query()
	query.Set("X-Amz-Expires", "60")
	r.URL.RawQuery = query.Encode()
	r.Method = "GET"
	r.Body, r.ContentLength = http.NoBody, 0
	payload := hash("")
	if service == s3Service {
		payload = unsigned
	}
	signedURL, header, err := signer.PresignHTTP(t.Context(), credentials(), r, payload, service, "eu-west-1", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	send, err := http.NewRequestWithContext(t.Context(), "GET", signedURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name := range header {
		if name != "Host" {
			send.Header[name] = r.Header[name]
		}
	}
	if _, err := verifier(service).Verify(received(t, send), hash("")); err != nil {
		t.Errorf("presigned: %v", err)
	}
	send.URL.RawQuery = strings.Replace(send.URL.RawQuery, "X-Amz-Expires=60", "X-Amz-Expires=61", 1)
	if _, err := verifier(service).Verify(received(t, send), hash("")); code(err) != CodeMismatch {
		t.Errorf("presigned, changed: %v", err)
	}
}

func code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return ""
}

func TestRefusals(t *testing.T) {
	at := time.Now().UTC()
	good := "AWS4-HMAC-SHA256 Credential=" + accessKey + "/" + at.Format("20060102") + "/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + strings.Repeat("0", 64)
	for _, c := range []struct{ name, authorization, date, query, want string }{
		{"not signed", "", "", "", CodeDenied},
		{"other algorithm", "Basic abc", "", "", CodeMalformed},
		{"nothing in it", "AWS4-HMAC-SHA256 ", "", "", CodeMalformed},
		{"wrong signature", good, at.Format(timeFormat), "", CodeMismatch},
		{"no date", good, "", "", CodeMalformed},
		{"late", good, at.Add(-16 * time.Minute).Format(timeFormat), "", CodeSkewed},
		{"other day", good, at.Add(-48 * time.Hour).Format(timeFormat), "", CodeMalformed},
		{"unknown key", strings.Replace(good, accessKey, "other", 1), at.Format(timeFormat), "", CodeUnknownKey},
		{"other service", strings.Replace(good, "/s3/", "/sqs/", 1), at.Format(timeFormat), "", CodeMalformed},
		{"host not signed", strings.Replace(good, "host;", "", 1), at.Format(timeFormat), "", CodeMalformed},
		{"header signed twice", strings.Replace(good, "host;", "host;a;A;", 1), at.Format(timeFormat), "", CodeMalformed},
		{"presigned without time", "", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256", CodeMalformedParams},
		{"presigned for a year", "", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=31536000", CodeMalformedParams},
		{"presigned long ago", "", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=10&X-Amz-SignedHeaders=host&X-Amz-Date=20130524T000000Z&X-Amz-Credential=" + accessKey + "/20130524/us-east-1/s3/aws4_request&X-Amz-Signature=" + strings.Repeat("0", 64), CodeDenied},
	} {
		r := httptest.NewRequest("GET", "/?"+c.query, nil)
		r.Header.Set("Authorization", c.authorization)
		r.Header.Set("X-Amz-Date", c.date)
		if late := at.Add(-16 * time.Minute); c.name == "late" && late.Day() != at.Day() {
			continue
		}
		if _, err := verifier("s3").Verify(r, hash("")); code(err) != c.want {
			t.Errorf("%s: %v (%s), want %s", c.name, err, code(err), c.want)
		}
	}
}

// TestPublishedChunks checks the example of the Amazon S3 API reference.
func TestPublishedChunks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)))
		r := httptest.NewRequest("PUT", "http://s3.amazonaws.com/examplebucket/chunkObject.txt", nil)
		r.ContentLength = 66824
		for name, value := range map[string]string{
			"X-Amz-Date": "20130524T000000Z", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY", "Content-Encoding": "aws-chunked",
			"X-Amz-Content-Sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "X-Amz-Decoded-Content-Length": "66560",
			"Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
		} {
			r.Header.Set(name, value)
		}
		s, err := verifier("s3").Verify(r, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			size      int
			signature string
		}{
			{65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"},
			{1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"},
			{0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"},
		} {
			sum := sha256.Sum256(bytes.Repeat([]byte("a"), c.size))
			if err := s.Chunk(false, c.signature, sum[:]); err != nil {
				t.Fatalf("chunk of %d: %v", c.size, err)
			}
		}
		if err := s.Chunk(true, "00", make([]byte, 32)); code(err) != CodeMismatch {
			t.Errorf("wrong trailer: %v", err)
		}
	})
}
