package rest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/rest/basicauth"
	"github.com/millrace/millrace/internal/workerconfig"
)

// jaasFile writes a JAAS file and its users.
func jaasFile(t *testing.T, users string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"users": users,
		"jaas": `KafkaConnect { org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required
			file="` + filepath.Join(dir, "users") + `"; };`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "jaas")
}

func TestBasicAuthentication(t *testing.T) {
	auth, err := basicauth.Open(jaasFile(t, "alice=wonder"))
	if err != nil {
		t.Fatal(err)
	}
	srv := start(t, &fakeLeader{fakeHerder: newFake()}, func(s *Settings) {
		s.Auth = auth
		s.AdminListeners = []workerconfig.Listener{{Protocol: "http", Host: "127.0.0.1"}}
	})
	main, admin := srv.URLs()[0], srv.URLs()[1]
	basic := func(text string) string {
		return "\nAuthorization: Basic " + base64.StdEncoding.EncodeToString([]byte(text))
	}
	const no = "401\nContent-Type: application/json\n|User cannot access the resource.\n"
	cases := []struct {
		name, url, request, body string
		want                     string // the beginning of the answer
	}{
		{"none", main, "GET /connectors", "", no},
		{"wrong", main, "GET /" + basic("alice:x"), "", no},
		{"right", main, "GET /connectors" + basic("alice:wonder"), "", "200\n"},
		{"health", main, "GET /health", "", no},
		{"options", main, "OPTIONS /connectors", "", no},
		{"head", main, "HEAD /connectors", "", "401\nContent-Type: application/json\n"},
		{"create", main, create, `{"name":"a","config":{"connector.class":"C"}}`, no},
		{"create, right", main, create + basic("alice:wonder"), `{"name":"a","config":{"connector.class":"C"}}`, "201\n"},
		{"broken body", main, create, `{`, no},
		{"body without a type", main, "POST /connectors", `{}`, no},
		{"bad base64", main, "GET /\nAuthorization: Basic ***", "", "500\nContent-Type: application/json\n|{\"error_code\":500,\"message\":\"Illegal base64 character 2a\"}"},
		{"unknown path", main, "GET /nope", "", "404\n|{"},
		{"wrong method", main, "DELETE /", "", "405\n|{"},
		{"not acceptable", main, "GET /\nAccept: text/html", "", "406\n|{"},
		{"wrong type", main, "POST /connectors\nContent-Type: text/plain", "", "415\n|{"},
		{"odd name", main, "GET /connectors/odd%2Fna%25me", "", no},
		{"odd name, unknown", main, "GET /connectors/odd%2Fnot", "", no},
		{"fence", main, "PUT /connectors/c/fence/", "", "204\n"},
		{"task configs", main, "POST /connectors/c/tasks", `[]`, "204\n"},
		{"tasks", main, "GET /connectors/src/tasks", "", no},
		{"admin", admin, "GET /admin/loggers", "", no},
		{"admin, right", admin, "GET /admin/loggers" + basic("alice:wonder"), "", "200\n"},
	}
	for _, c := range cases {
		res, body := exchange(t, c.url, c.request, c.body)
		if got := show(res, body); !strings.HasPrefix(got, c.want) || res.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: got %s", c.name, got)
		}
	}
}

func TestExtensions(t *testing.T) {
	file := jaasFile(t, "")
	const key = "java.security.auth.login.config"
	short := basicauth.Class[strings.LastIndex(basicauth.Class, ".")+1:]
	cases := []struct {
		name  string
		props map[string]string
		opts  string // KAFKA_OPTS
		on    bool
		err   string
	}{
		{"none", nil, "", false, ""},
		{"empty", map[string]string{keyExtensions: ""}, "", false, ""},
		{"unused JAAS file", map[string]string{key: "/none"}, "-D" + key + "=/none", false, ""},
		{"worker key", map[string]string{keyExtensions: basicauth.Class, key: file}, "-D" + key + "=/none", true, ""},
		{"JVM option", map[string]string{keyExtensions: basicauth.Class}, "-Da=b -D" + key + "=/none  -D" + key + "=" + file + " -Xmx1g", true, ""},
		{"URL", map[string]string{keyExtensions: basicauth.Class, key: "file://" + file}, "", true, ""},
		{"override sign", map[string]string{keyExtensions: basicauth.Class}, "-D" + key + "==" + file, true, ""},
		{"short name", map[string]string{keyExtensions: short, key: file}, "", true, ""},
		{"no JAAS file", map[string]string{keyExtensions: basicauth.Class}, "-Dother=" + file, false, short + " needs a JAAS file: set " + key + " in the worker configuration, or -D" + key + "=FILE in the environment variable KAFKA_OPTS"},
		{"JAAS file is missing", map[string]string{keyExtensions: basicauth.Class, key: "/none"}, "", false, keyExtensions + ": read the JAAS file: open /none"},
		{"another", map[string]string{keyExtensions: basicauth.Class + ", io.debezium.Ext", key: file}, "", false, "Invalid value io.debezium.Ext for configuration rest.extension.classes: this REST extension is not supported; " + basicauth.Class + " is"},
	}
	for _, c := range cases {
		t.Setenv("KAFKA_OPTS", c.opts)
		s, err := settingsOf(t, maps.Clone(c.props))
		if text := fmt.Sprint(err); (s.Auth != nil) != c.on || (err != nil) != (c.err != "") || !strings.Contains(text, c.err) && err != nil {
			t.Errorf("%s: got %v, %v", c.name, s.Auth, err)
		}
	}
}
