package rest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/signing"
)

// fakeLeader is a herder of a group.
type fakeLeader struct {
	*fakeHerder
	signed    bool // the group's protocol is sessioned
	key       string
	elsewhere error
	refusal   error
	got       []string
}

func (l *fakeLeader) verify(what, connector string, by signing.Claim) error {
	if l.signed {
		v := signing.Verifier{Required: true, Key: []byte(l.key), Algorithms: []string{"HmacSHA256"}}
		if err := v.Verify(by); err != nil {
			return fmt.Errorf("verify: %w", err)
		}
	}
	if l.elsewhere != nil {
		return l.elsewhere
	}
	l.got = append(l.got, what+" "+connector)
	return l.refusal
}

func (l *fakeLeader) PutTaskConfigs(_ context.Context, connector string, configs []map[string]string, by signing.Claim) error {
	return l.verify(fmt.Sprint(configs), connector, by)
}

func (l *fakeLeader) FenceZombies(_ context.Context, connector string, by signing.Claim) error {
	return l.verify("fence", connector, by)
}

func (l *fakeLeader) SetLoggerLevel(_ context.Context, namespace string, level slog.Level) error {
	l.got = append(l.got, fmt.Sprint("level ", level, " ", namespace))
	return l.refusal
}

func TestInternalRequests(t *testing.T) {
	const (
		key     = "0123456789abcdef0123456789abcdef"
		fence   = "PUT /connectors/a%20b/fence"
		tasks   = "POST /connectors/a%20b/tasks"
		sign    = "\nX-Connect-Request-Signature-Algorithm: HmacSHA256\nX-Connect-Authorization: "
		empty   = sign + "eWzTB4rxRjZ1PSaztVVUIv9Vo+Jhz4R7SOlTcbm9CqI="
		ofBody  = sign + "w4sJz7Fw7kA3ME3hRGqTeArGK8uZfbl3MtjL+RdNXNI="
		missing = "Internal request missing required signature"
		invalid = "Internal request contained invalid signature."
	)
	cases := []struct {
		name, request, body string
		leader              fakeLeader
		status              int
		want                string // the message, or what the herder was told
	}{
		{"fence", fence + empty, "", fakeLeader{signed: true, key: key}, 204, "fence a b"},
		{"tasks", tasks + ofBody, `[{"a":"b"}]`, fakeLeader{signed: true, key: key}, 204, "[map[a:b]] a b"},
		{"tasks, no padding", tasks + strings.TrimSuffix(ofBody, "="), `[{"a":"b"}]`, fakeLeader{signed: true, key: key}, 204, "[map[a:b]] a b"},
		{"no tasks", tasks, `[]`, fakeLeader{}, 204, "[] a b"},
		{"unsigned", fence, "", fakeLeader{signed: true, key: key}, 400, missing},
		{"half signed", fence + "\nX-Connect-Authorization: AAAA", "", fakeLeader{signed: true, key: key}, 400, missing},
		{"empty signature", fence + sign, "", fakeLeader{signed: true, key: key}, 403, invalid},
		{"other body", tasks + ofBody, `[{"a": "b"}]`, fakeLeader{signed: true, key: key}, 403, invalid},
		{"no key yet", fence + empty, "", fakeLeader{signed: true}, 503, "This worker is still starting up and has not been able to read a session key from the config topic yet"},
		{"malformed before unsigned", tasks, `{`, fakeLeader{signed: true}, 500, "Cannot deserialize value of type `java.util.ArrayList<java.util.Map<java.lang.String,java.lang.String>>` from Object value (token `JsonToken.START_OBJECT`)\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1]"},
		{"unknown algorithm, unsigned group", fence + "\nX-Connect-Request-Signature-Algorithm: Foo\nX-Connect-Authorization: AAAA", "", fakeLeader{}, 400, "Algorithm Foo not available"},
		{"bad base64", fence + sign + "***", "", fakeLeader{}, 400, "Illegal base64 character 2a"},
		{"bad padding", fence + sign + "AA=", "", fakeLeader{}, 400, "Input byte array has wrong 4-byte ending unit"},
		{"unsigned group does not check", fence + sign + "AAAA", "", fakeLeader{}, 204, "fence a b"},
		{"herder refuses", fence, "", fakeLeader{refusal: herder.Fail(herder.BadRequest, "Connector a b is not a source connector")}, 400, "Connector a b is not a source connector"},
		{"no leader", fence, "", fakeLeader{elsewhere: &herder.Elsewhere{}}, 409, "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway."},
	}
	for _, c := range cases {
		c.leader.fakeHerder = newFake()
		srv := start(t, &c.leader, nil)
		status, body := ask(t, srv.URLs()[0], c.request, c.body)
		got := strings.Join(c.leader.got, "; ")
		if status >= 300 {
			got = messageOf(t, body)
		}
		if status != c.status || got != c.want {
			t.Errorf("%s: got %d %s", c.name, status, got)
		}
	}
}

// TestInternalForward passes a request on without its signature, as Java workers do.
func TestInternalForward(t *testing.T) {
	l := &fakeLeader{fakeHerder: newFake(), signed: true, key: "k"}
	follower := &fakeLeader{fakeHerder: newFake(), elsewhere: &herder.Elsewhere{URL: start(t, l, nil).AdvertisedURL()}}
	url := start(t, follower, nil).URLs()[0]
	if status, body := ask(t, url, "POST /connectors/c/tasks\nX-Connect-Authorization: AAAA\nX-Connect-Request-Signature-Algorithm: HmacSHA256", "[]"); status != 400 || messageOf(t, body) != "Internal request missing required signature" {
		t.Errorf("got %d %s", status, body)
	}
	l.signed = false
	if status, body := ask(t, url, "POST /connectors/c/tasks", `[{"a":"b"}]`); status != 204 || strings.Join(l.got, "") != "[map[a:b]] c" {
		t.Errorf("got %d %s %v", status, body, l.got)
	}
}

func TestClusterLoggers(t *testing.T) {
	l := &fakeLeader{fakeHerder: newFake()}
	srv := start(t, l, nil)
	const put = "PUT /admin/loggers/millrace.x?scope=%s\nContent-Type: application/json"
	for _, c := range []struct {
		scope, body string
		status      int
		want        string
	}{
		{"cluster", `{"level":"debug"}`, 204, "level DEBUG millrace.x"},
		{"CLUSTER", `{"level":"INFO"}`, 204, "level INFO millrace.x"},
		{"worker", `{"level":"TRACE"}`, 200, ""},
		{"junk", `{"level":"WARN"}`, 200, ""},
		{"cluster", `{"level":"HIGH"}`, 404, ""},
		{"cluster", `{}`, 400, ""},
	} {
		l.got = nil
		status, body := ask(t, srv.URLs()[0], fmt.Sprintf(put, c.scope), c.body)
		if got := strings.Join(l.got, ""); status != c.status || got != c.want {
			t.Errorf("%s %s: got %d %s %s", c.scope, c.body, status, body, got)
		}
	}
	l.refusal = herder.Fail(herder.Internal, "Error writing logger level to Kafka")
	if status, body := ask(t, srv.URLs()[0], fmt.Sprintf(put, "cluster"), `{"level":"INFO"}`); status != 500 || messageOf(t, body) != "Error writing logger level to Kafka" {
		t.Errorf("got %d %s", status, body)
	}
}
