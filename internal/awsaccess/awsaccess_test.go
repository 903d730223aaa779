package awsaccess

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
)

// site answers by the path.
func site(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch q.URL.Path {
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 11))
		case "/elsewhere":
			w.Header().Set("Location", "/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		case "/slow":
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-q.Context().Done()
		default:
			_, _ = io.WriteString(w, "for "+q.Host)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func connect(t *testing.T, s Settings) *Connection {
	t.Helper()
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	s.MaxAnswer = 10
	c, err := Connect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func get(t *testing.T, c *Connection, url string) (status int, body string, err error) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.HTTPClient.Do(q)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

func TestBounds(t *testing.T) {
	s := site(t)
	c := connect(t, Settings{Timeout: 100 * time.Millisecond})
	var large *http.MaxBytesError
	if _, body, err := get(t, c, s.URL+"/large"); !errors.As(err, &large) || large.Limit != 10 || len(body) != 10 {
		t.Errorf("large: %q, %v", body, err)
	}
	if status, _, err := get(t, c, s.URL+"/elsewhere"); status != http.StatusTemporaryRedirect || err != nil {
		t.Errorf("redirect: %d, %v", status, err)
	}
	if _, _, err := get(t, c, s.URL+"/slow"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("slow: %v", err)
	}
}

func TestProxy(t *testing.T) {
	s := site(t)
	address, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, Settings{Proxy: http.ProxyURL(address)})
	if _, body, err := get(t, c, "http://aws"); body != "for aws" || err != nil {
		t.Errorf("%q, %v", body, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }

func TestTransport(t *testing.T) {
	var transport roundTrip = func(q *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(q.Host)), Request: q}, nil
	}
	given := connect(t, Settings{Transport: transport})
	exchanged := connect(t, Settings{})
	exchanged.Network.Transport = transport
	for _, c := range []*Connection{given, exchanged} {
		if _, body, err := get(t, c, "http://no-where"); body != "no-where" || err != nil {
			t.Errorf("%q, %v", body, err)
		}
	}
}

// TestSettings: what is given goes before the environment.
func TestSettings(t *testing.T) {
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/none")
	t.Setenv("AWS_ACCESS_KEY_ID", "env")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
	own := credentials.NewStaticCredentialsProvider("own", "s", "")
	for _, c := range []struct {
		environment string
		settings    Settings
		region, key string
	}{
		{"", Settings{}, "", "env"},
		{"eu-west-1", Settings{}, "eu-west-1", "env"},
		{"eu-west-1", Settings{Region: "eu-west-2", Credentials: own}, "eu-west-2", "own"},
	} {
		t.Setenv("AWS_REGION", c.environment)
		c.settings.Endpoint = "http://x"
		got := connect(t, c.settings)
		found, err := got.Credentials.Retrieve(t.Context())
		if err != nil || got.Region != c.region || found.AccessKeyID != c.key || *got.BaseEndpoint != "http://x" {
			t.Errorf("region %s, key %s, %v", got.Region, found.AccessKeyID, err)
		}
	}
	t.Setenv("AWS_PROFILE", "none")
	if c, err := Connect(t.Context(), Settings{}); err == nil {
		t.Errorf("a profile that is not there: %+v", c)
	}
}
