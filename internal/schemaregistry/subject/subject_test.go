package subject

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

var words = Words{Data: "data %s", Retry: "retry %s", Network: "network %s: %s"}

var format = Format{Type: "JSON", Name: "JSON", Colon: ": ", Write: words, Read: words}

func open(t *testing.T, role convert.Role, answers map[string]string, props ...string) *Registry {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		sent, _ := io.ReadAll(q.Body)
		answer, ok := answers[strings.TrimSpace(q.Method+" "+q.URL.RequestURI()+" "+string(sent))]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = fmt.Sprintf(`{"error_code":40403,"message":"%s is unknown"}`, q.URL.Path)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	raw := map[string]string{"schema.registry.url": s.URL}
	for i := 0; i < len(props); i += 2 {
		raw[props[i]] = props[i+1]
	}
	v, err := config.NewDef(ConfigKeys()...).Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(v, role, &format)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func TestWrite(t *testing.T) {
	const sent = `{"schemaType":"JSON","schema":"{}"}`
	for _, c := range []struct {
		name   string
		role   convert.Role
		answer [2]string
		props  []string
		head   string
		strict string
		fails  string
	}{
		{"register", convert.Key, [2]string{"POST /subjects/t-key/versions?normalize=true " + sent, `{"id":258}`}, []string{"normalize.schemas", "true"}, "\x00\x00\x00\x01\x02", "", ""},
		{"registered", convert.Value, [2]string{"POST /subjects/t-value?normalize=false&deleted=false " + sent, `{"id":3}`}, []string{"auto.register.schemas", "false"}, "\x00\x00\x00\x00\x03", "", ""},
		{"record", convert.Value, [2]string{"POST /subjects/t-R/versions?normalize=false " + sent, `{"id":3}`}, []string{"value.subject.name.strategy", "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy"}, "\x00\x00\x00\x00\x03", "", ""},
		{"latest", convert.Value, [2]string{"GET /subjects/t-value/versions/latest", `{"id":4,"schema":"true"}`}, []string{"auto.register.schemas", "false", "use.latest.version", "true"}, "\x00\x00\x00\x00\x04", "latest.compatibility.strict", ""},
		{"id", convert.Value, [2]string{"GET /schemas/ids/5?fetchMaxId=false&subject=t-value", `{"schema":"true"}`}, []string{"auto.register.schemas", "false", "use.schema.id", "5", "id.compatibility.strict", "false"}, "\x00\x00\x00\x00\x05", "", ""},
		{"unknown", convert.Value, [2]string{}, []string{"auto.register.schemas", "false"}, "", "", "data t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, c.role, map[string]string{c.answer[0]: c.answer[1]}, c.props...)
			w, err := r.Write("t", Schema{Text: "{}", Record: "R"})
			if c.fails != "" {
				if err == nil || err.Error() != c.fails || !strings.Contains(errors.Unwrap(err).Error(), "Error retrieving JSON schema: {}") {
					t.Errorf("%v, want %s", err, c.fails)
				}
				return
			}
			if err != nil || string(w.Head[:]) != c.head || w.Strict != c.strict {
				t.Errorf("%q %q, %v", w.Head, w.Strict, err)
			}
			no := w.Check(func() error { return errors.New("no") })
			if (no != nil) != (c.strict != "") {
				t.Errorf("checked: %v", no)
			}
		})
	}
}

