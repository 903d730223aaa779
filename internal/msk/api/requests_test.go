package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
)

const head = "arn:aws:kafkaconnect:us-east-1:123456789012:"

// TestRequests sends requests that are wrong, or that no SDK sends.
func TestRequests(t *testing.T) {
	s := newServer(t, Options{})
	const id = "/949608db-07c5-4041-bd6b-d795cd55e980-2"
	const c = "/v1/connectors/" + head + "connector/c" + id
	long := strings.Repeat("n", 129)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		kind, message            string
	}{
		{"no connectors", "GET", "/v1/connectors", "", 200, "", `{"connectors":[]}`},
		{"no plugins", "GET", "/v1/custom-plugins?maxResults=100", "", 200, "", `{"customPlugins":[]}`},
		{"no worker configurations", "GET", "/v1/worker-configurations?nextToken=", "", 200, "", `{"workerConfigurations":[]}`},
		{"page of 0", "GET", "/v1/connectors?maxResults=0", "", 400, "BadRequestException", "maxResults must be between 1 and 100"},
		{"page of 101", "GET", "/v1/connectors?maxResults=101", "", 400, "BadRequestException", "maxResults must be between 1 and 100"},
		{"page of x", "GET", "/v1/custom-plugins?maxResults=x", "", 400, "BadRequestException", "maxResults must be a number"},
		{"page of nothing", "GET", "/v1/custom-plugins?maxResults=", "", 400, "BadRequestException", "maxResults must be a number"},
		{"token", "GET", "/v1/worker-configurations?nextToken=garbage", "", 400, "BadRequestException", "nextToken is invalid"},
		{"query", "GET", "/v1/connectors?a=%zz", "", 400, "BadRequestException", "query of the request cannot be read"},
		{"no body", "POST", "/v1/connectors", "", 400, "BadRequestException", "the request has no body"},
		{"spaces as body", "POST", "/v1/connectors", " \n", 400, "BadRequestException", "the request has no body"},
		{"text as body", "POST", "/v1/connectors", "x", 400, "BadRequestException", "is not JSON"},
		{"body with a rest", "POST", "/v1/connectors", "{}{}", 400, "BadRequestException", "is not JSON"},
		{"list as body", "POST", "/v1/custom-plugins", "[]", 400, "BadRequestException", "is not a JSON object"},
		{"null as body", "POST", "/v1/worker-configurations", "null", 400, "BadRequestException", "is not a JSON object"},
		{"body in Latin-1", "POST", "/v1/worker-configurations", "{\"name\":\"\xe9\"}", 400, "BadRequestException", "is not JSON"},
		{"empty object", "POST", "/v1/custom-plugins", "{}", 400, "BadRequestException", "contentType is required; location.s3Location.bucketArn is required; location.s3Location.fileKey must have 1 to 1024 bytes; name must have 1 to 128 characters"},
		{"TAR", "POST", "/v1/custom-plugins", `{"contentType":"TAR","name":"p","location":{"s3Location":{"bucketArn":"arn:aws:s3:::b","fileKey":"k"}}}`, 400, "BadRequestException", "contentType must be one of JAR, ZIP"},
		{"long name", "POST", "/v1/worker-configurations", `{"name":"` + long + `","propertiesFileContent":"` + *properties(converters) + `"}`, 400, "BadRequestException", "name must have 1 to 128 characters"},
		{"wrong types", "POST", "/v1/connectors", `{"connectorName":1,"capacity":{"provisionedCapacity":{"mcuCount":"1","workerCount":1.0}},"plugins":[{"customPlugin":{"revision":true}},null,3],"tags":{"a":1},"logDelivery":{"workerLogDelivery":{"s3":{}}}}`, 400, "BadRequestException", "capacity.provisionedCapacity.mcuCount must be an integer of 32 bits; capacity.provisionedCapacity.workerCount must be an integer of 32 bits; connectorName must be a string; logDelivery.workerLogDelivery.s3.enabled is required; plugins[1] must be an object; plugins[2] must be an object; plugins[0].customPlugin.revision must be an integer of 64 bits; tags must be a map of strings"},
		{"another member's case", "POST", "/v1/tags/" + head + "connector/c" + id, `{"Tags":{}}`, 400, "BadRequestException", "tags is required"},
		{"null tags", "POST", "/v1/tags/" + head + "connector/c" + id, `{"tags":null}`, 400, "BadRequestException", "tags is required"},
		{"null tag", "POST", "/v1/tags/" + head + "connector/c" + id, `{"tags":{"a":null}}`, 400, "BadRequestException", "tags must be a map of strings"},
		{"no tags, unknown resource", "POST", "/v1/tags/" + head + "connector/c" + id, `{"tags":{}}`, 404, "NotFoundException", "not found"},
		{"tags of an operation", "POST", "/v1/tags/" + head + "connector-operation/c" + id + "/o", `{"tags":{}}`, 404, "NotFoundException", "not found"},
		{"tags of nothing", "GET", "/v1/tags/nothing", "", 404, "NotFoundException", "nothing not found"},
		{"no version", "PUT", c, `{"useDefaultWorkerConfiguration":true}`, 400, "BadRequestException", "currentVersion is required"},
		{"no policies", "PUT", c + "?currentVersion=K", `{"capacity":{"autoScaling":{"mcuCount":1,"minWorkerCount":1,"maxWorkerCount":1}}}`, 400, "BadRequestException", "capacity.autoScaling.scaleInPolicy is required; capacity.autoScaling.scaleOutPolicy is required"},
		{"no update", "PUT", c + "?currentVersion=K", `{}`, 400, "BadRequestException", "one of capacity"},
		{"useDefault false is no update", "PUT", c + "?currentVersion=K", `{"useDefaultWorkerConfiguration":false}`, 400, "BadRequestException", "one of capacity"},
		{"flag 1", "POST", c + "/restart?onlyFailedTasks=1", "", 404, "NotFoundException", "not found"},
		{"flag yes", "POST", c + "/restart?onlyFailedTasks=yes", "", 400, "BadRequestException", "onlyFailedTasks must be true or false"},
		{"pause", "PUT", c + "/pause", "", 404, "NotFoundException", "not found"},
		{"resume", "PUT", c + "/resume", "", 404, "NotFoundException", "not found"},
		{"operations", "GET", c + "/operations", "", 404, "NotFoundException", "not found"},
		{"operation", "GET", "/v1/connectorOperations/" + head + "connector-operation/c" + id + "/o", "", 404, "NotFoundException", "not found"},
		{"connector as operation", "GET", "/v1/connectorOperations/" + head + "connector/c" + id, "", 404, "NotFoundException", "not found"},
		{"malformed ARN", "GET", "/v1/custom-plugins/p", "", 400, "BadRequestException", `invalid ARN \"p\"`},
		{"pause by GET", "GET", c + "/pause", "", 404, "UnknownOperationException", "no operation GET"},
		{"unknown action", "POST", c + "/stop", "", 404, "UnknownOperationException", "no operation POST"},
		{"unknown action by GET", "GET", c + "/stop", "", 400, "BadRequestException", "3 parts"}, // it is a part of the ARN
		{"no resource", "GET", "/v1/", "", 404, "UnknownOperationException", "no operation"},
		{"other resource", "GET", "/v1/clusters", "", 404, "UnknownOperationException", "no operation"},
		{"other prefix", "GET", "/v2/connectors", "", 404, "UnknownOperationException", "no operation"},
		{"slash at the end", "GET", "/v1/connectors/", "", 404, "UnknownOperationException", "no operation"},
		{"all connectors", "DELETE", "/v1/connectors", "", 404, "UnknownOperationException", "no operation"},
		{"HEAD", "HEAD", "/v1/connectors", "", 404, "UnknownOperationException", ""},
		{"OPTIONS elsewhere", "OPTIONS", "/v2/connectors", "", 404, "UnknownOperationException", "no operation"},
		{"null, empty and 0", "POST", "/v1/connectors", `{"connectorName":"c","networkType":"","logDelivery":{"workerLogDelivery":null},"capacity":{"autoScaling":{"mcuCount":1,"maxAutoscalingTaskCount":0}}}`, 400, "BadRequestException", "maxAutoscalingTaskCount must be at least 1; logDelivery.workerLogDelivery is required; networkType must be IPV4 or DUAL"},
	} {
		got := s.send(t, c.method, c.path, c.body)
		if got.status != c.status || got.kind != c.kind || !strings.Contains(got.body, c.message) || len(got.id) != 36 || got.contentType != "application/json" {
			t.Errorf("%s: %+v, want %d %s %s", c.name, got, c.status, c.kind, c.message)
		}
		if got.kind != "" && c.method != "HEAD" {
			var e struct{ Message string }
			if err := json.Unmarshal([]byte(got.body), &e); err != nil || e.Message == "" {
				t.Errorf("%s: body %s", c.name, got.body)
			}
		}
	}
}

