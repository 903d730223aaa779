package awsproviders

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/internal/awsaccess/awsaccesstest"
)

type values = map[string]string

func find(t testing.TB, class string) plugin.Provider {
	t.Helper()
	for _, p := range All() {
		if p.Describe().Class == class {
			return p.(plugin.Provider)
		}
	}
	t.Fatalf("no provider %s", class)
	return plugin.Provider{}
}

func create(t testing.TB, class string, params values) provider.Provider {
	t.Helper()
	p, err := find(t, class).New(params)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.(interface{ Close() error }).Close() })
	return p
}

// lookUpCase is a look-up and what comes of it.
type lookUpCase struct {
	params values
	path   string
	keys   []string
	want   values
	ttl    time.Duration
	err    string
}

func (c lookUpCase) run(t *testing.T, class, endpointKey, url string) {
	t.Helper()
	params := maps.Clone(c.params)
	if params == nil {
		params = values{}
	}
	params[endpointKey] = url
	got, err := create(t, class, params).Get(t.Context(), c.path, c.keys)
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != c.err || !maps.Equal(got.Values, c.want) || got.TTL != c.ttl {
		t.Errorf("%v %q %q: %q, %s, %q\nwant %q, %s, %q", c.params, c.path, c.keys, got.Values, got.TTL, text, c.want, c.ttl, c.err)
	}
}

func TestSecrets(t *testing.T) {
	sky := &cloud{secrets: map[string]any{
		"db":            `{"user":"u","password":"p\"\u00e9","n":1.50,"b":true,"none":null,"user":"last"} rest`,
		"nested":        `{"user":"u","more":{"x":"hush-hush"}}`,
		"text":          `hush-hush`,
		"list":          `["hush-hush"]`,
		"empty":         ``,
		"null":          `null`,
		"binary":        []byte(`{"user":"u"}`),
		"arn:aws:s/a-b": `{"user":"arn"}`,
		"a+b c":         `{"user":"plus"}`,
	}}
	url := sky.start(t)
	fails := values{notFoundKey: fail}
	raw, coded := values{encodingKey: plain}, values{encodingKey: base64Text}
	const wrong = "Invalid value [hidden] for configuration NAME: Unexpected value of a secret's structure"
	bad := func(name string) string { return strings.Replace(wrong, "NAME", name, 1) }
	for _, c := range []lookUpCase{
		{nil, "db", []string{"user", "password"}, values{"user": "last", "password": `p"é`}, 0, ""},
		{nil, "db", []string{"n", "b", "none"}, values{"n": "1.50", "b": "true"}, 0, ""},
		{nil, "db", []string{"user?ttl=60000", "password?x=1,ttl=5000,y=2"}, values{"user?ttl=60000": "last", "password?x=1,ttl=5000,y=2": `p"é`}, 5 * time.Second, ""},
		{nil, "db", []string{"zip", "zap?ttl=1000"}, values{"zip": "", "zap": ""}, time.Second, ""},
		{fails, "db", []string{"user", "zip"}, nil, 0, "Secret undefined db:zip"},
		{nil, "gone", []string{"user", "user?ttl=1000"}, values{"user": ""}, time.Second, ""},
		{fails, "gone", []string{"user"}, nil, 0, "Could not find secret 'gone' in AWS Secrets Manager"},
		{nil, "nested", []string{"user"}, nil, 0, bad("nested")},
		{nil, "text", []string{"user"}, nil, 0, bad("text")},
		{nil, "list", []string{"user"}, nil, 0, bad("list")},
		{nil, "empty", []string{"user"}, nil, 0, bad("empty")},
		{nil, "binary", []string{"user"}, nil, 0, bad("binary")},
		{fails, "null", []string{"user"}, values{"user": ""}, 0, ""},
		{nil, "arn%3Aaws%3As%2Fa-b", []string{"user"}, values{"user": "arn"}, 0, ""},
		{nil, "a+b c", []string{"user"}, values{"user": "plus"}, 0, ""},
		{nil, "", []string{"db"}, nil, 0, ""},
		{nil, "db", nil, nil, 0, ""},
		{raw, "", []string{"text?ttl=1000", "empty", "arn%3Aaws%3As%2Fa-b"}, values{"text?ttl=1000": "hush-hush", "empty": "", "arn%3Aaws%3As%2Fa-b": `{"user":"arn"}`}, time.Second, ""},
		{coded, "", []string{"text", "binary"}, values{"text": "aHVzaC1odXNo", "binary": "eyJ1c2VyIjoidSJ9"}, 0, ""},
		{raw, "", []string{"binary"}, nil, 0, "Secret 'binary' is not text; it can be had with RawSecretEncoding=base64 only"},
		{raw, "", []string{"gone?ttl=1000"}, values{"gone": ""}, time.Second, ""},
		{raw, "db", []string{"user"}, values{"user": "last"}, 0, ""},
	} {
		c.run(t, amazon+"SecretsManagerConfigProvider", endpointKey, url)
	}
}

