package devregistry

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"sync"
)

// The levels of compatibility that there are.
const (
	backward = "BACKWARD" // the new schema reads what the latest one wrote
	none     = "NONE"
)

// maxSchemas bounds the schemas that are kept.
const maxSchemas = 100_000

// Registry is a schema registry: an http.Handler. It is safe for concurrent use.
type Registry struct {
	mux *http.ServeMux

	mu       sync.Mutex
	schemas  []schema       // by id, from 1
	ids      map[schema]int // the other way round
	subjects map[string][]int
	levels   map[string]string // of subjects; "" for the others
	journal  *os.File          // nil: nothing is stored
	written  int64             // bytes in it
}

// refusal is an answer that says no.
type refusal struct {
	status, code int
	msg          string
}

func (r *refusal) Error() string { return r.msg }

func refuse(code int, format string, args ...any) error {
	status := code
	if code > 999 {
		status = code / 100
	}
	return &refusal{status, code, fmt.Sprintf(format, args...)}
}

func noSubject(subject string) error { return refuse(40401, "Subject '%s' not found.", subject) }

// register makes a schema the latest version of a subject and returns its id.
func (r *Registry) register(subject string, s schema) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.canonical(s)
	if err != nil {
		return 0, err
	}
	if id := r.ids[s]; id > 0 && slices.Contains(r.subjects[subject], id) {
		return id, nil
	}
	if err := r.fits(subject, s); err != nil {
		return 0, refuse(409, "Schema being registered is incompatible with an earlier schema for subject %q, details: %s", subject, err)
	}
	c := change{Subject: subject, ID: r.ids[s]}
	if c.ID == 0 {
		if len(r.schemas) >= maxSchemas {
			return 0, refuse(50001, "The registry keeps at most %d schemas", maxSchemas)
		}
		c.ID, c.Kind, c.Schema, c.Refs = len(r.schemas)+1, s.kind, &s.text, s.refs
	}
	return c.ID, r.commit(c)
}

// fits checks a schema against the latest one.
func (r *Registry) fits(subject string, s schema) error {
	versions := r.subjects[subject]
	if len(versions) == 0 || r.level(subject) == none {
		return nil
	}
	return r.compatible(r.schemas[versions[len(versions)-1]-1], s)
}

func (r *Registry) level(subject string) string {
	for _, s := range []string{subject, ""} {
		if level := r.levels[s]; level != "" {
			return level
		}
	}
	return backward
}

// lookUp returns version and id that a schema has in a subject.
func (r *Registry) lookUp(subject string, s schema) (version, id int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, err = r.canonical(s); err != nil {
		return 0, 0, err
	}
	if len(r.subjects[subject]) == 0 {
		return 0, 0, noSubject(subject)
	}
	id = r.ids[s]
	if i := slices.Index(r.subjects[subject], id); i >= 0 {
		return i + 1, id, nil
	}
	return 0, 0, refuse(40403, "Schema not found")
}

// version returns a version of a subject; 0 or less is the latest.
func (r *Registry) version(subject string, version int) (found, id int, s schema, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.versionOf(subject, version)
}

func (r *Registry) versionOf(subject string, version int) (found, id int, s schema, err error) {
	versions := r.subjects[subject]
	switch {
	case len(versions) == 0:
		return 0, 0, s, noSubject(subject)
	case version <= 0:
		version = len(versions)
	case version > len(versions):
		return 0, 0, s, refuse(40402, "Version %d not found.", version)
	}
	id = versions[version-1]
	return version, id, r.schemas[id-1], nil
}

// byID returns a schema.
func (r *Registry) byID(id int) (schema, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id < 1 || id > len(r.schemas) {
		return schema{}, refuse(40403, "Schema %d not found", id)
	}
	return r.schemas[id-1], nil
}

// names returns the subjects in order.
func (r *Registry) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(r.subjects))))
}

// remove forgets a subject and returns the versions that it had. Its schemas keep
// their ids.
func (r *Registry) remove(subject string) ([]int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.subjects[subject]) == 0 {
		return nil, noSubject(subject)
	}
	versions := count(len(r.subjects[subject]))
	return versions, r.commit(change{Subject: subject, Removed: true})
}

// count returns 1 to n.
func count(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i + 1
	}
	return all
}