func TestIdentify(t *testing.T) {
	r := open(t, convert.Value, nil)
	guid := []byte{1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	guid = append(guid[:1], append([]byte{0}, guid[1:]...)...)
	for _, c := range []struct {
		name    string
		headers []connect.RawHeader
		raw     string
		id      ID
		body    string
		fails   bool
	}{
		{"before", nil, "\x00\x00\x00\x01\x00x", ID{Number: 256}, "x", false},
		{"header", []connect.RawHeader{{Key: "__value_schema_id", Value: guid[:17]}}, "x", ID{GUID: "00000102-0304-0506-0708-090a0b0c0d0e"}, "x", false},
		{"header of the key", []connect.RawHeader{{Key: "__key_schema_id", Value: guid[:17]}}, "x", ID{}, "", true},
		{"short", nil, "\x00\x00\x00\x01", ID{}, "", true},
		{"no id", nil, "{\"a\": 1}", ID{}, "", true},
	} {
		id, body, err := r.Identify("t", c.headers, []byte(c.raw))
		if id != c.id || string(body) != c.body || (err != nil) != c.fails {
			t.Errorf("%s: %v %q %v", c.name, id, body, err)
		}
	}
}

func TestDependencies(t *testing.T) {
	r := open(t, convert.Value, map[string]string{
		"GET /schemas/ids/1?fetchMaxId=false&subject=t-value": `{"schemaType":"JSON","schema":"top","references":[{"name":"a","subject":"A","version":1},{"name":"b","subject":"B","version":2}]}`,
		"GET /subjects/A/versions/1?deleted=true":             `{"schemaType":"JSON","schema":"a","references":[{"name":"b","subject":"B","version":2},{"name":"a","subject":"A","version":1}]}`,
		"GET /subjects/B/versions/2?deleted=true":             `{"schemaType":"JSON","schema":"b"}`,
		"GET /schemas/ids/2?fetchMaxId=false&subject=t-value": `{"schema":"\"int\""}`,
		`POST /subjects/t-value?normalize=false&deleted=true {"schemaType":"JSON","references":[{"name":"a","subject":"A","version":1},{"name":"b","subject":"B","version":2}],"schema":"top"}`: `{"version":7}`,
	})
	s, all, err := r.Read("t", ID{Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range all {
		names = append(names, d.Name+"="+d.Schema.Text)
	}
	if want := []string{"b=b", "a=a"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if v, err := r.Version("t", ID{Number: 1}, s, ""); v != 7 || err != nil {
		t.Errorf("version %d, %v", v, err)
	}
	if v, err := r.Version("t", ID{Number: 1}, &client.Schema{}, ""); v != 0 || err != nil {
		t.Errorf("version %d, %v", v, err)
	}
	for _, id := range []int32{2, 3} {
		if _, _, err := r.Read("t", ID{Number: id}); err == nil || !strings.Contains(errors.Unwrap(err).Error(), fmt.Sprintf("Error retrieving JSON schema for id %d", id)) {
			t.Errorf("%v", err)
		}
	}
}

func TestCache(t *testing.T) {
	made := 0
	c := NewCache(2, func(k int) (int, time.Time, error) {
		made++
		switch {
		case k < 0:
			return 0, time.Time{}, errors.New("no")
		case k == 9:
			return made, time.Now().Add(-time.Second), nil
		}
		return made, time.Time{}, nil
	}, nil)
	for i, step := range []struct{ key, want int }{{1, 1}, {1, 1}, {2, 2}, {1, 1}, {3, 3}, {1, 4}, {-1, 0}, {-1, 0}, {9, 7}, {9, 8}} {
		if v, err := c.Get(step.key); v != step.want || (err != nil) != (step.key < 0) {
			t.Errorf("step %d: %d, %v, want %d", i, v, err, step.want)
		}
	}
}

func TestAlike(t *testing.T) {
	made := 0
	c := NewCache(3, func(int) (int, time.Time, error) {
		made++
		return made, time.Time{}, nil
	}, func(a, b int) bool { return a%100 == b%100 })
	for i, step := range []struct{ key, want int }{{1, 1}, {101, 1}, {2, 2}, {201, 1}, {102, 2}, {3, 3}, {1, 1}, {4, 4}, {301, 5}} {
		if v, err := c.Get(step.key); v != step.want || err != nil {
			t.Errorf("step %d: %d, %v, want %d", i, v, err, step.want)
		}
	}
}