func TestParameters(t *testing.T) {
	sky := &cloud{parameters: values{"/msk/user": "u", "/msk/password": "p,q", "arn:aws:ssm:eu-west-1:1:parameter/x": "arn"}}
	url := sky.start(t)
	for _, c := range []lookUpCase{
		{nil, "", []string{"/msk/user", "/msk/password"}, values{"/msk/user": "u", "/msk/password": "p,q"}, 0, ""},
		{nil, "any", []string{"/msk/user?ttl=1500"}, values{"/msk/user?ttl=1500": "u"}, 1500 * time.Millisecond, ""},
		{nil, "", []string{"arn:aws:ssm:eu-west-1:1:parameter/x"}, values{"arn:aws:ssm:eu-west-1:1:parameter/x": "arn"}, 0, ""},
		{nil, "", []string{"/none", "/gone?ttl=1000"}, values{"/none": "", "/gone": ""}, time.Second, ""},
		{values{notFoundKey: fail}, "", []string{"/none"}, nil, 0, "Could not find parameter '/none' in AWS Systems Manager"},
		{nil, "/msk", nil, nil, 0, ""},
	} {
		c.run(t, amazon+"SsmParamStoreConfigProvider", endpointKey, url)
	}
}

func TestCommunity(t *testing.T) {
	sky := &cloud{secrets: map[string]any{
		"db":          `{"user":"u","password":"p","n":1,"none":null,"more":{"x":1}}`,
		"prod/eu/db":  `{"user":"prod"}`,
		"/prod/db":    []byte("\xef\xbb\xbf" + `{"user":"binary"}`),
		"text":        `hush-hush`,
		"null":        `null`,
		"none of one": nil,
	}}
	url := sky.start(t)
	const five = 5 * time.Minute
	for _, c := range []lookUpCase{
		{nil, "db", []string{"user", "n", "none", "more", "zip"}, values{"user": "u"}, five, ""},
		{nil, "db", nil, values{"user": "u", "password": "p"}, five, ""},
		{nil, "db", []string{"user?ttl=1"}, values{}, five, ""},
		{values{secretPrefixKey: "prod/", secretTTLKey: "1000"}, "/eu//db/", []string{"user"}, values{"user": "prod"}, time.Second, ""},
		{values{secretPrefixKey: "/prod"}, "db", []string{"user"}, values{"user": "binary"}, five, ""},
		{nil, "gone", []string{"user"}, nil, 0, "Could not find secret 'gone'"},
		{nil, "text", []string{"user"}, nil, 0, "Exception thrown while reading secret 'text'"},
		{nil, "null", []string{"user"}, nil, 0, "Exception thrown while reading secret 'null'"},
		{nil, "none of one", []string{"user"}, nil, 0, "Exception thrown while reading secret 'none of one'"},
		{nil, "", []string{"user"}, nil, 0, "Could not read secret '' in AWS Secrets Manager: ValidationException: secretId must have length greater than or equal to 1 (request r-1)"},
	} {
		c.run(t, community+"SecretsManagerConfigProvider", awsEndpointKey, url)
	}
}

func TestContract(t *testing.T) {
	sky := &cloud{secrets: map[string]any{"db": `{"user":"someone","password":"hush-hush"}`, "text": "hush-hush, someone"}}
	connecttest.Provider{
		Plugin: find(t, community+"SecretsManagerConfigProvider"),
		Params: values{awsEndpointKey: sky.start(t)}, Path: "db",
		Values: values{"user": "someone", "password": "hush-hush"}, Wrong: "text",
		Bad: []connecttest.BadSetting{
			{Key: secretTTLKey, Value: "999"},
			{Key: awsEndpointKey, Value: "https://u:p@host"},
			{Key: awsEndpointKey, Value: "ftp://host"},
		},
	}.Run(t)
}

