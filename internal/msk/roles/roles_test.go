package roles

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/sigv4"
)

func TestParse(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/team/a=b"
	for _, c := range []struct{ name, text, want, problem string }{
		{"none", "# nothing\n\n", "map[]", ""},
		{"profile", role + "\tother one \n", "other one", ""},
		{"keys", "  " + role + " AKID:se/c+r=et", "AKID se/c+r=et", ""},
		{"no source", role, "", "line 1 is not of the form"},
		{"no role", "\narn:aws:iam::1:user/x p", "", "line 2 is not of the form"},
		{"no ARN", "role p", "", "line 1 is not of the form"},
		{"twice", role + " a\n" + role + " b", "", "line 2: " + role + " has a line already"},
		{"no secret", role + " AKID:", "", "line 1: the key ID or the secret is empty"},
	} {
		got, err := Parse([]byte(c.text))
		if c.problem != "" {
			if err == nil || !strings.HasPrefix(err.Error(), c.problem) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		text := fmt.Sprint(got)
		if s, ok := got[role]; ok {
			if text = s.Profile; text == "" {
				text = s.Keys.AccessKeyID + " " + s.Keys.SecretAccessKey
			}
		}
		if err != nil || text != c.want {
			t.Errorf("%s: %s, %v", c.name, text, err)
		}
	}
}

// tokens is an STS that knows one role and one caller.
type tokens struct {
	t       *testing.T
	mu      sync.Mutex
	calls   int
	session string
	lasts   time.Duration
}

const known, unknown = "arn:aws:iam::123456789012:role/known", "arn:aws:iam::123456789012:role/unknown"

func newTokens(t *testing.T) *tokens {
	t.Helper()
	s := &tokens{t: t, lasts: time.Hour}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_STS": server.URL, "AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "envsecret", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "",
	} {
		t.Setenv(name, value)
	}
	return s
}

func (s *tokens) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	sum := sha256.Sum256(body)
	v := &sigv4.Verifier{Service: "sts", Secrets: map[string]string{"ENVKEY": "envsecret"}}
	if signature, err := v.Verify(q, hex.EncodeToString(sum[:])); err != nil || signature.Region != "eu-west-1" {
		s.t.Errorf("signature: %+v, %v", signature, err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") != "AssumeRole" || form.Get("DurationSeconds") != "3600" || form.Has("ExternalId") {
		s.t.Errorf("form %v, %v", form, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.session = form.Get("RoleSessionName")
	w.Header().Set("Content-Type", "text/xml")
	if form.Get("RoleArn") != known {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>`)
		return
	}
	fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>TEMP%d</AccessKeyId><SecretAccessKey>tempsecret</SecretAccessKey><SessionToken>temptoken</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
		s.calls, time.Now().Add(s.lasts).UTC().Format(time.RFC3339))
}

func open(t *testing.T, s Settings) *Roles {
	t.Helper()
	s.Region = "eu-west-1"
	if s.Dir == "" {
		s.Dir = t.TempDir()
	}
	r, err := Open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// asWorker returns the credentials that an AWS client finds in a worker, as ID SECRET
// TOKEN REGION.
func asWorker(t *testing.T, env map[string]string) string {
	t.Helper()
	for name, value := range env {
		t.Setenv(name, value)
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		return "error"
	}
	if left := time.Until(c.Expires); !c.CanExpire || left > lasting || left < renewBefore {
		t.Errorf("the credentials end %s", c.Expires)
	}
	return c.AccessKeyID + " " + c.SecretAccessKey + " " + c.SessionToken + " " + cfg.Region
}

func TestAssumedRole(t *testing.T) {
	s := newTokens(t)
	r := open(t, Settings{Assume: true})
	const fleet = "orders_0a1b-2"
	for range 2 {
		got, err := r.Credentials(t.Context(), known, fleet)
		if err != nil || got != (operate.Credentials{KeyID: "TEMP1", Secret: "tempsecret", Token: "temptoken"}) {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if s.session != "millrace-"+fleet {
		t.Errorf("session %s", s.session)
	}
	_, err := r.Credentials(t.Context(), unknown, fleet)
	var failure *operate.Failure
	if !errors.As(err, &failure) || failure.Code != model.ReasonRoleAccessDenied || !strings.Contains(failure.Message, "AccessDenied: not authorized") {
		t.Errorf("unknown role: %v", err)
	}
	env := r.Env(known, fleet)
	if got := asWorker(t, env); got != "TEMP1 tempsecret temptoken eu-west-1" {
		t.Errorf("in a worker: %s", got)
	}
}

// TestRenewal has credentials that end soon: each question brings newer ones.
func TestRenewal(t *testing.T) {
	s := newTokens(t)
	s.lasts = renewBefore - time.Minute
	r := open(t, Settings{Assume: true})
	for _, want := range []string{"TEMP1", "TEMP2"} {
		if got, err := r.Credentials(t.Context(), known, "f"); err != nil || got.KeyID != want {
			t.Errorf("%s instead of %s, %v", got.KeyID, want, err)
		}
	}
}

func TestListedRole(t *testing.T) {
	s := newTokens(t)
	sources, err := Parse([]byte(known + " LISTED:secret\n"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := open(t, Settings{Dir: dir, Sources: sources})
	if _, err := r.Credentials(t.Context(), unknown, "f"); err == nil || !strings.Contains(err.Error(), "not in the file of roles") {
		t.Errorf("unknown role: %v", err)
	}
	env := r.Env(known, "f")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = open(t, Settings{Dir: dir, Sources: sources})
	if again := r.Env(known, "f"); fmt.Sprint(again) != fmt.Sprint(env) {
		t.Error("workers get another environment from the next control plane")
	}
	if got := asWorker(t, env); got != "LISTED secret  eu-west-1" {
		t.Errorf("in a worker: %s", got)
	}
	if s.calls != 0 {
		t.Errorf("%d calls of STS", s.calls)
	}
}

func TestStrangers(t *testing.T) {
	newTokens(t)
	sources, _ := Parse([]byte(known + " LISTED:secret\n" + unknown + " OTHER:secret\n"))
	r := open(t, Settings{Sources: sources})
	env := r.Env(known, "f")
	at, token := env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
	other := r.Env(unknown, "f")["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
	for _, c := range []struct {
		method, url, token string
		status             int
	}{
		{http.MethodGet, at, token, 200},
		{http.MethodGet, at, "", 403},
		{http.MethodGet, at, token[1:], 403},
		{http.MethodGet, other, token, 403},
		{http.MethodGet, r.Env(known, "g")["AWS_CONTAINER_CREDENTIALS_FULL_URI"], token, 403},
		{http.MethodPost, at, token, 404},
		{http.MethodGet, strings.Replace(at, "/role/", "/", 1), token, 404},
	} {
		q, _ := http.NewRequestWithContext(t.Context(), c.method, c.url, nil)
		q.Header.Set("Authorization", c.token)
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != c.status || strings.Contains(string(body), "secret") != (c.status == 200) {
			t.Errorf("%s %s: %d %s", c.method, c.url, resp.StatusCode, body)
		}
	}
}
