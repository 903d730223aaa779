package conformance

import (
	"encoding/json"
	"net/http"
	"testing"
)

// TestRESTRules compares answers with recorded ones that they match or do not.
func TestRESTRules(t *testing.T) {
	const isJSON = `{"Content-Type":"application/json"}`
	for _, c := range []struct {
		name, step string
		status     int
		headers    string
		text       string
		matches    bool
	}{
		{"equal", `{"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":{"a":[1,null,true]}}}`, 200, isJSON, `{"a":[1,null,true]}`, true},
		{"other order of a list", `{"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":[1,2]}}`, 200, isJSON, `[2,1]`, false},
		{"other type of number", `{"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":1}}`, 200, isJSON, `1.0`, false},
		{"other digits of a number", `{"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":1.50}}`, 200, isJSON, `1.5`, true},
		{"number for a text", `{"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":"1"}}`, 200, isJSON, `1`, false},
		{"list for null", `{"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":null}}`, 200, isJSON, `[]`, false},
		{"more fields", `{"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":{"a":1}}}`, 200, isJSON, `{"a":1,"b":2}`, false},
		{"fewer fields", `{"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":{"a":1,"b":2}}}`, 200, isJSON, `{"a":1}`, false},
		{"other status", `{"response":{"status":200}}`, 204, `{}`, ``, false},
		{"one of the statuses", `{"match":{"status_in":[200,204]},"response":{"status":200}}`, 204, `{}`, ``, true},
		{"none of the statuses", `{"match":{"status_in":[201,204]},"response":{"status":200}}`, 200, `{}`, ``, false},
		{"server's refusal", `{"match":{"jetty":true},"response":{"status":414,"text":"too long"}}`, 400, `{"Location":"/"}`, `no`, true},
		{"no refusal", `{"match":{"jetty":true},"response":{"status":414}}`, 200, `{}`, ``, false},
		{"mended defect", `{"match":{"quirk":[404]},"response":{"status":500}}`, 404, `{"Location":"/"}`, `any`, true},
		{"defect", `{"match":{"quirk":[404]},"response":{"status":500}}`, 500, `{}`, ``, true},
		{"mended otherwise", `{"match":{"quirk":[404]},"response":{"status":500}}`, 200, `{}`, ``, false},
		{"unexpected body", `{"response":{"status":204}}`, 204, `{}`, `x`, false},
		{"any body", `{"match":{"body":"ignore"},"response":{"status":200,"text":"a"}}`, 200, `{}`, `b`, true},
		{"body that says it is text", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{}}}`, 200, `{"Content-Type":"text/plain"}`, `{}`, false},
		{"missing header", `{"response":{"status":200,"headers":{"Vary":"x"}}}`, 200, `{}`, ``, false},
		{"unexpected header", `{"response":{"status":200}}`, 200, `{"Location":"/"}`, ``, false},
		{"free header", `{"response":{"status":200}}`, 200, `{"Vary":"x"}`, ``, true},
		{"any headers", `{"match":{"headers":"ignore"},"response":{"status":200,"headers":{"Allow":"GET"}}}`, 200, `{"Location":"/"}`, ``, true},
		{"ignored header", `{"match":{"ignore_headers":["location"]},"response":{"status":200}}`, 200, `{"Location":"/"}`, ``, true},
		{"header pattern", `{"response":{"status":200,"headers":{"Location":"re:http://.*/x"}}}`, 200, `{"Location":"http://h:1/x"}`, ``, true},
		{"header not of the pattern", `{"response":{"status":200,"headers":{"Location":"re:http://.*/x"}}}`, 200, `{"Location":"http://h:1/xy"}`, ``, false},
		{"methods in any order", `{"response":{"status":200,"headers":{"Allow":"GET, PUT"},"text":"GET, PUT"}}`, 200, `{"Allow":"PUT,GET"}`, `PUT, GET`, true},
		{"other methods", `{"response":{"status":200,"headers":{"Allow":"GET, PUT"},"text":"GET, PUT"}}`, 200, `{"Allow":"PUT,GET"}`, `PUT, HEAD`, false},
		{"content type's case", `{"response":{"status":200,"headers":{"Content-Type":"text/html;charset=UTF-8"}}}`, 200, `{"Content-Type":"text/html; charset=utf-8"}`, ``, true},
		{"error with a content type", `{"response":{"status":404,"text":"{\"a\":1}"}}`, 404, isJSON, `{"a": 1}`, true},
		{"other error", `{"response":{"status":404,"text":"{\"a\":1}"}}`, 404, isJSON, `{"a": 2}`, false},
		{"text pattern", `{"match":{"text":"a.*"},"response":{"status":200,"text":"abc"}}`, 200, `{}`, "a\nb", true},
		{"text not of the pattern", `{"match":{"text":"a.*"},"response":{"status":200,"text":"abc"}}`, 200, `{}`, `ba`, false},
		{"ignored value", `{"match":{"ignore":["/a"],"headers":"ignore"},"response":{"status":200,"body":{"a":1}}}`, 200, isJSON, `{"a":[]}`, true},
		{"ignored value is missing", `{"match":{"ignore":["/a"],"headers":"ignore"},"response":{"status":200,"body":{"a":1}}}`, 200, isJSON, `{}`, false},
		{"optional value", `{"match":{"optional":["/*/b"],"headers":"ignore"},"response":{"status":200,"body":{"a":{"b":1},"c":{}}}}`, 200, isJSON, `{"a":{},"c":{"b":2}}`, true},
		{"one segment", `{"match":{"ignore":["/*/c"],"headers":"ignore"},"response":{"status":200,"body":{"a":{"b":{"c":1}}}}}`, 200, isJSON, `{"a":{"b":{"c":2}}}`, false},
		{"any segments", `{"match":{"ignore":["/**/c"],"headers":"ignore"},"response":{"status":200,"body":{"a":{"b":{"c":1}}}}}`, 200, isJSON, `{"a":{"b":{"c":2}}}`, true},
		{"pattern", `{"match":{"regex":{"/a":"\\d+"},"headers":"ignore"},"response":{"status":200,"body":{"a":1}}}`, 200, isJSON, `{"a":23}`, true},
		{"pattern of a part", `{"match":{"regex":{"/a":"\\d+"},"headers":"ignore"},"response":{"status":200,"body":{"a":1}}}`, 200, isJSON, `{"a":"2x"}`, false},
		{"pattern and null", `{"match":{"regex":{"/a":".*"},"headers":"ignore"},"response":{"status":200,"body":{"a":1}}}`, 200, isJSON, `{"a":null}`, false},
		{"pattern with a variable", `{"match":{"regex":{"/a":"{{run}}-.*"},"headers":"ignore"},"response":{"status":200,"body":{"a":1}}}`, 200, isJSON, `{"a":"t.1-x"}`, true},
		{"variable is no pattern", `{"match":{"regex":{"/a":"{{run}}-.*"},"headers":"ignore"},"response":{"status":200,"body":{"a":1}}}`, 200, isJSON, `{"a":"t21-x"}`, false},
		{"variable in the body", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"{{run}}":"{{run}}{{none}}"}}}`, 200, isJSON, `{"t.1":"t.1{{none}}"}`, true},
		{"contains all", `{"match":{"contains":{"/a":["b","d"]},"headers":"ignore"},"response":{"status":200,"body":{"a":""}}}`, 200, isJSON, `{"a":"abcd"}`, true},
		{"contains one of two", `{"match":{"contains":{"/a":["b","x"]},"headers":"ignore"},"response":{"status":200,"body":{"a":""}}}`, 200, isJSON, `{"a":"abcd"}`, false},
		{"bag", `{"match":{"unordered":["/a"],"headers":"ignore"},"response":{"status":200,"body":{"a":[1,1,2]}}}`, 200, isJSON, `{"a":[1,2,1]}`, true},
		{"bag with other counts", `{"match":{"unordered":["/a"],"headers":"ignore"},"response":{"status":200,"body":{"a":[1,1,2]}}}`, 200, isJSON, `{"a":[1,2,2]}`, false},
		{"larger bag", `{"match":{"unordered":["/a"],"headers":"ignore"},"response":{"status":200,"body":{"a":[1]}}}`, 200, isJSON, `{"a":[1,2]}`, false},
		{"longer list", `{"match":{"superset":[""],"headers":"ignore"},"response":{"status":200,"body":[1,2]}}`, 200, isJSON, `[0,1,3,2]`, true},
		{"longer list in another order", `{"match":{"superset":[""],"headers":"ignore"},"response":{"status":200,"body":[1,2]}}`, 200, isJSON, `[2,1]`, false},
		{"larger object", `{"match":{"superset":[""],"headers":"ignore"},"response":{"status":200,"body":{"a":1}}}`, 200, isJSON, `{"b":2,"a":1}`, true},
		{"more recommended values", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"recommended_values":["a","b"]}}}`, 200, isJSON, `{"recommended_values":["c","b","a"]}`, true},
		{"fewer recommended values", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"recommended_values":["a","b"]}}}`, 200, isJSON, `{"recommended_values":["a"]}`, false},
		{"documentation", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"documentation":""}}}`, 200, isJSON, `{"documentation":"x"}`, true},
		{"no documentation", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"documentation":""}}}`, 200, isJSON, `{"documentation":null}`, false},
		{"worker", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"worker_id":"<worker_id>"}}}`, 200, isJSON, `{"worker_id":"h:1"}`, true},
		{"worker without a port", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"worker_id":"<worker_id>"}}}`, 200, isJSON, `{"worker_id":"h"}`, false},
		{"trace", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"trace":"a\n b"}}}`, 200, isJSON, `{"trace":"a\n c"}`, true},
		{"other trace", `{"match":{"headers":"ignore"},"response":{"status":200,"body":{"trace":"a\n b"}}}`, 200, isJSON, `{"trace":"c\n b"}`, false},
		{"set in a text", `{"match":{"headers":"ignore"},"response":{"status":200,"body":"x must be one of (case insensitive): A, B"}}`, 200, isJSON, `"x must be one of (case insensitive): B, A"`, true},
		{"field order", `{"match":{"field_order":true,"headers":"ignore"},"response":{"status":200,"body":{"a":1,"b":{"c":1,"d":1}}}}`, 200, isJSON, `{"a":1,"b":{"d":1,"c":1}}`, true},
		{"other field order", `{"match":{"field_order":true,"headers":"ignore"},"response":{"status":200,"body":{"a":1,"b":2}}}`, 200, isJSON, `{"b":2,"a":1}`, false},
		{"picked", `{"match":{"view":"pick:a,b","headers":"ignore"},"response":{"status":200,"body":{"a":1,"b":"<absent>"}}}`, 200, isJSON, `{"c":1,"a":1}`, true},
		{"element", `{"match":{"view":"elem:a","headers":"ignore"},"response":{"status":200,"body":true}}`, 200, isJSON, `["b"]`, false},
		{"keys", `{"match":{"view":"keys","headers":"ignore"},"response":{"status":200,"body":["a","b"]}}`, 200, isJSON, `{"b":1,"a":2}`, true},
		{"plugins", `{"match":{"view":"plugins","headers":"ignore"},"response":{"status":200,"body":[]}}`, 200, isJSON, `[{"class":"x.connect.tools.Y"}]`, true},
		{"key definitions", `{"match":{"view":"keydefs","headers":"ignore"},"response":{"status":200,"body":{"order":["a"],"keys":{"a":{"name":"a"}}}}}`, 200, isJSON, `[{"name":"a"}]`, true},
		{"errors of a validation", `{"request":{"method":"PUT","path":"/","body":{"b":"1"}},"match":{"view":"validate_errors","headers":"ignore"},"response":{"status":200,"body":{"name":"n","error_count":0,"groups":[],"configs":{"b":{"defined":true,"value":{"value":"1","errors":[],"visible":true}}}}}}`, 200, isJSON, `{"name":"n","error_count":0,"groups":[],"configs":[{"definition":{"name":"a"},"value":{"name":"a","value":null,"errors":[],"visible":true}},{"definition":{"name":"b"},"value":{"name":"b","value":"1","errors":[],"visible":true}}]}`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := variables{"run": "t.1"}.step(json.RawMessage(c.step))
			if err != nil {
				t.Fatal(err)
			}
			if s.Request == nil {
				s.Request = &restRequest{}
			}
			header := http.Header{}
			for name, value := range into[map[string]string](json.RawMessage(c.headers)) {
				header.Set(name, value)
			}
			err = s.compare(&restAnswer{c.status, header, c.text})
			if (err == nil) != c.matches {
				t.Errorf("matches: %t, want %t (%v)", err == nil, c.matches, err)
			}
		})
	}
}

// TestRESTUnknown wants steps that say what is unknown to fail.
func TestRESTUnknown(t *testing.T) {
	for _, raw := range []string{
		`{"id":"a"}`,
		`{"id":"a","wait":1,"request":{"method":"GET","path":"/"}}`,
		`{"id":"a","request":{"method":"GET","path":"/","trailer":"x"}}`,
		`{"id":"a","request":{"method":"GET","path":"/","listener":"third"}}`,
		`{"id":"a","request":{"method":"GET","path":"/"},"match":{"nearly":true}}`,
		`{"id":"a","request":{"method":"GET","path":"/"},"match":{"view":"half"}}`,
		`{"id":"a","request":{"method":"GET","path":"/"},"match":{"view":"pick"}}`,
		`{"id":"a","request":{"method":"GET","path":"/"},"match":{"body":"some"}}`,
		`{"id":"a","request":{"method":"GET","path":"/"},"match":{"regex":{"/a":"("}}}`,
		`{"id":"a","before":[{"touch":"x"}],"request":{"method":"GET","path":"/"}}`,
		`{"id":"a","before":[{}],"request":{"method":"GET","path":"/"}}`,
		`{"id":"a","request":{"method":"GET","path":"/"},"response":{"status":200,"trailers":{}}}`,
	} {
		s, err := variables{}.step(json.RawMessage(raw))
		if err == nil {
			err = (&replay{}).do(s)
		}
		if err == nil {
			t.Errorf("%s passes", raw)
		}
	}
}

// TestRESTRequest compares what goes over the wire.
func TestRESTRequest(t *testing.T) {
	const get = "GET /a HTTP/1.1\r\n"
	for _, c := range []struct{ request, want string }{
		{`{"method":"GET","path":"/a"}`, get + "Connection: close\r\nHost: h:1\r\n\r\n"},
		{`{"method":"GET","path":"/a","headers":{"Host":"other","Connection":null}}`, get + "Host: other\r\n\r\n"},
		{`{"method":"GET","path":"/<*>/<*>","path_repeat":["ab",2]}`, "GET /abab/abab HTTP/1.1\r\nConnection: close\r\nHost: h:1\r\n\r\n"},
		{`{"method":"PUT","path":"/a"}`, "PUT /a HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\nHost: h:1\r\n\r\n"},
		{`{"method":"GET","path":"/a","body":null}`, get + "Connection: close\r\nContent-Length: 4\r\nHost: h:1\r\n\r\nnull"},
		{`{"method":"GET","path":"/a","raw":"ü"}`, get + "Connection: close\r\nContent-Length: 2\r\nHost: h:1\r\n\r\nü"},
		{`{"method":"GET","path":"/a","latin1":"ü"}`, get + "Connection: close\r\nContent-Length: 1\r\nHost: h:1\r\n\r\n\xfc"},
		{`{"method":"GET","path":"/a","repeat":["[","1,",3,"1]"]}`, get + "Connection: close\r\nContent-Length: 9\r\nHost: h:1\r\n\r\n[1,1,1,1]"},
	} {
		r := &restRequest{}
		if err := decodeStrictly([]byte(c.request), r); err != nil {
			t.Fatal(err)
		}
		got, err := r.bytes("h:1")
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.request, got, err, c.want)
		}
	}
}
