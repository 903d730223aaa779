package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/devregistry"
)

// recorder is a registry that answers what it is told, and keeps what it was asked.
type recorder struct {
	status []int // of the next answers, 200 afterwards
	asked  []*http.Request
	body   string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.asked = append(r.asked, q)
	if len(r.status) > 0 {
		w.WriteHeader(r.status[0])
		r.status = r.status[1:]
		_, _ = io.WriteString(w, `{"error_code":50003,"message":"busy"}`)
		return
	}
	_, _ = io.WriteString(w, r.body)
}

func TestFailOver(t *testing.T) {
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	r := &recorder{body: `{"schema":"\"int\""}`}
	s := httptest.NewServer(r)
	defer s.Close()
	c, err := New(Settings{URLs: []string{dead.URL, s.URL + "/registry/"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := c.ByID(context.Background(), 7, "a/b-value")
		if err != nil || got.Text != `"int"` || got.ID != 7 {
			t.Fatal(got, err)
		}
	}
	if want := "/registry/schemas/ids/7?fetchMaxId=false&subject=a%2Fb-value"; r.asked[0].RequestURI != want {
		t.Errorf("asked %s, want %s", r.asked[0].RequestURI, want)
	}
	if c.now != 1 {
		t.Errorf("begins with address %d", c.now)
	}
}

func TestRetries(t *testing.T) {
	for _, c := range []struct {
		status []int
		asked  int
		ok     bool
	}{
		{[]int{500, 503}, 3, true}, {[]int{500, 500, 500}, 3, false}, {[]int{404}, 1, false}, {[]int{409}, 1, false}, {nil, 1, true},
	} {
		r := &recorder{status: c.status, body: `{"id":5}`}
		s := httptest.NewServer(r)
		client, err := New(Settings{URLs: []string{s.URL}, Retries: 2})
		if err != nil {
			t.Fatal(err)
		}
		id, err := client.Register(context.Background(), "s", &Schema{Text: `"int"`}, true)
		if (err == nil) != c.ok || len(r.asked) != c.asked || c.ok && id != 5 {
			t.Errorf("%v: id %d, %v, asked %d times", c.status, id, err, len(r.asked))
		}
		var no *Error
		if !c.ok && (!errors.As(err, &no) || no.Error() != "busy; error code: 50003") {
			t.Errorf("%v: %v", c.status, err)
		}
		s.Close()
	}
}

func TestFromConfig(t *testing.T) {
	r := &recorder{body: `{"id":5}`}
	s := httptest.NewServer(r)
	defer s.Close()
	host := strings.TrimPrefix(s.URL, "http://")
	def := config.NewDef(ConfigKeys()...)
	for _, c := range []struct {
		props map[string]string
		want  string // authorization, or what is wrong
	}{
		{map[string]string{urlKey: s.URL}, ""},
		{map[string]string{urlKey: "http://u:p@" + host}, "Basic dTpw"},
		{map[string]string{urlKey: s.URL, basicSource: "USER_INFO", basicUser: "u:p"}, "Basic dTpw"},
		{map[string]string{urlKey: s.URL, basicSource: "USER_INFO", oldUserInfo: "u:p"}, "Basic dTpw"},
		{map[string]string{urlKey: s.URL, bearerSource: "STATIC_TOKEN", bearerToken: "tok"}, "Bearer tok"},
		{map[string]string{urlKey: s.URL, bearerSource: "STATIC_TOKEN"}, bearerToken},
		{map[string]string{urlKey: s.URL, basicSource: "USER_INFO", bearerSource: "STATIC_TOKEN"}, "Only one of"},
		{map[string]string{urlKey: s.URL, sslPrefix + "truststore.location": "/not/there.jks"}, "ssl.truststore.location"},
		{map[string]string{urlKey: "ftp://x"}, urlKey},
	} {
		v, err := def.Parse(c.props)
		if err != nil {
			t.Fatal(err)
		}
		settings, err := FromConfig(v)
		var client *Client
		if err == nil {
			client, err = New(settings)
		}
		if err == nil {
			_, err = client.Register(context.Background(), "s", &Schema{Text: `"int"`}, false)
		}
		if err != nil {
			if c.want == "" || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v: %v, want %s", c.props, err, c.want)
			}
			continue
		}
		if got := r.asked[len(r.asked)-1].Header.Get("Authorization"); got != c.want {
			t.Errorf("%v: authorization %q, want %q", c.props, got, c.want)
		}
	}
}

// TestSecrets: an address with a password does not stand in errors.
func TestSecrets(t *testing.T) {
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	c, err := New(Settings{URLs: []string{strings.Replace(dead.URL, "http://", "http://me:secret@", 1)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.Latest(context.Background(), "s"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

// TestRegistry goes through the embedded registry.
func TestRegistry(t *testing.T) {
	s := httptest.NewServer(devregistry.New())
	defer s.Close()
	c, err := New(Settings{URLs: []string{s.URL}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, first := context.Background(), &Schema{Text: `{"type":"record","name":"R","fields":[]}`}
	second := &Schema{Text: `{"type":"record","name":"R","fields":[{"name":"x","type":"int","default":1}]}`}
	for i, schema := range []*Schema{first, second, first} {
		if id, err := c.Register(ctx, "a/b", schema, false); err != nil || id != []int32{1, 2, 1}[i] {
			t.Errorf("id %d, %v", id, err)
		}
	}
	if id, err := c.Register(ctx, "other", second, false); err != nil || id != 2 {
		t.Errorf("the same schema in another subject: id %d, %v", id, err)
	}
	if got, err := c.Latest(ctx, "a/b"); err != nil || got.Version != 2 || got.ID != 2 || got.Text != second.Text {
		t.Errorf("latest %+v, %v", got, err)
	}
	if got, err := c.Version(ctx, "a/b", 1); err != nil || got.ID != 1 {
		t.Errorf("first %+v, %v", got, err)
	}
	if got, err := c.LookUp(ctx, "a/b", first, false, true); err != nil || got.Version != 1 {
		t.Errorf("looked up %+v, %v", got, err)
	}
	for what, f := range map[string]func() error{
		"Subject 'none' not found.; error code: 40401": func() error { _, err := c.Latest(ctx, "none"); return err },
		"Version 9 not found.; error code: 40402":      func() error { _, err := c.Version(ctx, "a/b", 9); return err },
		"Schema 9 not found; error code: 40403":        func() error { _, err := c.ByID(ctx, 9, ""); return err },
		"incompatible with an earlier schema":          func() error { _, err := c.Register(ctx, "a/b", &Schema{Text: `"int"`}, false); return err },
		"error code: 42201":                            func() error { _, err := c.Register(ctx, "a/b", &Schema{Text: `{`}, false); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %s", err, what)
		}
	}
}
