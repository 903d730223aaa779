package devregistry

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRegistry(t *testing.T) {
	r := New()
	for _, c := range []struct {
		request, body string
		status        int
		want          string
	}{
		{"GET /", "", 200, `{}`},
		{"GET /schemas/types", "", 200, `["JSON","PROTOBUF","AVRO"]`},
		{"GET /subjects", "", 200, `[]`},
		{"POST /subjects/s/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`},
		{"POST /subjects/s/versions", `{"schema":"{\"type\":\"int\"}"}`, 200, `{"id":1}`},
		{"POST /compatibility/subjects/s/versions/latest", `{"schema":"\"long\""}`, 200, `{"is_compatible":true}`},
		{"POST /compatibility/subjects/s/versions/latest", `{"schema":"\"bytes\""}`, 200, `{"is_compatible":false}`},
		{"POST /subjects/s/versions", `{"schema":"\"bytes\""}`, 409, `"error_code":409`},
		{"PUT /config/s", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`},
		{"GET /config/s", "", 200, `{"compatibilityLevel":"NONE"}`},
		{"GET /config", "", 200, `{"compatibilityLevel":"BACKWARD"}`},
		{"PUT /config", `{"compatibility":"FULL"}`, 422, `"error_code":42203`},
		{"POST /subjects/s/versions", `{"schema":"\"bytes\""}`, 200, `{"id":2}`},
		{"GET /subjects/s/versions", "", 200, `[1,2]`},
		{"GET /subjects/s/versions/0", "", 422, `"error_code":42202`},
		{"POST /subjects/s", `{"schema":"\"bytes\""}`, 200, `"version":2`},
		{"POST /subjects/s/versions", `{"schema":"message M {","schemaType":"PROTOBUF"}`, 422, `"error_code":42201`},
		{"POST /subjects/s/versions", `nonsense`, 422, `"error_code":42201`},
		{"DELETE /subjects/s", "", 200, `[1,2]`},
		{"DELETE /subjects/s", "", 404, `"error_code":40401`},
		{"GET /schemas/ids/2", "", 200, `{"schema":"\"bytes\""}`},
		{"POST /subjects/part/versions", `{"schemaType":"JSON","schema":"{\"type\": \"string\"}"}`, 200, `{"id":3}`},
		{"POST /subjects/j/versions", `{"schemaType":"JSON","schema":"{\"properties\":{\"a\":{\"$ref\":\"p.json\"}}}","references":[{"name":"p.json","subject":"part","version":1}]}`, 200, `{"id":4}`},
		{"GET /schemas/ids/4", "", 200, `"references":[{"name":"p.json","subject":"part","version":1}],"schema":"{\"properties\":{\"a\":{\"$ref\":\"p.json\"}}}","schemaType":"JSON"`},
		{"POST /subjects/j/versions", `{"schemaType":"JSON","schema":"{\"properties\":{\"a\":{\"type\":\"integer\"}}}"}`, 409, `"error_code":409`},
		{"POST /subjects/part/versions", `{"schema":"\"int\""}`, 409, `"error_code":409`},
		{"POST /subjects/k/versions", `{"schemaType":"JSON","schema":"{}","references":[{"name":"x","subject":"none","version":1}]}`, 422, `"error_code":42201`},
		{"POST /subjects/k/versions", `{"schemaType":"JSON","schema":"{"}`, 422, `"error_code":42201`},
		{"POST /subjects/o.proto/versions", `{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; package o; message O { int32 a = 1; }"}`, 200, `"id"`},
		{"POST /subjects/p/versions", `{"schemaType":"PROTOBUF","schema":"import \"o.proto\"; message P { optional o.O x = 1; }","references":[{"name":"o.proto","subject":"o.proto","version":1}]}`, 200, `"id"`},
		{"POST /subjects/q/versions", `{"schemaType":"PROTOBUF","schema":"import \"o.proto\"; message P { optional o.O x = 1; }"}`, 422, `unknown type o.O`},
		{"GET /subjects/p/versions/1", "", 200, `"schemaType":"PROTOBUF"`},
		{"POST /compatibility/subjects/p/versions/latest", `{"schemaType":"PROTOBUF","schema":"message P { optional string x = 1; }"}`, 200, `{"is_compatible":false}`},
		{"POST /compatibility/subjects/p/versions/latest", `{"schemaType":"PROTOBUF","schema":"message P { optional string y = 2; }"}`, 200, `{"is_compatible":true}`},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(c.body)))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: %d %s, want %d %s", c.request, c.body, w.Code, w.Body, c.status, c.want)
		}
	}
}
