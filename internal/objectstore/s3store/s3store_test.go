package s3store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/objectstore"
)

// answers is a store that gives the same answer to everything, and remembers what
// it was asked.
type answers struct {
	status int
	body   string
	err    error
	asked  []*http.Request
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked = append(a.asked, r)
	if a.err != nil {
		return nil, a.err
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"X-Amz-Request-Id": {"ID"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body)),
	}, nil
}

func settings(a *answers) Settings {
	return Settings{
		Bucket: "bucket", Region: "eu-west-1", Endpoint: "store.example", PathStyle: true, Attempts: 3, Backoff: time.Second,
		UserAgent: "KafkaS3Connector/1", Transport: a, Credentials: Credentials{Kind: Static, ID: "STATIC", Secret: "secret"},
	}
}

// environment makes sure that only what a test sets is found.
func environment(t *testing.T, values map[string]string) {
	t.Helper()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_CA_BUNDLE"} {
		if _, ok := os.LookupEnv(name); ok {
			t.Setenv(name, "")
		}
	}
	file := filepath.Join(t.TempDir(), "credentials")
	text := "[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n[other]\naws_access_key_id=OTHER\naws_secret_access_key=s\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
	t.Setenv("AWS_CONFIG_FILE", file+".none")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for name, value := range values {
		t.Setenv(name, value)
	}
}

func TestCredentials(t *testing.T) {
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "ENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "s"}
	for _, c := range []struct {
		name        string
		credentials Credentials
		environment map[string]string
		want        string
	}{
		{"static", Credentials{Kind: Static, ID: "STATIC", Secret: "s"}, keys, "STATIC"},
		{"default: environment", Credentials{}, keys, "ENVIRONMENT"},
		{"default: profile", Credentials{}, nil, "DEFAULT"},
		{"default: named profile", Credentials{}, map[string]string{"AWS_PROFILE": "other"}, "OTHER"},
		{"environment", Credentials{Kind: Environment}, keys, "ENVIRONMENT"},
		{"profile", Credentials{Kind: Profile}, keys, "DEFAULT"},
		{"anonymous", Credentials{Kind: Anonymous}, keys, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			environment(t, c.environment)
			a := &answers{status: 200}
			s := settings(a)
			s.Credentials = c.credentials
			b, err := Open(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			b.Close()
			header := a.asked[0].Header.Get("Authorization")
			_, rest, _ := strings.Cut(header, "Credential=")
			if id, _, _ := strings.Cut(rest, "/"); id != c.want {
				t.Errorf("signed by %q, want %q", id, c.want)
			}
		})
	}
}

func TestWebIdentityNeedsItsEnvironment(t *testing.T) {
	environment(t, nil)
	s := settings(&answers{status: 200})
	s.Credentials = Credentials{Kind: WebIdentity}
	if _, err := Open(t.Context(), s); err == nil || !strings.Contains(err.Error(), "AWS_WEB_IDENTITY_TOKEN_FILE") {
		t.Errorf("error %v", err)
	}
}

func TestEndpoint(t *testing.T) {
	for _, c := range []struct {
		endpoint, variable string
		pathStyle, wan     bool
		want               string
	}{
		{"", "", true, false, "https://s3.eu-west-1.amazonaws.com/bucket"},
		{"", "", false, false, "https://bucket.s3.eu-west-1.amazonaws.com/"},
		{"", "", false, true, "https://bucket.s3-accelerate.amazonaws.com/"},
		{"", "http://minio:9000", true, false, "http://minio:9000/bucket"},
		{"store.example:99", "http://minio:9000", true, false, "https://store.example:99/bucket"},
		{"http://store.example", "", false, false, "http://bucket.store.example/"},
	} {
		environment(t, map[string]string{"AWS_ENDPOINT_URL_S3": c.variable})
		a := &answers{status: 200}
		s := settings(a)
		s.Endpoint, s.PathStyle, s.Accelerate = c.endpoint, c.pathStyle, c.wan
		if _, err := Open(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got := a.asked[0].URL.String(); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
		if agent := a.asked[0].UserAgent(); !strings.Contains(agent, "KafkaS3Connector/1") {
			t.Errorf("user agent %s", agent)
		}
	}
}

func TestOpen(t *testing.T) {
	environment(t, nil)
	for _, c := range []struct {
		status int
		want   string
		asked  int
	}{
		{200, "", 1},
		{301, "", 1},
		{403, "", 1},
		{404, "Non-existent S3 bucket: bucket", 1},
		{503, "software.amazon.awssdk.services.s3.model.S3Exception: Service Unavailable (Service: S3, Status Code: 503, Request ID: ID)", 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := &answers{status: c.status}
			_, err := Open(t.Context(), settings(a))
			if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want || len(a.asked) != c.asked {
				t.Errorf("%d: error %v after %d requests", c.status, err, len(a.asked))
			}
		})
	}
}

func TestPassing(t *testing.T) {
	environment(t, nil)
	for _, c := range []struct {
		status  int
		code    string
		network error
		passing bool
		asked   int
	}{
		{500, "InternalError", nil, true, 3},
		{502, "", nil, true, 3},
		{503, "SlowDown", nil, true, 3},
		{429, "TooMany", nil, true, 3},
		{400, "ThrottlingException", nil, true, 3},
		{403, "RequestTimeTooSkewed", nil, true, 3},
		{0, "", errors.New("connection reset"), true, 3},
		{400, "RequestTimeout", nil, false, 3},
		{400, "InvalidRequest", nil, false, 1},
		{403, "AccessDenied", nil, false, 1},
		{404, "NoSuchUpload", nil, false, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := &answers{status: 200}
			b, err := Open(t.Context(), settings(a))
			if err != nil {
				t.Fatal(err)
			}
			*a = answers{status: c.status, err: c.network, body: "<Error><Code>" + c.code + "</Code><Message>m</Message></Error>"}
			_, err = b.Create(t.Context(), "key")
			if err == nil || connect.IsRetriable(err) != c.passing || len(a.asked) != c.asked {
				t.Errorf("%d %s: %v after %d requests", c.status, c.code, err, len(a.asked))
			}
		})
	}
}

func TestCanceled(t *testing.T) {
	environment(t, nil)
	a := &answers{status: 200}
	b, err := Open(t.Context(), settings(a))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Create(ctx, "key"); !errors.Is(err, context.Canceled) || connect.IsRetriable(err) {
		t.Errorf("error %v", err)
	}
}

func TestExists(t *testing.T) {
	environment(t, nil)
	for status, want := range map[int]error{
		http.StatusPreconditionFailed: objectstore.ErrExists,
		http.StatusConflict:           nil,
	} {
		a := &answers{status: 200}
		b, err := Open(t.Context(), settings(a))
		if err != nil {
			t.Fatal(err)
		}
		*a = answers{status: status, body: "<Error><Code>X</Code></Error>"}
		err = b.Complete(t.Context(), objectstore.Upload{Key: "k", ID: "i"}, []string{"t"}, true)
		if errors.Is(err, objectstore.ErrExists) != (want != nil) {
			t.Errorf("%d: %v", status, err)
		}
	}
}
