package glue

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/schemaregistry/glue/gluetest"
)

const (
	record  = `{"type":"record","name":"R","fields":[]}`
	another = `{"type":"record","name":"R","fields":[{"name":"x","type":"int"}]}`
	first   = "00010203-0405-4607-8809-000000000001"
	second  = "00010203-0405-4607-8809-000000000002"

	find, get, add, create, label = "GetSchemaByDefinition", "GetSchemaVersion", "RegisterSchemaVersion", "CreateSchema", "PutSchemaVersionMetadata"
)

// open returns a registry that does not wait long.
func open(t testing.TB, props ...string) *Registry {
	t.Helper()
	named := map[string]string{}
	for i := 0; i < len(props); i += 2 {
		named[props[i]] = props[i+1]
	}
	v, err := config.NewDef(ConfigKeys()...).Parse(named)
	if err != nil {
		t.Fatal(err)
	}
	s := FromConfig(v)
	s.Backoff, s.CheckWait, s.Checks = time.Millisecond, time.Millisecond, 3
	r, err := Open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func TestVersion(t *testing.T) {
	fake := gluetest.Start(t)
	r := open(t, regionKey, gluetest.Region, endpointKey, fake.URL, registerKey, "true", compatibilityKey, "full_all")
	for _, c := range []struct {
		topic, text, want string
		calls             []string
	}{
		{"orders", record, first, []string{find, add, create, label}},
		{"orders", record, first, nil},
		{"orders", another, second, []string{find, add, label}},
		{"orders", record, first, nil},
	} {
		id, until, err := r.Version(c.topic, c.text)
		if left := time.Until(until); err != nil || id.String() != c.want || left < 23*time.Hour || left > 24*time.Hour {
			t.Errorf("%s: %s, %v, %v", c.text, id, left, err)
		}
		if calls := fake.Calls(); !slices.Equal(calls, c.calls) {
			t.Errorf("%s: %q, want %q", c.text, calls, c.calls)
		}
	}
	created := fake.Created()
	if created["Compatibility"] != "FULL_ALL" || created["DataFormat"] != "AVRO" || created["Description"] != "DEFAULT-DESCRIPTION-eu-west-1-default-registry" {
		t.Errorf("%v", created)
	}
	if got, want := fake.Version(first), "default-registry/orders"; got.Schema != want || got.Text != record {
		t.Errorf("%+v", got)
	}
	if labels := fake.Labels(); len(labels) != 2 || labels[0] != first+" x-amz-meta-transport=orders" {
		t.Errorf("%q", labels)
	}
	text, _, err := r.Definition(ID{0, 1, 2, 3, 4, 5, 0x46, 7, 0x88, 9, 0, 0, 0, 0, 0, 2})
	if err != nil || text != another {
		t.Errorf("%s, %v", text, err)
	}
	fresh := open(t, regionKey, gluetest.Region, endpointKey, fake.URL, schemaKey, "orders")
	fake.Calls()
	if id, _, err := fresh.Version("elsewhere", another); err != nil || id.String() != second {
		t.Errorf("%s, %v", id, err)
	}
	if calls := fake.Calls(); !slices.Equal(calls, []string{find}) {
		t.Errorf("%q", calls)
	}
}

// TestPending: versions may be checked before they are available.
func TestPending(t *testing.T) {
	for _, c := range []struct {
		looks     int
		then      string
		want      string // of the error
		transient bool
	}{
		{1, "AVAILABLE", "", false},
		{3, "AVAILABLE", "", false},
		{4, "AVAILABLE", "still checking", true},
		{2, "FAILURE", "not compatible with earlier ones (status FAILURE)", false},
		{0, "FAILURE", "not compatible with earlier ones (status FAILURE)", false},
		{0, "DELETING", "is not available (status DELETING)", false},
	} {
		fake := gluetest.Start(t)
		fake.Pend(c.looks, c.then)
		r := open(t, regionKey, gluetest.Region, endpointKey, fake.URL, registerKey, "true")
		id, _, err := r.Version("t", record)
		if c.want == "" && (err != nil || id.String() != first) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) || Transient(err) != c.transient {
			t.Errorf("%+v: %s, %v", c, id, err)
		}
	}
}

