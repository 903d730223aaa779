package devregistry

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/millrace/millrace/internal/schemaregistry/avro"
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
	texts    []string       // by id, from 1
	ids      map[string]int // by text
	subjects map[string][]int
	levels   map[string]string // of subjects; "" for the others
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

// canonical returns the text by which schemas are told apart.
func canonical(text string) (string, error) {
	s, err := avro.Parse([]byte(text))
	if err == nil {
		text, err = s.Text()
	}
	if err != nil {
		return "", refuse(42201, "Invalid schema %s with refs [] of type AVRO, details: %s", text, err)
	}
	return text, nil
}

// register makes a schema the latest version of a subject and returns its id.
func (r *Registry) register(subject, text string) (int, error) {
	text, err := canonical(text)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if id := r.ids[text]; id > 0 && slices.Contains(r.subjects[subject], id) {
		return id, nil
	}
	if err := r.fits(subject, text); err != nil {
		return 0, refuse(409, "Schema being registered is incompatible with an earlier schema for subject %q, details: %s", subject, err)
	}
	id := r.ids[text]
	if id == 0 {
		if len(r.texts) >= maxSchemas {
			return 0, refuse(50001, "The registry keeps at most %d schemas", maxSchemas)
		}
		r.texts = append(r.texts, text)
		id = len(r.texts)
		r.ids[text] = id
	}
	r.subjects[subject] = append(r.subjects[subject], id)
	return id, nil
}

// fits checks a schema against the latest one.
func (r *Registry) fits(subject, text string) error {
	versions := r.subjects[subject]
	if len(versions) == 0 || r.level(subject) == none {
		return nil
	}
	return avro.Compatible(r.texts[versions[len(versions)-1]-1], text)
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
func (r *Registry) lookUp(subject, text string) (version, id int, err error) {
	if text, err = canonical(text); err != nil {
		return 0, 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.subjects[subject]) == 0 {
		return 0, 0, noSubject(subject)
	}
	id = r.ids[text]
	if i := slices.Index(r.subjects[subject], id); i >= 0 {
		return i + 1, id, nil
	}
	return 0, 0, refuse(40403, "Schema not found")
}

// version returns a version of a subject; 0 is the latest.
func (r *Registry) version(subject string, version int) (found, id int, text string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	versions := r.subjects[subject]
	switch {
	case len(versions) == 0:
		return 0, 0, "", noSubject(subject)
	case version == 0:
		version = len(versions)
	case version > len(versions):
		return 0, 0, "", refuse(40402, "Version %d not found.", version)
	}
	id = versions[version-1]
	return version, id, r.texts[id-1], nil
}

// byID returns the text of a schema.
func (r *Registry) byID(id int) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id < 1 || id > len(r.texts) {
		return "", refuse(40403, "Schema %d not found", id)
	}
	return r.texts[id-1], nil
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
	delete(r.subjects, subject)
	return versions, nil
}

// count returns 1 to n.
func count(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i + 1
	}
	return all
}
