package probe

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/pluginset/builtin"
	"github.com/millrace/millrace/internal/sigv4"
)

// cellar is an S3 server that checks signatures: it has the bucket "here", and refuses
// what it is told to.
type cellar struct {
	url    string
	server *devs3.Server
	refuse string // Method and parts of the query or path, such as "POST uploads"
	tokens []string
}

func newCellar(t *testing.T) *cellar {
	t.Helper()
	c := &cellar{}
	verify := &sigv4.Verifier{Service: "s3", Secrets: map[string]string{"own": "own-secret", "role": "role-secret", "env": "env-secret"}}
	var err error
	c.server, err = devs3.New(devs3.Settings{
		Dir: t.TempDir(), Buckets: []string{"here"},
		Fault: func(r *http.Request) *devs3.Fault {
			method, part, _ := strings.Cut(c.refuse, " ")
			if c.refuse == "" || r.Method != method || !strings.Contains(r.URL.String(), part) {
				return nil
			}
			return &devs3.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		},
		Authenticate: func(r *http.Request) (devs3.ChunkCheck, error) {
			c.tokens = append(c.tokens, r.Header.Get("X-Amz-Security-Token"))
			if r.Header.Get("Authorization") == "" {
				return nil, nil
			}
			signature, err := verify.Verify(r, "")
			if err != nil {
				return nil, err
			}
			return signature.Chunk, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(c.server)
	t.Cleanup(func() {
		front.Close()
		if err := c.server.Close(); err != nil {
			t.Error(err)
		}
	})
	c.url = front.URL
	return c
}

// put puts an object into the bucket.
func (c *cellar) put(t *testing.T, key string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, c.url+"/here/"+key, strings.NewReader("{}\n"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
}

// The connectors under test, with what they are called and need apart from the bucket.
func sinkOf(url string) map[string]string {
	return map[string]string{
		"connector.class": "io.confluent.connect.s3.S3SinkConnector", "name": "c", "tasks.max": "1", "topics": "orders, more",
		"s3.bucket.name": "here", "s3.region": "us-east-1", "store.url": url, "flush.size": "1",
		"aws.access.key.id": "own", "aws.secret.access.key": "own-secret",
		"storage.class": "io.confluent.connect.s3.storage.S3Storage", "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
	}
}

func sourceOf(url string) map[string]string {
	return map[string]string{
		"connector.class": "io.confluent.connect.s3.source.S3SourceConnector", "name": "c", "tasks.max": "1",
		"s3.bucket.name": "here", "s3.region": "us-east-1", "store.url": url, "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
		"aws.access.key.id": "own", "aws.secret.access.key": "own-secret",
	}
}

func aivenOf(url string) map[string]string {
	return map[string]string{
		"connector.class": "io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector", "name": "c", "tasks.max": "1", "topics": "orders",
		"aws.s3.bucket.name": "here", "aws.s3.endpoint": url, "aws.access.key.id": "own", "aws.secret.access.key": "own-secret",
	}
}

// storeCase changes a connector that can use its bucket.
type storeCase struct {
	config func(url string) map[string]string
	change map[string]string // "" deletes
	refuse string
	role   string
	code   string
	parts  string // of the message, by |
}

func storeCases() map[string]storeCase {
	const (
		missing, unreachable, denied = model.ReasonBucketNotFound, model.ReasonS3Unreachable, model.ReasonS3AccessDenied

		upload, list, object, role = "POST uploads", "GET list-type", "HEAD orders", "arn:aws:iam::1:role/r"
		noKeys                     = "s3.credentials.provider.class"
	)
	environment := map[string]string{"aws.access.key.id": "", "aws.secret.access.key": ""}
	with := func(more ...string) map[string]string {
		all := maps.Clone(environment)
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	return map[string]storeCase{
		"sink":   {config: sinkOf},
		"source": {config: sourceOf},
		"aiven":  {config: aivenOf},

		"sink, no bucket":      {sinkOf, with("s3.bucket.name", "gone", "aws.access.key.id", "own", "aws.secret.access.key", "own-secret"), "", "", missing, "bucket gone does not exist|s3.bucket.name|create it"},
		"source, no bucket":    {sourceOf, map[string]string{"s3.bucket.name": "gone"}, "", "", missing, "bucket gone does not exist|s3.bucket.name"},
		"aiven, no bucket":     {aivenOf, map[string]string{"aws.s3.bucket.name": "gone"}, "", "", missing, "bucket gone does not exist|aws.s3.bucket.name|aws.s3.endpoint"},
		"aiven, old spelling":  {aivenOf, map[string]string{"aws.s3.bucket.name": "", "aws_s3_bucket": "gone"}, "", "", missing, "aws_s3_bucket"},
		"wrong secret":         {sinkOf, map[string]string{"aws.secret.access.key": "mistyped"}, "", "", denied, "SignatureDoesNotMatch|aws.access.key.id and aws.secret.access.key"},
		"source, wrong key ID": {sourceOf, map[string]string{"aws.access.key.id": "other"}, "", "", denied, "InvalidAccessKeyId|correct them"},
		"aiven, wrong secret":  {aivenOf, map[string]string{"aws.secret.access.key": "mistyped"}, "", "", denied, "SignatureDoesNotMatch|aws.access.key.id and aws.secret.access.key"},
		"refused":              {sinkOf, map[string]string{"store.url": "http://127.0.0.1:1"}, "", "", unreachable, "127.0.0.1:1|connection refused|store.url"},
		"no name":              {sourceOf, map[string]string{"store.url": "http://no..where"}, "", "", unreachable, "no..where|DNS"},
		"aiven, refused":       {aivenOf, map[string]string{"aws.s3.endpoint": "http://127.0.0.1:1"}, "", "", unreachable, "127.0.0.1:1|connection refused|aws.s3.endpoint"},

		"sink must not write":      {sinkOf, nil, upload, "", denied, "access keys of aws.access.key.id|AccessDenied|s3:PutObject|s3:AbortMultipartUpload for objects such as topics/orders/|bucket here of s3.bucket.name"},
		"aiven must not write":     {aivenOf, nil, upload, "", denied, "s3:PutObject|objects such as orders-0-0.gz|bucket here of aws.s3.bucket.name"},
		"sink must not list":       {sinkOf, nil, list, "", "", ""},
		"sink must not look":       {sinkOf, nil, "HEAD here", "", "", ""},
		"sink must not abort":      {sinkOf, nil, "DELETE here", "", "", ""},
		"other names may be right": {sinkOf, map[string]string{"transforms": "route"}, upload, "", "", ""},
		"source must not list":     {sourceOf, nil, list, "", denied, "s3:ListBucket|s3:GetObject"},
		"source must not get":      {sourceOf, nil, object, "", denied, "s3:GetObject is lacking"},
		"other objects do not count": {
			sourceOf, map[string]string{"mode": "GENERIC", "topic.regex.list": "t:other/.*", "folders": "topics"}, object, "", "", "",
		},
		"generic source must not get": {
			sourceOf, map[string]string{"mode": "GENERIC", "topic.regex.list": "t:topics/.*", "folders": "topics"}, object, "", denied, "s3:GetObject is lacking",
		},

		"environment":          {sinkOf, environment, "", "", "", ""},
		"environment's rights": {sinkOf, environment, upload, "", denied, "the credentials in the environment of the workers must not use"},
		"role":                 {sinkOf, environment, "", role, "", ""},
		"role's rights":        {sinkOf, environment, upload, role, denied, "the credentials of the service execution role " + role + " must not use"},
		"own keys beside role": {sourceOf, nil, "", role, "", ""},
		"environment in role":  {sinkOf, with(noKeys, "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider"), "", role, denied, "no credentials|" + noKeys + "|not those of the service"},
		"anonymous":            {sinkOf, with(noKeys, "software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider"), upload, role, denied, "requests without credentials, as " + noKeys},

		"secret keys":   {sinkOf, map[string]string{"aws.secret.access.key": "${file:/s:k}"}, upload, "", "", ""},
		"secret bucket": {sinkOf, map[string]string{"s3.bucket.name": "${file:/s:b}"}, "", "", "", ""},
		"secret place":  {sourceOf, map[string]string{"store.url": "${env:URL}"}, "", "", "", ""},
		"not valid":     {sinkOf, map[string]string{"flush.size": "none"}, upload, "", "", ""},
		"no S3":         {func(string) map[string]string { return map[string]string{"connector.class": "FileStreamSink"} }, nil, "", "", "", ""},
		"no connector":  {func(string) map[string]string { return map[string]string{"connector.class": "com.example.No"} }, nil, "", "", "", ""},
	}
}

func TestStores(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "env")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "env-secret")
	stores := NewStores(pluginset.New(builtin.Plugins()...), nil)
	for name, c := range storeCases() {
		t.Run(name, func(t *testing.T) {
			s3 := newCellar(t)
			s3.put(t, "topics/orders/partition=0/README")
			s3.put(t, "topics/orders/partition=0/orders+0+0000000000.json")
			s3.refuse, s3.tokens = c.refuse, nil
			q := operate.StoreCheck{Configuration: c.config(s3.url), Role: c.role}
			for key, value := range c.change {
				q.Configuration[key] = value
				if value == "" {
					delete(q.Configuration, key)
				}
			}
			if c.role != "" {
				q.Credentials = operate.Credentials{KeyID: "role", Secret: "role-secret", Token: "role-token"}
			}
			err := stores.Check(t.Context(), q)
			for part := range strings.SplitSeq(c.parts, "|") {
				check(t, err, c.code, part)
			}
			if err != nil {
				t.Log(err)
			}
			for _, secret := range []string{"own-secret", "mistyped", "role-secret", "role-token", "env-secret"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the message has %s", secret)
				}
			}
			if own := q.Configuration["aws.access.key.id"] == ""; c.role != "" && own && c.code == "" && (len(s3.tokens) == 0 || s3.tokens[0] != "role-token") {
				t.Errorf("asked with the tokens %q", s3.tokens)
			}
		})
	}
}

// TestStoreSilent asks a store that says nothing.
func TestStoreSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	stores := NewStores(pluginset.New(builtin.Plugins()...), nil)
	stores.timeout = 100 * time.Millisecond
	q := operate.StoreCheck{Configuration: sinkOf("http://" + l.Addr().String())}
	check(t, stores.Check(t.Context(), q), model.ReasonS3Unreachable, "no answer in time")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := stores.Check(ctx, q); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}
