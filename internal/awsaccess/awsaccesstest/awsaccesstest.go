// Package awsaccesstest is for tests of what calls AWS: an environment with credentials,
// and services in this process.
//
// Floor 0. Connect: none (software.amazon.awssdk.awscore.client, its tests).
package awsaccesstest

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// The credentials of the environment.
const (
	AccessKey = "ENVKEY"
	Secret    = "envsecret"
)

// Environment makes the environment have these credentials and nothing else of AWS, and
// no proxy, until the test ends.
func Environment(t testing.TB) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": AccessKey, "AWS_SECRET_ACCESS_KEY": Secret, "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CA_BUNDLE": "", "AWS_MAX_ATTEMPTS": "", "AWS_RETRY_MODE": "",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_GLUE": "", "AWS_ENDPOINT_URL_S3": "", "AWS_ENDPOINT_URL_SSM": "",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": "", "HTTP_PROXY": "", "HTTPS_PROXY": "",
	} {
		t.Setenv(name, value)
	}
}

// Transport answers requests by a handler, without a network, so that tests in fake time
// can use it. A request that is given up has no answer.
type Transport struct{ Handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (t Transport) RoundTrip(q *http.Request) (*http.Response, error) {
	in := q.Clone(q.Context())
	if in.Host == "" {
		in.Host = q.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out := httptest.NewRecorder()
	t.Handler.ServeHTTP(out, in)
	if err := q.Context().Err(); err != nil {
		return nil, err
	}
	answer := out.Result()
	answer.Request = q
	return answer, nil
}
