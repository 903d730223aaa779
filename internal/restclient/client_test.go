package restclient

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// worker answers every request the same way and notes the last one.
type worker struct {
	status int
	answer string
	got    string // method, URI, body
	header http.Header
}

func (w *worker) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.got, w.header = strings.TrimSpace(r.Method+" "+r.RequestURI+" "+string(body)), r.Header
	to.WriteHeader(w.status)
	_, _ = io.WriteString(to, w.answer)
}

func newClient(t *testing.T, w *worker) *Client {
	t.Helper()
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	c, err := New(Settings{URL: srv.URL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestCalls(t *testing.T) {
	ctx := context.Background()
	text := "v"
	is := func(v any, err error) (any, error) { return v, err }
	none := func(err error) (any, error) { return nil, err }
	cases := []struct {
		name   string
		do     func(*Client) (any, error)
		sends  string
		status int
		answer string
		want   any
	}{
		{"root", func(c *Client) (any, error) { return is(c.Root(ctx)) }, "GET /", 200, `{"version":"4.3.0","commit":"c","kafka_cluster_id":null}`, Root{Version: "4.3.0", Commit: "c"}},
		{"connectors", func(c *Client) (any, error) { return is(c.Connectors(ctx)) }, "GET /connectors", 200, `["a"]`, []string{"a"}},
		{
			"overviews", func(c *Client) (any, error) { return is(c.Overviews(ctx)) }, "GET /connectors?expand=info&expand=status", 200,
			`{"a":{"info":null,"status":{"name":"a","connector":{"state":"RUNNING","worker_id":"w:1","version":null},"tasks":[{"id":0,"state":"FAILED","worker_id":"w:1","trace":"t"}],"type":"sink"}}}`,
			map[string]Overview{"a": {Status: &Status{Name: "a", Type: "sink", Connector: State{State: "RUNNING", WorkerID: "w:1"}, Tasks: []TaskState{{0, State{State: "FAILED", WorkerID: "w:1", Trace: "t"}}}}}},
		},
		{"odd name", func(c *Client) (any, error) { return none(c.Pause(ctx, "a b/ü%;?#+")) }, "PUT /connectors/a%20b%2F%C3%BC%25%3B%3F%23+/pause", 202, "", nil},
		{
			"create", func(c *Client) (any, error) { return is(c.Create(ctx, "a", map[string]string{"k": "v"}, "STOPPED")) },
			`POST /connectors {"name":"a","config":{"k":"v"},"initial_state":"STOPPED"}`, 201, `{"name":"a","config":{"k":"v"},"tasks":[],"type":"source"}`,
			Connector{Name: "a", Config: map[string]string{"k": "v"}, Tasks: []TaskID{}, Type: "source"},
		},
		{
			"put", func(c *Client) (any, error) {
				_, created, err := c.Put(ctx, "a", map[string]string{"k": "v"})
				return created, err
			}, `PUT /connectors/a/config {"k":"v"}`, 201, `{}`, true,
		},
		{"patch", func(c *Client) (any, error) { return is(c.Patch(ctx, "a", map[string]*string{"k": &text, "x": nil})) }, `PATCH /connectors/a/config {"k":"v","x":null}`, 200, `{}`, Connector{}},
		{"delete", func(c *Client) (any, error) { return none(c.Delete(ctx, "a")) }, "DELETE /connectors/a", 204, "", nil},
		{"restart", func(c *Client) (any, error) { return is(c.Restart(ctx, "a", false, false)) }, "POST /connectors/a/restart", 204, "", (*Status)(nil)},
		{"restart failed", func(c *Client) (any, error) { return is(c.Restart(ctx, "a", true, true)) }, "POST /connectors/a/restart?includeTasks=true&onlyFailed=true", 202, `{"name":"a"}`, &Status{Name: "a"}},
		{"restart task", func(c *Client) (any, error) { return none(c.RestartTask(ctx, TaskID{"a", 3})) }, "POST /connectors/a/tasks/3/restart", 204, "", nil},
		{"topics", func(c *Client) (any, error) { return is(c.Topics(ctx, "a")) }, "GET /connectors/a/topics", 200, `{"a":{"topics":["t"]}}`, []string{"t"}},
		{
			"offsets", func(c *Client) (any, error) { return is(c.Offsets(ctx, "a")) }, "GET /connectors/a/offsets", 200, `{"offsets":[{"partition":{"p":9007199254740993},"offset":null}]}`,
			[]Offset{{Partition: map[string]any{"p": json.Number("9007199254740993")}}},
		},
		{
			"alter offsets", func(c *Client) (any, error) {
				return is(c.AlterOffsets(ctx, "a", []Offset{{Partition: map[string]any{"p": json.Number("1")}}}))
			}, `PATCH /connectors/a/offsets {"offsets":[{"partition":{"p":1},"offset":null}]}`, 200, `{"message":"m"}`, "m",
		},
		{"reset offsets", func(c *Client) (any, error) { return is(c.ResetOffsets(ctx, "a")) }, "DELETE /connectors/a/offsets", 200, `{"message":"m"}`, "m"},
		{"plugins", func(c *Client) (any, error) { return is(c.Plugins(ctx, true)) }, "GET /connector-plugins?connectorsOnly=false", 200, `[{"class":"c","type":"sink","version":"1"}]`, []Plugin{{"c", "sink", "1"}}},
		{"plugin config", func(c *Client) (any, error) { return is(c.PluginConfig(ctx, "a.B$C", "[1,2)")) }, "GET /connector-plugins/a.B$C/config?version=%5B1%2C2%29", 200, `[]`, []Key{}},
		{"validate", func(c *Client) (any, error) { return is(c.Validate(ctx, map[string]string{"connector.class": "C"})) }, `PUT /connector-plugins/C/config/validate {"connector.class":"C"}`, 200, `{"name":"C","error_count":2}`, Validation{Name: "C", ErrorCount: 2}},
		{"level", func(c *Client) (any, error) { return is(c.SetLevel(ctx, "a.b", "DEBUG", false)) }, `PUT /admin/loggers/a.b {"level":"DEBUG"}`, 200, `["a.b"]`, []string{"a.b"}},
		{"level of all", func(c *Client) (any, error) { return is(c.SetLevel(ctx, "a.b", "DEBUG", true)) }, `PUT /admin/loggers/a.b?scope=cluster {"level":"DEBUG"}`, 204, ``, []string(nil)},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			w := &worker{status: k.status, answer: k.answer}
			got, err := k.do(newClient(t, w))
			if err != nil || !reflect.DeepEqual(got, k.want) {
				t.Errorf("got %+v, %v", got, err)
			}
			if w.got != k.sends || w.header.Get("Accept") != "application/json" {
				t.Errorf("sent %s\nwant %s", w.got, k.sends)
			}
			if hasBody, typed := strings.Contains(k.sends, "{"), w.header.Get("Content-Type") != ""; hasBody != typed {
				t.Errorf("Content-Type: %v", typed)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	cases := []struct {
		status      int
		answer      string
		msg         string
		rebalancing bool
		notFound    bool
	}{
		{404, `{"error_code":404,"message":"Connector a not found"}`, "Connector a not found", false, true},
		{409, `{"error_code":409,"message":"Connector a already exists"}`, "Connector a already exists", false, false},
		{409, `{"error_code":409,"message":"Cannot complete request because of a conflicting operation (e.g. worker rebalance)"}`, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)", true, false},
		{500, `{"error_code":500,"message":"Request cannot be completed because a rebalance is expected"}`, "Request cannot be completed because a rebalance is expected", true, false},
		{401, "User cannot access the resource.", "User cannot access the resource.", false, false},
		{502, "<html>proxy</html>", "the worker answered 502 Bad Gateway", false, false},
		{500, `{"error_code":500,"message":null}`, "the worker answered 500 Internal Server Error", false, false},
	}
	for _, c := range cases {
		_, err := newClient(t, &worker{status: c.status, answer: c.answer}).Connector(context.Background(), "a")
		var e *Error
		if !errors.As(err, &e) || e.Error() != c.msg || e.Status != c.status || e.Rebalancing() != c.rebalancing || IsNotFound(err) != c.notFound {
			t.Errorf("%d %s: got %v", c.status, c.answer, err)
		}
	}
}

func TestNewRefusesAddresses(t *testing.T) {
	for _, url := range []string{"", "localhost:8083", "ftp://x", "http://"} {
		if _, err := New(Settings{URL: url}); err == nil {
			t.Errorf("%q is accepted", url)
		}
	}
}

func TestBasicAuthentication(t *testing.T) {
	w := &worker{status: 200, answer: `{}`}
	c := newClient(t, w)
	c.settings.User, c.settings.Password = "u", "p"
	if _, err := c.Root(context.Background()); err != nil || w.header.Get("Authorization") != "Basic dTpw" {
		t.Errorf("got %v, %v", w.header, err)
	}
}
