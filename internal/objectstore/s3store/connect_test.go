package s3store

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/objectstore"
)

// cloud answers as STS and S3 do, and notes requests.
type cloud struct {
	seen   []string
	status int // of S3
}

func (c *cloud) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(raw)
	}
	answer := &http.Response{StatusCode: 200, Header: http.Header{}, Request: r}
	text := `<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>`
	if form, err := url.ParseQuery(body); err == nil && form.Get("Action") == "AssumeRole" {
		c.seen = append(c.seen, fmt.Sprint(r.URL.Host, " ", form.Get("RoleArn"), " ", form.Get("RoleSessionName"), " ", form.Get("DurationSeconds"), " ", form.Get("ExternalId")))
		text = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey>` +
			`<SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
	} else {
		key, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="), "/")
		c.seen = append(c.seen, fmt.Sprint(r.URL.Host, r.URL.Path, " ", key, " ", r.Header.Get("X-Amz-Server-Side-Encryption")))
		answer.StatusCode = max(c.status, 200)
	}
	answer.Body = io.NopCloser(strings.NewReader(text))
	return answer, nil
}

func TestConnect(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "ENVKEY")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	role := Role{ARN: "arn:aws:iam::1:role/r", SessionName: "s", ExternalID: "e"}
	for _, c := range []struct {
		credentials Credentials
		tuning      Tuning
		want        string
	}{
		{Credentials{Kind: Static, ID: "OWNKEY", Secret: "x"}, Tuning{}, "bucket.s3.eu-west-1.amazonaws.com/k OWNKEY "},
		{Credentials{}, Tuning{ServerSide: "aws:kms"}, "bucket.s3.eu-west-1.amazonaws.com/k ENVKEY aws:kms"},
		{
			Credentials{Kind: AssumeRole, Role: role},
			Tuning{Session: 900 * time.Second},
			"sts.eu-west-1.amazonaws.com arn:aws:iam::1:role/r s 900 e,bucket.s3.eu-west-1.amazonaws.com/k ROLEKEY ",
		},
		{
			Credentials{Kind: AssumeRole, Role: role},
			Tuning{STSEndpoint: "sts.example.org", ServerSide: "AES256"},
			"sts.example.org arn:aws:iam::1:role/r s 900 e,bucket.s3.eu-west-1.amazonaws.com/k ROLEKEY AES256",
		},
	} {
		var sky cloud
		b, err := Connect(t.Context(), Settings{Bucket: "bucket", Region: "eu-west-1", Credentials: c.credentials, Attempts: 1, Transport: &sky}, c.tuning)
		if err != nil {
			t.Fatal(err)
		}
		if len(sky.seen) > 0 {
			t.Errorf("requests before the first object: %q", sky.seen)
		}
		id, err := b.Create(t.Context(), "k")
		if got := strings.Join(sky.seen, ","); err != nil || id != "u1" || got != c.want {
			t.Errorf("requests %s, %v\nwant %s", got, err, c.want)
		}
		b.Close()
	}
}

// TestMaxBackoff: pauses stay below the bound, or the test does not end.
func TestMaxBackoff(t *testing.T) {
	sky := cloud{status: 503}
	b, err := Connect(t.Context(), Settings{
		Bucket: "bucket", Region: "eu-west-1", Credentials: Credentials{Kind: Anonymous}, Attempts: 5, Backoff: time.Hour, Transport: &sky,
	}, Tuning{MaxBackoff: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err = b.Complete(ctx, objectstore.Upload{Key: "k", ID: "u"}, []string{"tag"}, false)
	if !connect.IsRetriable(err) || len(sky.seen) != 5 {
		t.Errorf("%d attempts, %v", len(sky.seen), err)
	}
}
