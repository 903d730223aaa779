package devregistry

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// maxBody bounds what is read of a request, in bytes.
const maxBody = 4 << 20

// New returns an empty registry that nothing is left of in the end.
func New() *Registry {
	r := &Registry{mux: http.NewServeMux(), ids: map[schema]int{}, subjects: map[string][]int{}, levels: map[string]string{}}
	for pattern, answer := range map[string]answer{
		"GET /{$}":                                                  func(*http.Request) (any, error) { return struct{}{}, nil },
		"GET /schemas/types":                                        func(*http.Request) (any, error) { return kinds(), nil },
		"GET /schemas/ids/{id}":                                     r.getSchema,
		"GET /subjects":                                             func(*http.Request) (any, error) { return r.names(), nil },
		"POST /subjects/{subject}":                                  r.postSubject,
		"DELETE /subjects/{subject}":                                func(q *http.Request) (any, error) { return r.remove(q.PathValue("subject")) },
		"GET /subjects/{subject}/versions":                          r.getVersions,
		"POST /subjects/{subject}/versions":                         r.postVersion,
		"GET /subjects/{subject}/versions/{version}":                r.getVersion,
		"POST /compatibility/subjects/{subject}/versions/{version}": r.postCompatibility,
		"GET /config":                                               r.getConfig,
		"GET /config/{subject}":                                     r.getConfig,
		"PUT /config":                                               r.putConfig,
		"PUT /config/{subject}":                                     r.putConfig,
	} {
		r.mux.Handle(pattern, answer)
	}
	return r
}

// ServeHTTP answers a request.
func (r *Registry) ServeHTTP(w http.ResponseWriter, q *http.Request) { r.mux.ServeHTTP(w, q) }

// answer computes what a request is answered with.
type answer func(*http.Request) (any, error)

func (a answer) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	q.Body = http.MaxBytesReader(w, q.Body, maxBody)
	out, err := a(q)
	status := http.StatusOK
	if err != nil {
		no := &refusal{500, 50001, err.Error()}
		errors.As(err, &no)
		status = no.status
		out = map[string]any{"error_code": no.code, "message": no.msg}
	}
	w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out)
}

// body reads a schema in a request.
func body(q *http.Request) (schema, error) {
	var in sent
	if err := json.NewDecoder(q.Body).Decode(&in); err != nil {
		return schema{}, refuse(42201, "The request is not JSON: %s", err)
	}
	return in.schema()
}

func (r *Registry) getSchema(q *http.Request) (any, error) {
	id, err := strconv.Atoi(q.PathValue("id"))
	if err != nil {
		return nil, refuse(404, "HTTP 404 Not Found")
	}
	s, err := r.byID(id)
	return s.answer(map[string]any{}), err
}

func (r *Registry) postSubject(q *http.Request) (any, error) {
	s, err := body(q)
	if err != nil {
		return nil, err
	}
	subject := q.PathValue("subject")
	version, id, err := r.lookUp(subject, s)
	return s.answer(map[string]any{"subject": subject, "version": version, "id": id}), err
}

func (r *Registry) getVersions(q *http.Request) (any, error) {
	last, _, _, err := r.version(q.PathValue("subject"), 0)
	return count(last), err
}

func (r *Registry) postVersion(q *http.Request) (any, error) {
	s, err := body(q)
	if err != nil {
		return nil, err
	}
	id, err := r.register(q.PathValue("subject"), s)
	return map[string]any{"id": id}, err
}

// versionOf reads a version in a path; 0 is the latest.
func versionOf(q *http.Request) (int, error) {
	text := q.PathValue("version")
	if text == "latest" || text == "-1" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, refuse(42202, "The specified version '%s' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"", text)
	}
	return int(n), nil
}

func (r *Registry) getVersion(q *http.Request) (any, error) {
	version, err := versionOf(q)
	if err != nil {
		return nil, err
	}
	subject := q.PathValue("subject")
	version, id, s, err := r.version(subject, version)
	return s.answer(map[string]any{"subject": subject, "version": version, "id": id}), err
}

func (r *Registry) postCompatibility(q *http.Request) (any, error) {
	s, err := body(q)
	if err == nil {
		_, err = versionOf(q)
	}
	if err != nil {
		return nil, err
	}
	subject := q.PathValue("subject")
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, err = r.canonical(s); err != nil {
		return nil, err
	}
	if len(r.subjects[subject]) == 0 {
		return nil, noSubject(subject)
	}
	return map[string]bool{"is_compatible": r.fits(subject, s) == nil}, nil
}

func (r *Registry) getConfig(q *http.Request) (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return map[string]string{"compatibilityLevel": r.level(q.PathValue("subject"))}, nil
}

func (r *Registry) putConfig(q *http.Request) (any, error) {
	var in struct {
		Compatibility string `json:"compatibility"`
	}
	if err := json.NewDecoder(q.Body).Decode(&in); err != nil || in.Compatibility != backward && in.Compatibility != none {
		return nil, refuse(42203, "Invalid compatibility level. Valid values here are %s and %s", none, backward)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return map[string]string{"compatibility": in.Compatibility}, r.commit(change{Subject: q.PathValue("subject"), Level: in.Compatibility})
}