func TestParamsRefused(t *testing.T) {
	environment(t)
	for _, c := range []struct {
		class  string
		params values
	}{
		{"SecretsManagerConfigProvider", values{notFoundKey: "maybe"}},
		{"SsmParamStoreConfigProvider", values{notFoundKey: "maybe"}},
		{"SecretsManagerConfigProvider", values{encodingKey: "hex"}},
		{"S3ImportConfigProvider", values{endpointKey: "http://"}},
		{"S3ImportConfigProvider", values{endpointKey: "http://%zz"}},
	} {
		if _, err := find(t, amazon+c.class).New(c.params); err == nil {
			t.Errorf("%s %v was accepted", c.class, c.params)
		}
	}
}

// TestAccount: what parameters and the environment say about region, endpoint and keys.
func TestAccount(t *testing.T) {
	sky := &cloud{secrets: map[string]any{"db": `{"user":"u"}`}, parameters: values{"p": "v"}}
	url := sky.start(t)
	const (
		manager = "SecretsManagerConfigProvider"
		id      = ` {"SecretId":"db"}`
	)
	for _, c := range []struct {
		class       string
		params, env values
		key, want   string
	}{
		{amazon + manager, nil, values{"AWS_ENDPOINT_URL": url}, "user", "secretsmanager eu-west-1 ENV" + id},
		{amazon + manager, nil, values{"AWS_ENDPOINT_URL_SECRETS_MANAGER": url, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "user", "secretsmanager eu-west-1 ENV" + id},
		{amazon + manager, values{endpointKey: url, regionKey: "us-west-2"}, values{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "user", "secretsmanager us-west-2 ENV" + id},
		{amazon + "SsmParamStoreConfigProvider", values{regionKey: " "}, values{"AWS_ENDPOINT_URL": url}, "p", `ssm eu-west-1 ENV {"Name":"p","WithDecryption":true}`},
		{community + manager, values{awsAccessKey: "OWNKEY", awsSecretKey: "ownsecret", awsRegionKey: "us-west-2"}, values{"AWS_ENDPOINT_URL": url}, "user", "secretsmanager us-west-2 OWN" + id},
		{community + manager, values{awsEndpointKey: url}, nil, "user", "secretsmanager eu-west-1 ENV" + id},
	} {
		t.Run("", func(t *testing.T) {
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			p := create(t, c.class, c.params)
			got, err := p.Get(t.Context(), "db", []string{c.key})
			if asked := strings.Join(sky.seen(), "\n"); err != nil || got.Values[c.key] == "" || asked != c.want {
				t.Errorf("%v %v: asked %s, %v, want %s", c.params, c.env, asked, err, c.want)
			}
		})
	}
	t.Setenv("AWS_REGION", "")
	for _, p := range All() {
		_, err := create(t, p.Describe().Class, nil).Get(t.Context(), "", []string{"bucket/none-such"})
		if path := "db"; strings.Contains(p.Describe().Class, "Secrets") {
			_, err = create(t, p.Describe().Class, nil).Get(t.Context(), path, []string{"user"})
		}
		if err == nil || !strings.HasPrefix(err.Error(), "There is no AWS region") {
			t.Errorf("%s without region: %v", p.Describe().Class, err)
		}
	}
}

func TestImport(t *testing.T) {
	sky := &cloud{objects: values{"bucket/a/b/trust.jks": "store", "bucket/c/trust.jks": "other", "bucket/k?ttl=1": "odd", "bucket/a b+c.pem": "pem"}}
	url := sky.start(t)
	dir := t.TempDir()
	for _, sub := range []string{"folder"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p := create(t, amazon+"S3ImportConfigProvider", values{endpointKey: url, localDirKey: filepath.Join(dir, "made")})
	for _, c := range []struct {
		region, key        string
		file, content, err string
		asked              string
	}{
		{"", "bucket/a/b/trust.jks", "trust.jks", "store", "", "s3 eu-west-1 ENV"},
		{"us-west-2", "bucket/c/trust.jks", "trust.jks", "store", "", ""}, // it is there
		{" us-west-2", "/bucket//a b+c.pem", "a b+c.pem", "pem", "", "s3 us-west-2 ENV"},
		{"", "bucket/k?ttl=1", "k?ttl=1", "odd", "", "s3 eu-west-1 ENV"},
		{"", "bucket/gone", "", "", "No object found at bucket/gone", "s3 eu-west-1 ENV"},
		{"", "bucket", "", "", "'bucket' is not the bucket and the key of an object, as in bucket/path/file", ""},
		{"", "bucket/a/..", "", "", `The object "bucket/a/.." does not end in the name of a file`, ""},
		{"", `bucket/..\x`, "", "", `The object "bucket/..\\x" does not end in the name of a file`, ""},
		{"", "bucket/x\x00", "", "", `The object "bucket/x\x00" does not end in the name of a file`, ""},
	} {
		got, err := p.Get(t.Context(), c.region, []string{c.key})
		text := ""
		if err != nil {
			text = err.Error()
		}
		asked, _, _ := strings.Cut(strings.Join(sky.seen(), "|"), "|")
		file := got.Values[c.key]
		want := ""
		if c.file != "" {
			want = filepath.Join(dir, "made", c.file)
		}
		content, _ := os.ReadFile(file)
		if text != c.err || file != want || string(content) != c.content || asked != c.asked || got.TTL != 0 {
			t.Errorf("%q %q: %q, %q, asked %q, error %q", c.region, c.key, file, content, asked, text)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "made", "trust.jks"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "made", ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left %q, %v", left, err)
	}
	p = create(t, amazon+"S3ImportConfigProvider", values{endpointKey: url, localDirKey: dir})
	if _, err := p.Get(t.Context(), "", []string{"bucket/folder"}); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("a directory in place of the file: %v", err)
	}
}

func TestBucketInHostName(t *testing.T) {
	environment(t)
	sky := &cloud{t: t, objects: values{"bucket/k": "v"}}
	p := create(t, amazon+"S3ImportConfigProvider", values{localDirKey: t.TempDir()})
	p.(*imports).connection.Network.Transport = awsaccesstest.Transport{Handler: sky}
	if _, err := p.Get(t.Context(), "us-west-2", []string{"bucket/k"}); err != nil {
		t.Error(err)
	}
	if asked := sky.seen(); !slices.Contains(asked, "bucket.s3.us-west-2.amazonaws.com bucket/k") {
		t.Errorf("asked %q", asked)
	}
}

func TestOptions(t *testing.T) {
	for text, want := range map[string]wanted{
		"k": {key: "k"}, "k?ttl=5": {key: "k", ttl: 5 * time.Millisecond}, "k?": {key: "k"},
		"k?ttl=5,ttl=7": {key: "k", ttl: 7 * time.Millisecond}, "k?a=b,c,ttl=5": {key: "k", ttl: 5 * time.Millisecond},
		"k?x?ttl=5": {key: "k", ttl: 5 * time.Millisecond}, "k?ttl=5, x": {key: "k"}, "k?ttl=": {key: "k"}, "k?ttl=0": {key: "k"},
		"k?ttl=-5": {key: "k"}, "k?TTL=5": {key: "k"}, "k?a=ttl=5": {key: "k"}, "?ttl=+5": {key: "", ttl: 5 * time.Millisecond},
		"k?ttl=9223372036854775807": {key: "k", ttl: milliseconds(1 << 62)},
	} {
		want.whole = text
		if got := parseKey(context.Background(), text); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func TestMembers(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: `{}`, ` { "a" : "1" , "b" : -2e3 } `: `{"a":"1","b":"-2e3"}`, `{"a\u0062":"\ud83d\ude00"}`: `{"ab":"😀"}`,
		`{"a":[1,{"b":2}],"c":{"d":"}"},"e":false}`: `{"a":"","c":"","e":"false"}`, `null`: `null`,
		``: "not JSON", `{"a":`: "not JSON", `{"a" "b"}`: "not JSON", `{a:1}`: "not JSON", `"x"`: "not a JSON object", `1`: "not a JSON object",
		`{"a":"` + strings.Repeat("x", maxSecret) + `"}`: "larger than",
	} {
		found, err := members([]byte(text))
		var got map[string]string
		for name, m := range found {
			if got == nil {
				got = map[string]string{}
			}
			got[name] = m.text
		}
		if found != nil && got == nil {
			got = map[string]string{}
		}
		printed, _ := json.Marshal(got)
		switch {
		case err != nil && (strings.HasPrefix(want, "{") || want == "null" || !strings.Contains(err.Error(), want)):
			t.Errorf("%.40s: %v", text, err)
		case err == nil && string(printed) != want:
			t.Errorf("%.40s: %s, want %s", text, printed, want)
		}
	}
}

func TestTooManyKeys(t *testing.T) {
	environment(t)
	for _, p := range All() {
		got, err := create(t, p.Describe().Class, nil).Get(t.Context(), "x", make([]string, maxKeys+1))
		if err == nil || len(got.Values) > 0 {
			t.Errorf("%s: %v", p.Describe().Class, err)
		}
	}
}
