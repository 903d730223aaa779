package conformance

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Case is one recorded call of Java code. Exactly one of Output and Error is set.
type Case struct {
	ID           string          `json:"id"`
	Area         string          `json:"area"`
	Op           string          `json:"op"`
	Config       json.RawMessage `json:"config"`
	Input        json.RawMessage `json:"input"`
	Output       json.RawMessage `json:"output"`
	Error        *javaError      `json:"error"`
	Unordered    bool            `json:"unordered"`    // the output's order is arbitrary
	JDKSensitive bool            `json:"jdkSensitive"` // another JDK gives another result
	Note         string          `json:"note"`

	decoder
}

// javaError is a recorded exception.
type javaError struct {
	Class   string     `json:"class"`
	Message *string    `json:"message"`
	Cause   *javaError `json:"cause"`
}

// feature is the middle part of the id: area/feature/hash.
func (c *Case) feature() string {
	rest := strings.TrimPrefix(c.ID, c.Area+"/")
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		return rest[:i]
	}
	return rest
}

// in decodes a part of the input or configuration into a Go value of its own
// shape; into panics on a case that is not as described, which fails the case.
func into[T any](raw json.RawMessage) T {
	var v T
	if len(raw) == 0 {
		return v
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(malformed{fmt.Errorf("decode %.80s: %w", raw, err)})
	}
	return v
}

// malformed is the panic of a case that cannot be read.
type malformed struct{ err error }

func (m malformed) Error() string { return m.err.Error() }

// setting returns one member of the case's configuration.
func (c *Case) setting(name string) json.RawMessage {
	return into[map[string]json.RawMessage](c.Config)[name]
}

// text returns a textual member of the case's configuration, "" when absent.
func (c *Case) text(name string) string { return into[string](c.setting(name)) }

// props returns a member of the configuration that is an object of properties;
// null values are left out.
func (c *Case) props(name string) map[string]string { return properties(c.setting(name)) }

// allProps returns the whole configuration as properties.
func (c *Case) allProps() map[string]string { return properties(c.Config) }

func properties(raw json.RawMessage) map[string]string {
	props := map[string]string{}
	for k, v := range into[map[string]*string](raw) {
		if v != nil {
			props[k] = *v
		}
	}
	return props
}

// vectors is the directory with the cases.
func vectors() string {
	if dir := os.Getenv("MILLRACE_VECTORS"); dir != "" {
		return dir
	}
	return "testdata"
}

// areas returns the names of the areas, each a file of cases, in order.
func areas() []string {
	return []string{
		"configdef", "data", "group-protocol", "internal-topics", "json-converter", "mirror",
		"primitive-converters", "rest-signing", "transforms", "values",
	}
}

// TestAreas fails for a file of cases that no test reads, and for an area without
// cases.
func TestAreas(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(vectors(), "*.jsonl*"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range files {
		name, _, _ := strings.Cut(filepath.Base(f), ".jsonl")
		found = append(found, name)
	}
	slices.Sort(found)
	if found = slices.Compact(found); !slices.Equal(found, areas()) {
		t.Errorf("%s has cases for %q, want %q", vectors(), found, areas())
	}
}

// cases streams the cases of an area to yield. A case that is of another area than
// its file fails the test.
func cases(t *testing.T, area string, yield func(*Case)) {
	t.Helper()
	file, reader := open(t, area)
	defer file.Close()
	lines := bufio.NewScanner(reader)
	lines.Buffer(make([]byte, 0, 1<<20), 64<<20)
	only := os.Getenv("MILLRACE_CASE")
	for lines.Scan() {
		c := &Case{}
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			t.Fatalf("%s: read case: %v", area, err)
		}
		if c.Area != area {
			t.Errorf("%s: %s is a case of area %q", area, c.ID, c.Area)
		}
		if strings.Contains(c.ID, only) {
			yield(c)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatalf("%s: read cases: %v", area, err)
	}
}

func open(t *testing.T, area string) (io.Closer, io.Reader) {
	t.Helper()
	if plain, err := os.Open(filepath.Join(vectors(), area+".jsonl")); err == nil {
		return plain, plain
	}
	packed, err := os.Open(filepath.Join(vectors(), area+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatalf("%s: %v", area, err)
	}
	return packed, reader
}
