package awsproviders

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/awsaccess/awsaccesstest"
	"github.com/millrace/millrace/internal/sigv4"
)

const mediaType = "application/x-amz-json-1.1"

// cloud is the part of AWS that the providers use, in memory and strict: a request that
// AWS would refuse fails the test.
type cloud struct {
	t          testing.TB
	secrets    map[string]any // string, or []byte for binary
	parameters map[string]string
	objects    map[string]string // by bucket/key

	mu     sync.Mutex
	faults []fault // of the next requests
	asked  []string
}

// fault is an answer that says no, or something else.
type fault struct {
	status     int
	code, body string
	hang       bool
	cut        bool // in the middle of the body
}

// start starts a cloud on the loopback, and makes the environment have credentials and
// nothing else of AWS.
func (c *cloud) start(t testing.TB) (url string) {
	t.Helper()
	c.t = t
	environment(t)
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return s.URL
}

func environment(t testing.TB) {
	t.Helper()
	awsaccesstest.Environment(t)
	t.Setenv("AWS_REGION", "eu-west-1")
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		c.t.Errorf("read request: %v", err)
	}
	f := c.next()
	switch {
	case f.hang:
		<-q.Context().Done()
		return
	case f.cut:
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		return
	case f.body != "":
		w.WriteHeader(max(f.status, 200))
		_, _ = io.WriteString(w, f.body)
		return
	}
	switch target := q.Header.Get("X-Amz-Target"); target {
	case "secretsmanager.GetSecretValue":
		c.check(q, "secretsmanager", body)
		c.secret(w, f, body)
	case "AmazonSSM.GetParameter":
		c.check(q, "ssm", body)
		c.parameter(w, f, body)
	case "":
		c.check(q, "s3", body)
		c.object(w, f, q)
	default:
		c.t.Errorf("target %q", target)
	}
}

func (c *cloud) next() (f fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.faults) > 0 {
		f, c.faults = c.faults[0], c.faults[1:]
	}
	return f
}

// check checks what the protocol wants, the signature among it.
func (c *cloud) check(q *http.Request, service string, body []byte) {
	if service != "s3" && (q.Method != http.MethodPost || q.URL.Path != "/" || q.Header.Get("Content-Type") != mediaType) {
		c.t.Errorf("%s %s, content type %q", q.Method, q.URL, q.Header.Get("Content-Type"))
	}
	v := sigv4.Verifier{Service: service, Secrets: map[string]string{awsaccesstest.AccessKey: awsaccesstest.Secret, "OWNKEY": "ownsecret"}}
	sum := sha256.Sum256(body)
	signed, err := v.Verify(q, hex.EncodeToString(sum[:]))
	if err != nil {
		c.t.Errorf("%s: %v", service, err)
		return
	}
	c.note(strings.TrimSpace(strings.Join([]string{service, signed.Region, strings.TrimSuffix(signed.AccessKey, "KEY"), string(body)}, " ")))
}

func (c *cloud) note(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, text)
}

// seen returns what was asked since the last time.
func (c *cloud) seen() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.asked
	c.asked = nil
	return asked
}

func (c *cloud) secret(w http.ResponseWriter, f fault, body []byte) {
	var q struct{ SecretID string }
	c.read(body, &q, "SecretId")
	v, ok := c.secrets[q.SecretID]
	switch {
	case f.code != "":
		refuse(w, f.status, f.code, "no")
		return
	case q.SecretID == "":
		refuse(w, 400, "ValidationException", "secretId must have length greater than or equal to 1")
		return
	case !ok:
		refuse(w, 400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
		return
	}
	answer := map[string]any{"Name": q.SecretID, "VersionId": "v1", "CreatedDate": 1.5e9}
	switch v := v.(type) {
	case string:
		answer["SecretString"] = v
	case []byte:
		answer["SecretBinary"] = base64.StdEncoding.EncodeToString(v)
	}
	reply(w, 200, answer)
}

func (c *cloud) parameter(w http.ResponseWriter, f fault, body []byte) {
	var q struct {
		Name           string
		WithDecryption bool
	}
	c.read(body, &q, "Name", "WithDecryption")
	value, ok := c.parameters[q.Name]
	switch {
	case !q.WithDecryption:
		c.t.Error("a parameter was asked for without decryption")
	case f.code != "":
		refuse(w, f.status, f.code, "no")
	case !ok:
		refuse(w, 400, "ParameterNotFound", "")
	default:
		reply(w, 200, map[string]any{"Parameter": map[string]any{"Name": q.Name, "Value": value, "Version": 1}})
	}
}

// read reads a request, which has just the members named.
func (c *cloud) read(body []byte, into any, names ...string) {
	all := map[string]any{}
	if err := json.Unmarshal(body, &all); err != nil || len(all) != len(names) {
		c.t.Errorf("request %s: %v", body, err)
	}
	for _, name := range names {
		if _, ok := all[name]; !ok {
			c.t.Errorf("request %s without %s", body, name)
		}
	}
	if err := json.Unmarshal(body, into); err != nil {
		c.t.Error(err)
	}
}

func (c *cloud) object(w http.ResponseWriter, f fault, q *http.Request) {
	name := strings.TrimPrefix(q.URL.Path, "/")
	if bucket, found := strings.CutSuffix(strings.Split(q.Host, ".s3.")[0], ""); found && strings.Contains(q.Host, ".s3.") {
		name = bucket + "/" + name
	}
	c.note(q.Host + " " + name)
	content, ok := c.objects[name]
	code := f.code
	if !ok && code == "" {
		f.status, code = 404, "NoSuchKey"
	}
	if code != "" {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(f.status)
		_ = xml.NewEncoder(w).Encode(struct {
			XMLName       xml.Name `xml:"Error"`
			Code, Message string
		}{Code: code, Message: "no"})
		return
	}
	_, _ = io.Copy(w, bytes.NewBufferString(content))
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	reply(w, status, map[string]any{"__type": code, "message": message})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("X-Amzn-Requestid", "r-1")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(fmt.Sprintf("write answer at %s: %v", time.Now(), err))
	}
}
