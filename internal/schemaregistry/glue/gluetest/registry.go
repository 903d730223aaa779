// Package gluetest is the part of AWS Glue's API that its schema registry's clients
// use, in memory and strict: a request that AWS would refuse fails the test.
//
// Floor 2. Connect: software.amazon.awssdk.services.glue, the service.
package gluetest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/millrace/millrace/internal/awsaccess/awsaccesstest"
)

// Region is where the registry is.
const Region = "eu-west-1"

// Registry is a schema registry on the loopback. It is safe for concurrent use.
type Registry struct {
	URL string

	t        testing.TB
	mu       sync.Mutex
	schemas  map[string]bool // that were created, as registry/name
	versions []*Version
	pending  int
	becomes  string
	faults   map[string][]Fault
	calls    []string
	labels   []string
	created  map[string]any
}

// Version is a version of a schema.
type Version struct {
	Schema string // registry/name
	Format string
	Text   string
	Status string
	checks int // until it is no more PENDING
	then   string
}

// Fault is an answer that says no.
type Fault struct {
	Status int    // of HTTP
	Code   string // of AWS
}

// Start starts a registry that ends with the test, and makes the environment have
// credentials for it and nothing else of AWS.
func Start(t testing.TB) *Registry {
	t.Helper()
	r := &Registry{t: t, schemas: map[string]bool{}, faults: map[string][]Fault{}, becomes: "AVAILABLE"}
	s := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(s.Close)
	r.URL = s.URL
	awsaccesstest.Environment(t)
	return r
}

// Fail makes the next calls of an operation fail, one for each fault.
func (r *Registry) Fail(operation string, faults ...Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults[operation] = append(r.faults[operation], faults...)
}

// Pend makes versions that are registered from now on PENDING until they were looked
// at so often; then they have the status given.
func (r *Registry) Pend(looks int, then string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending, r.becomes = looks, then
}

// Add adds a version and returns its id.
func (r *Registry) Add(v Version) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.schemas[v.Schema] = true
	r.versions = append(r.versions, &v)
	return id(len(r.versions))
}

// Version returns the version of an id.
func (r *Registry) Version(version string) Version {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v := r.version(version); v != nil {
		return *v
	}
	return Version{}
}

// Calls returns the operations that were called since the last time.
func (r *Registry) Calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

// Labels returns the metadata of versions, as id key=value.
func (r *Registry) Labels() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.labels)
}

// Created returns the members of the last CreateSchema.
func (r *Registry) Created() map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.created
}

// id is that of the nth version.
func id(n int) string { return fmt.Sprintf("00010203-0405-4607-8809-%012x", n) }

func (r *Registry) version(version string) *Version {
	for i, v := range r.versions {
		if id(i+1) == version {
			return v
		}
	}
	return nil
}
