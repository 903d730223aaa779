package devregistry

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func ask(r *Registry, method, path, body string) string {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return strings.TrimSpace(w.Body.String())
}

// TestOpenAgain finds everything again, under the same ids, also after a crash in the
// middle of a line.
func TestOpenAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "schemas.jsonl")
	open := func() *Registry {
		t.Helper()
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := open()
	ask(r, "POST", "/subjects/a/versions", `{"schema":"\"int\""}`)
	ask(r, "POST", "/subjects/b/versions", `{"schema":"\"int\""}`)
	ask(r, "POST", "/subjects/gone/versions", `{"schema":"\"string\""}`)
	ask(r, "DELETE", "/subjects/gone", "")
	ask(r, "PUT", "/config/a", `{"compatibility":"NONE"}`)
	ask(r, "POST", "/subjects/a/versions", `{"schemaType":"JSON","schema":"{\"type\":\"string\"}"}`)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(`{"subject":"torn`)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	for range 2 {
		r = open()
		for path, want := range map[string]string{
			"/subjects":            `["a","b"]`,
			"/subjects/a/versions": `[1,2]`,
			"/schemas/ids/1":       `{"schema":"\"int\""}`,
			"/schemas/ids/2":       `{"schema":"\"string\""}`,
			"/schemas/ids/3":       `{"schema":"{\"type\":\"string\"}","schemaType":"JSON"}`,
			"/config/a":            `{"compatibilityLevel":"NONE"}`,
		} {
			if got := ask(r, "GET", path, ""); got != want {
				t.Errorf("%s: %s, want %s", path, got, want)
			}
		}
		if got := ask(r, "POST", "/subjects/gone/versions", `{"schema":"\"string\""}`); got != `{"id":2}` {
			t.Errorf("registered again: %s", got)
		}
		ask(r, "DELETE", "/subjects/gone", "")
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFileCannotBeWritten refuses what it cannot keep.
func TestFileCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "schemas.jsonl")
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	if got := ask(r, "POST", "/subjects/a/versions", `{"schema":"\"int\""}`); !strings.Contains(got, "could not be stored") {
		t.Errorf("got %s", got)
	}
	if got := ask(r, "GET", "/subjects", ""); got != "[]" {
		t.Errorf("got %s", got)
	}
	if err := os.WriteFile(path, []byte("nonsense\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("got %v", err)
	}
}
