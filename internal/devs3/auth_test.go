package devs3

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/millrace/millrace/internal/sigv4"
)

func TestSignedRequests(t *testing.T) {
	verify := &sigv4.Verifier{Service: "s3", Secrets: map[string]string{"key": "secret"}}
	f := start(t, Settings{Buckets: []string{"bucket"}, Authenticate: func(r *http.Request) (ChunkCheck, error) {
		signature, err := verify.Verify(r, "")
		if err != nil {
			return nil, err
		}
		return signature.Chunk, nil
	}})
	f.put("a b/ü+*'()!", "body")
	if got := f.get("a b/ü+*'()!"); got != "body" {
		t.Error(got)
	}
	url, err := s3.NewPresignClient(f.s3).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("a b/ü+*'()!")}, s3.WithPresignExpires(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	resp, body := f.raw("GET", strings.TrimPrefix(url.URL, f.url), "")
	if resp.StatusCode != 200 || body != "body" {
		t.Errorf("presigned: %d %s", resp.StatusCode, body)
	}
	resp, body = f.raw("GET", "/bucket/a", "")
	if resp.StatusCode != 403 || !strings.Contains(body, "AccessDenied") {
		t.Errorf("not signed: %d %s", resp.StatusCode, body)
	}
	other := clientAs(f.url, "key", "wrong")
	_, err = other.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("bucket")})
	wantCode(t, "wrong secret", err, "SignatureDoesNotMatch")
}
