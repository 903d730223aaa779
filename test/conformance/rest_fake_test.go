package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// fakeWorker is a worker that leads or follows, is busy but for every third request,
// and counts.
func fakeWorker(t *testing.T, leads bool) (address string) {
	t.Helper()
	var busy, count atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /connectors/{name}", func(w http.ResponseWriter, _ *http.Request) {
		status := http.StatusConflict
		if leads {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
	})
	mux.HandleFunc("GET /role", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "leads: %t", leads) })
	mux.HandleFunc("GET /busy", func(w http.ResponseWriter, _ *http.Request) {
		if busy.Add(1)%3 != 0 {
			w.WriteHeader(409)
			fmt.Fprint(w, "a rebalance is on its way")
		}
	})
	mux.HandleFunc("GET /count", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"list":[{"n":%d}]}`, count.Add(1))
	})
	mux.HandleFunc("GET /echo/{text}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.PathValue("text")) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// TestRESTReplay performs steps, one after the other, against workers that are none.
func TestRESTReplay(t *testing.T) {
	leader, follower := fakeWorker(t, true), fakeWorker(t, false)
	r := &replay{
		listeners: map[string]string{"main": follower, "second": leader},
		vars:      variables{"dir": t.TempDir()},
	}
	for _, c := range []struct {
		step   string
		passes bool
	}{
		{`{"request":{"method":"GET","path":"/role","listener":"leader"},"match":{"headers":"ignore"},"response":{"status":200,"text":"leads: true"}}`, true},
		{`{"request":{"method":"GET","path":"/role","listener":"follower"},"match":{"headers":"ignore"},"response":{"status":200,"text":"leads: false"}}`, true},
		{`{"request":{"method":"GET","path":"/role"},"match":{"headers":"ignore"},"response":{"status":200,"text":"leads: false"}}`, true},
		{`{"request":{"method":"GET","path":"/role","listener":"second"},"match":{"headers":"ignore"},"response":{"status":200,"text":"leads: true"}}`, true},
		{`{"request":{"method":"GET","path":"/role","listener":"admin"},"match":{"headers":"ignore"},"response":{"status":200,"text":"leads: true"}}`, false},
		{`{"request":{"method":"GET","path":"/busy"},"match":{"headers":"ignore"},"response":{"status":200}}`, true},
		{`{"request":{"method":"GET","path":"/busy"},"noretry":true,"match":{"headers":"ignore"},"response":{"status":200}}`, false},
		{`{"request":{"method":"GET","path":"/busy"},"match":{"headers":"ignore"},"response":{"status":409,"text":"other"}}`, false},
		{`{"request":{"method":"GET","path":"/count"},"poll":20,"save":{"n":"/list/0/n"},"match":{"headers":"ignore"},"response":{"status":200,"body":{"list":[{"n":3}]}}}`, true},
		{`{"request":{"method":"GET","path":"/echo/{{n}}"},"match":{"headers":"ignore"},"response":{"status":200,"text":"{{n}}"}}`, true},
		{`{"request":{"method":"GET","path":"/echo/{{n}}"},"match":{"headers":"ignore"},"response":{"status":200,"text":"3"}}`, true},
		{`{"request":{"method":"GET","path":"/count"},"save":{"m":"/list/1/n"},"match":{"body":"ignore","headers":"ignore"},"response":{"status":200}}`, false},
		{`{"parallel":[{"method":"GET","path":"/count"},{"method":"GET","path":"/none"}],"match":{"regex":{"/*/body/list/0/n":"\\d"}},"response":{"parallel":[{"status":404,"body":null},{"status":200,"body":{"list":[{"n":1}]}}]}}`, true},
		{`{"parallel":[{"method":"GET","path":"/count"},{"method":"GET","path":"/none"}],"match":{},"response":{"parallel":[{"status":404,"body":null},{"status":200,"body":null}]}}`, false},
		{`{"parallel":[{"method":"GET","path":"/count"},{"method":"GET","path":"/none"}],"match":{"statuses":{"allowed":[200,404],"at_least":[404]}}}`, true},
		{`{"parallel":[{"method":"GET","path":"/count"},{"method":"GET","path":"/none"}],"match":{"statuses":{"allowed":[200],"at_least":[]}}}`, false},
		{`{"parallel":[{"method":"GET","path":"/count"}],"match":{"statuses":{"allowed":[200,201],"at_least":[201]}}}`, false},
		{`{"before":[{"write":"{{dir}}/a/b","text":"x"},{"append":"{{dir}}/a/b","text":"y"}],"file":"{{dir}}/a/b","text":"xy"}`, true},
		{`{"before":[{"write":"{{dir}}/a/b","text":"z"}],"file":"{{dir}}/a/b","text":"zy"}`, false},
		{`{"before":[{"remove":"{{dir}}/a/b"},{"remove":"{{dir}}/a/b"},{"mkdir":"{{dir}}/a/b"}],"file":"{{dir}}/a/b","text":""}`, false},
		{`{"before":[{"write":"{{dir}}/a/c","text":""}],"file":"{{dir}}/a/c","text":""}`, true},
	} {
		s, err := r.vars.step(json.RawMessage(c.step))
		if err == nil {
			err = r.do(s)
		}
		if (err == nil) != c.passes {
			t.Errorf("%s: passes: %t (%v)", c.step, err == nil, err)
		}
	}
}
