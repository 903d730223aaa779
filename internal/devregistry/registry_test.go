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
		{"GET /schemas/types", "", 200, `["AVRO"]`},
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
		{"POST /subjects/s/versions", `{"schema":"message M {}","schemaType":"PROTOBUF"}`, 422, `"error_code":42201`},
		{"POST /subjects/s/versions", `nonsense`, 422, `"error_code":42201`},
		{"DELETE /subjects/s", "", 200, `[1,2]`},
		{"DELETE /subjects/s", "", 404, `"error_code":40401`},
		{"GET /schemas/ids/2", "", 200, `{"schema":"\"bytes\""}`},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(c.body)))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: %d %s, want %d %s", c.request, c.body, w.Code, w.Body, c.status, c.want)
		}
	}
}