// TestPlainARN checks that an ARN with plain slashes is as good as an escaped one.
func TestPlainARN(t *testing.T) {
	s := newServer(t, Options{})
	body := `{"name":"w","unknown":{"member":[1]},"description":null,"propertiesFileContent":"` + *properties(converters) + `"}`
	made := s.send(t, "POST", "/v1/worker-configurations", body)
	var w model.WorkerConfigurationCreated
	if err := json.Unmarshal([]byte(made.body), &w); err != nil || made.status != 200 {
		t.Fatalf("%+v, %v", made, err)
	}
	plain := w.ARN.String()
	escaped := strings.NewReplacer(":", "%3A", "/", "%2F").Replace(plain)
	one := s.send(t, "GET", "/v1/worker-configurations/"+plain, "")
	two := s.send(t, "GET", "/v1/worker-configurations/"+escaped, "")
	three := s.send(t, "GET", "/v1/worker-configurations/"+strings.ToLower(strings.ReplaceAll(escaped, "%3A", ":")), "")
	if one.status != 200 || one.body != two.body || one.body != three.body || strings.Contains(one.body, "description") {
		t.Errorf("%+v\n%+v\n%+v", one, two, three)
	}
}

// failing is a Service whose ListConnectors does what a test wants.
type failing struct {
	Service
	list func(context.Context) error
}