// TestFaults: answers that say no, by operation.
func TestFaults(t *testing.T) {
	throttled := gluetest.Fault{Status: 400, Code: "ThrottlingException"}
	denied := gluetest.Fault{Status: 400, Code: "AccessDeniedException"}
	raced := gluetest.Fault{Status: 400, Code: "ConcurrentModificationException"}
	for _, c := range []struct {
		name, operation string
		faults          []gluetest.Fault
		want            string // of the error
		transient       bool
		calls           int // of the operation
	}{
		{"throttled for a while", find, []gluetest.Fault{throttled, throttled, throttled}, "", false, 4},
		{"throttled", find, []gluetest.Fault{throttled, throttled, throttled, throttled}, "look up the schema t by its definition: ", true, 4},
		{"broken for a while", find, []gluetest.Fault{{Status: 500, Code: "InternalServiceException"}}, "", false, 2},
		{"slow for a while", add, []gluetest.Fault{{Status: 400, Code: "OperationTimeoutException"}}, "", false, 2},
		{"another writer", create, []gluetest.Fault{raced}, "", false, 2},
		{"denied", find, []gluetest.Fault{denied}, "AccessDeniedException", false, 1},
		{"denied to register", add, []gluetest.Fault{denied}, "register a version of the schema t: ", false, 1},
		{"denied to create", create, []gluetest.Fault{denied}, "create the schema t: ", false, 1},
		{"denied to label", label, []gluetest.Fault{denied}, "", false, 1},
		{"another task created it", create, []gluetest.Fault{{Status: 400, Code: "AlreadyExistsException"}}, "register a version", false, 1},
		{"no registry", create, []gluetest.Fault{{Status: 400, Code: "EntityNotFoundException"}}, "create the schema t: ", false, 1},
		{"bad input", find, []gluetest.Fault{{Status: 400, Code: "InvalidInputException"}}, "InvalidInputException", false, 1},
	} {
		fake := gluetest.Start(t)
		fake.Fail(c.operation, c.faults...)
		r := open(t, regionKey, gluetest.Region, endpointKey, fake.URL, registerKey, "true")
		_, _, err := r.Version("t", record)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || Transient(err) != c.transient {
			t.Errorf("%s: %v", c.name, err)
		}
		n := 0
		for _, call := range fake.Calls() {
			if call == c.operation {
				n++
			}
		}
		if n != c.calls {
			t.Errorf("%s: %d calls of %s, want %d", c.name, n, c.operation, c.calls)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestCreatedMeanwhile: the schema appears between the two attempts.
func TestCreatedMeanwhile(t *testing.T) {
	fake := gluetest.Start(t)
	fake.Add(gluetest.Version{Schema: "default-registry/t", Format: "AVRO", Text: another, Status: "AVAILABLE"})
	fake.Fail(add, gluetest.Fault{Status: 400, Code: "EntityNotFoundException"})
	r := open(t, regionKey, gluetest.Region, endpointKey, fake.URL, registerKey, "true")
	id, _, err := r.Version("t", record)
	if calls := fake.Calls(); err != nil || id.String() != second || !slices.Equal(calls, []string{find, add, create, add, label}) {
		t.Errorf("%s, %v, %q", id, err, calls)
	}
}

func TestNotThere(t *testing.T) {
	fake := gluetest.Start(t)
	json := fake.Add(gluetest.Version{Schema: "other/x", Format: "JSON", Text: "{}", Status: "AVAILABLE"})
	r := open(t, regionKey, gluetest.Region, endpointKey, fake.URL)
	if _, _, err := r.Version("t", record); err == nil || !strings.Contains(err.Error(), "schemaAutoRegistrationEnabled is false") || Transient(err) {
		t.Error(err)
	}
	id, _ := ParseID(json)
	if _, _, err := r.Definition(id); err == nil || !strings.Contains(err.Error(), "it is not AVRO but JSON") {
		t.Error(err)
	}
	var no *types.EntityNotFoundException
	if _, _, err := r.Definition(ID{9}); !errors.As(err, &no) || !strings.HasPrefix(err.Error(), "fetch the schema version 09000000-0000-0000-0000-000000000000: ") {
		t.Error(err)
	}
	fake.Calls()
	if _, _, err := r.Definition(ID{9}); err == nil || len(fake.Calls()) != 1 {
		t.Errorf("%v: an error is remembered", err)
	}
}

func TestClosed(t *testing.T) {
	fake := gluetest.Start(t)
	r := open(t, regionKey, gluetest.Region, endpointKey, fake.URL, registerKey, "true")
	r.Close()
	if _, _, err := r.Version("t", record); err == nil || len(fake.Calls()) != 0 {
		t.Error(err)
	}
}

func TestUnreachable(t *testing.T) {
	gluetest.Start(t)
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	r := open(t, regionKey, gluetest.Region, endpointKey, dead.URL)
	if _, _, err := r.Version("t", record); err == nil || !Transient(err) {
		t.Error(err)
	}
}

// TestAnswersAreBounded: not more is read than a schema can have.
func TestAnswersAreBounded(t *testing.T) {
	gluetest.Start(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"SchemaDefinition":"`+strings.Repeat("x", maxAnswer)+`"}`)
	}))
	defer s.Close()
	r := open(t, regionKey, gluetest.Region, endpointKey, s.URL)
	var large *http.MaxBytesError
	if _, _, err := r.Definition(ID{}); !errors.As(err, &large) {
		t.Errorf("%.200v", err)
	}
}

// TestRole: the role's credentials sign the requests, not those of the environment.
func TestRole(t *testing.T) {
	gluetest.Start(t)
	const answer = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>OFTHEROLE</AccessKeyId>` +
		`<SecretAccessKey>s</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("X-Amz-Target") == "" {
			_ = q.ParseForm()
			if q.Form.Get("Action") != "AssumeRole" || q.Form.Get("RoleArn") != "arn:aws:iam::1:role/r" || q.Form.Get("RoleSessionName") != "kafka-connect-session" {
				t.Errorf("%v", q.Form)
			}
			_, _ = io.WriteString(w, answer)
			return
		}
		if !strings.Contains(q.Header.Get("Authorization"), "Credential=OFTHEROLE/") || q.Header.Get("X-Amz-Security-Token") != "token" {
			t.Errorf("%v", q.Header)
		}
		_, _ = io.WriteString(w, `{"SchemaDefinition":"\"int\"","DataFormat":"AVRO"}`)
	}))
	defer s.Close()
	t.Setenv("AWS_ENDPOINT_URL_STS", s.URL)
	r := open(t, regionKey, gluetest.Region, endpointKey, s.URL, roleKey, "arn:aws:iam::1:role/r")
	if text, _, err := r.Definition(ID{}); err != nil || text != `"int"` {
		t.Error(text, err)
	}
}

func TestRegion(t *testing.T) {
	fake := gluetest.Start(t)
	if _, err := Open(Settings{Endpoint: fake.URL}); err == nil || !strings.Contains(err.Error(), "the region is not set") {
		t.Error(err)
	}
	t.Setenv("AWS_REGION", gluetest.Region)
	if _, _, err := open(t, endpointKey, fake.URL).Version("t", record); !notFound(err) {
		t.Error(err)
	}
}

func TestBadSettings(t *testing.T) {
	for key, value := range map[string]string{
		endpointKey: "localhost:80", proxyKey: "nonsense", registryKey: "", namingKey: "com.acme.Own", compatibilityKey: "SOME",
		tagsKey: "a=b", metadataKey: "a=b", cacheSizeKey: "0", cacheTimeKey: "0", registerKey: "maybe",
	} {
		if _, err := config.NewDef(ConfigKeys()...).Parse(map[string]string{key: value}); err == nil {
			t.Errorf("%s=%s is taken", key, value)
		}
	}
}

func TestRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := remembered[int, int]{size: 2, time: time.Hour}
		var fault error
		asked := 0
		ask := func() (int, error) { asked++; return asked, fault }
		for _, c := range []struct {
			name       string
			after      time.Duration
			key        int
			fault      error
			value, all int // all: how often it was asked so far
			left       time.Duration
		}{
			{"new", 0, 1, nil, 1, 1, time.Hour},
			{"known", 59 * time.Minute, 1, nil, 1, 1, time.Minute},
			{"old", time.Minute, 1, nil, 2, 2, time.Hour},
			{"old, no answer now", time.Hour, 1, errPending, 2, 3, time.Minute},
			{"no answer yet", 30 * time.Second, 1, errPending, 2, 3, 30 * time.Second},
			{"again", 30 * time.Second, 1, errPending, 2, 4, time.Minute},
			{"an answer", time.Minute, 1, nil, 5, 5, time.Hour},
			{"a second", 0, 2, nil, 6, 6, time.Hour},
			{"a third: too many", 0, 3, nil, 7, 7, time.Hour},
			{"forgotten", 0, 1, nil, 8, 8, time.Hour},
		} {
			time.Sleep(c.after)
			fault = c.fault
			v, until, err := r.get(c.key, ask)
			if v != c.value || asked != c.all || time.Until(until) != c.left || err != nil {
				t.Errorf("%s: %d, asked %d, for %v, %v", c.name, v, asked, time.Until(until), err)
			}
		}
		time.Sleep(time.Hour)
		fault = io.EOF
		if _, _, err := r.get(1, ask); !errors.Is(err, io.EOF) || len(r.kept) != 1 {
			t.Errorf("%v, %d kept", err, len(r.kept))
		}
	})
}
