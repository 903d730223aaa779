package gluetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

const (
	target    = "AWSGlue."
	mediaType = "application/x-amz-json-1.1"
	signature = `^AWS4-HMAC-SHA256 Credential=[A-Z]+/[0-9]{8}/` + Region + `/glue/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*x-amz-date[a-z0-9;-]*, Signature=[0-9a-f]{64}$`
)

// members returns what a request of an operation must have, by path; nil when there
// is no such operation.
func members(operation string) []string {
	switch operation {
	case "GetSchemaByDefinition", "RegisterSchemaVersion":
		return []string{"SchemaDefinition", "SchemaId.RegistryName", "SchemaId.SchemaName"}
	case "GetSchemaVersion":
		return []string{"SchemaVersionId"}
	case "CreateSchema":
		return []string{"Compatibility", "DataFormat", "Description", "RegistryId.RegistryName", "SchemaDefinition", "SchemaName"}
	case "PutSchemaVersionMetadata":
		return []string{"MetadataKeyValue.MetadataKey", "MetadataKeyValue.MetadataValue", "SchemaVersionId"}
	}
	return nil
}

func (r *Registry) serve(w http.ResponseWriter, q *http.Request) {
	operation, ok := strings.CutPrefix(q.Header.Get("X-Amz-Target"), target)
	switch {
	case q.Method != http.MethodPost || q.URL.Path != "/":
		r.t.Errorf("%s %s", q.Method, q.URL.Path)
	case !ok || members(operation) == nil:
		r.t.Errorf("target %q", q.Header.Get("X-Amz-Target"))
	case q.Header.Get("Content-Type") != mediaType:
		r.t.Errorf("content type %q", q.Header.Get("Content-Type"))
	case !regexp.MustCompile(signature).MatchString(q.Header.Get("Authorization")) || q.Header.Get("X-Amz-Date") == "":
		r.t.Errorf("authorization %q", q.Header.Get("Authorization"))
	}
	body := object{}
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		r.t.Errorf("%s: %v", operation, err)
	}
	status, answer := r.answer(operation, r.checked(operation, body), body)
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// checked returns the members of a request by path.
func (r *Registry) checked(operation string, body object) map[string]string {
	flat := map[string]string{}
	flatten(flat, "", body)
	for _, name := range members(operation) {
		if flat[name] == "" {
			r.t.Errorf("%s without %s: %v", operation, name, body)
		}
	}
	if len(flat) != len(members(operation)) {
		r.t.Errorf("%s with other members: %v", operation, body)
	}
	return flat
}

func flatten(dst map[string]string, path string, from object) {
	for name, v := range from {
		if inner, ok := v.(map[string]any); ok {
			flatten(dst, path+name+".", inner)
			continue
		}
		dst[path+name] = fmt.Sprint(v)
	}
}

type object = map[string]any

func no(status int, code, message string) (int, object) {
	return status, object{"__type": code, "Message": message}
}

func (r *Registry) answer(operation string, q map[string]string, body object) (int, object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, operation)
	if faults := r.faults[operation]; len(faults) > 0 {
		r.faults[operation] = faults[1:]
		return no(faults[0].Status, faults[0].Code, "no "+operation)
	}
	switch operation {
	case "GetSchemaByDefinition":
		return r.find(q["SchemaId.RegistryName"]+"/"+q["SchemaId.SchemaName"], q["SchemaDefinition"])
	case "GetSchemaVersion":
		return r.get(q["SchemaVersionId"])
	case "RegisterSchemaVersion":
		name := q["SchemaId.RegistryName"] + "/" + q["SchemaId.SchemaName"]
		if !r.schemas[name] {
			return no(http.StatusBadRequest, "EntityNotFoundException", "Schema is not found.")
		}
		return r.add(name, "AVRO", q["SchemaDefinition"], "Status")
	case "CreateSchema":
		name := q["RegistryId.RegistryName"] + "/" + q["SchemaName"]
		if r.schemas[name] {
			return no(http.StatusBadRequest, "AlreadyExistsException", "Schema already exists.")
		}
		r.schemas[name], r.created = true, body
		return r.add(name, q["DataFormat"], q["SchemaDefinition"], "SchemaVersionStatus")
	}
	r.labels = append(r.labels, q["SchemaVersionId"]+" "+q["MetadataKeyValue.MetadataKey"]+"="+q["MetadataKeyValue.MetadataValue"])
	return http.StatusOK, object{}
}

func (r *Registry) find(name, text string) (int, object) {
	for i, v := range r.versions {
		if v.Schema == name && v.Text == text {
			return http.StatusOK, object{"SchemaVersionId": id(i + 1), "Status": v.Status, "DataFormat": v.Format}
		}
	}
	return no(http.StatusBadRequest, "EntityNotFoundException", "Schema version is not found.")
}

func (r *Registry) get(version string) (int, object) {
	v := r.version(version)
	if v == nil {
		return no(http.StatusBadRequest, "EntityNotFoundException", "Schema version is not found.")
	}
	if v.checks > 0 {
		if v.checks--; v.checks == 0 {
			v.Status = v.then
		}
	}
	return http.StatusOK, object{"SchemaVersionId": version, "SchemaDefinition": v.Text, "DataFormat": v.Format, "Status": v.Status, "VersionNumber": 1}
}

func (r *Registry) add(name, format, text, status string) (int, object) {
	v := &Version{Schema: name, Format: format, Text: text, Status: "PENDING", checks: r.pending, then: r.becomes}
	if r.pending == 0 {
		v.Status = r.becomes
	}
	r.versions = append(r.versions, v)
	return http.StatusOK, object{"SchemaVersionId": id(len(r.versions)), status: v.Status}
}