func (f failing) ListConnectors(ctx context.Context, _ model.List) (model.Page[model.ConnectorSummary], error) {
	return model.Page[model.ConnectorSummary]{}, f.list(ctx)
}

func TestInternalErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		list    func(context.Context) error
		status  int
		message string
	}{
		{"known", func(context.Context) error {
			return fmt.Errorf("list: %w", &model.Error{Code: model.CodeForbidden, Message: "no"})
		}, 403, `{"message":"no"}`},
		{"unknown", func(context.Context) error { return errors.New("secret") }, 500, `{"message":"internal error; the log of the control plane says more"}`},
		{"panic", func(context.Context) error { panic("secret") }, 500, `{"message":"internal error; the log of the control plane says more"}`},
		{"timeout", func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("wait: %w", ctx.Err()) }, 503, `{"message":"the operation took too long; try again later"}`},
	} {
		w := httptest.NewRecorder()
		New(failing{list: c.list}, Options{Timeout: time.Millisecond}).ServeHTTP(w, httptest.NewRequest("GET", "/v1/connectors", nil))
		if w.Code != c.status || w.Body.String() != c.message {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestManyRequests(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	h := New(failing{list: func(context.Context) error { started <- struct{}{}; <-release; return nil }}, Options{MaxRequests: 1})
	first := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.ServeHTTP(first, httptest.NewRequest("GET", "/v1/connectors", nil))
	}()
	<-started
	second := httptest.NewRecorder()
	h.ServeHTTP(second, httptest.NewRequest("GET", "/v1/connectors", nil))
	close(release)
	<-done
	if first.Code != 200 || second.Code != 429 || second.Header().Get("x-amzn-ErrorType") != "TooManyRequestsException" {
		t.Errorf("%d, %d %v", first.Code, second.Code, second.Header())
	}
}

func TestLargeBody(t *testing.T) {
	s := newServer(t, Options{MaxBody: 10})
	for body, message := range map[string]string{`{"a":1234}`: "name must have", `{"a":12345}`: "body of more than 10 bytes"} {
		if got := s.send(t, "POST", "/v1/worker-configurations", body); got.status != 400 || !strings.Contains(got.body, message) {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

// TestSlowBody checks that a body which does not come does not hold a request.
func TestSlowBody(t *testing.T) {
	s := newServer(t, Options{BodyTimeout: 10 * time.Millisecond})
	r, w := io.Pipe()
	defer w.Close()
	request, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/v1/connectors", r)
	if err != nil {
		t.Fatal(err)
	}
	if got := do(t, request); got.status != 400 || !strings.Contains(got.body, "cannot be read") {
		t.Errorf("%+v", got)
	}
}

// TestLongCall checks that the time for the body does not end a call.
func TestLongCall(t *testing.T) {
	h := New(failing{list: func(ctx context.Context) error {
		select {
		case <-time.After(50 * time.Millisecond):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}, Options{BodyTimeout: 5 * time.Millisecond})
	s := httptest.NewServer(h)
	defer s.Close()
	if got := (&server{Server: s}).send(t, "GET", "/v1/connectors", ""); got.status != 200 {
		t.Errorf("%+v", got)
	}
}
